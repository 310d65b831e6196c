#!/usr/bin/env bash
# setup.sh DIR: install the referee of the tests, the vendor's BM1684X chip model, into a virtual environment of its own.
# It comes with the package tpu_mlir (2-clause BSD, CPython 3.10 only; 1 GB). Nothing of the product depends on it.
set -euo pipefail
dir=${1:?usage: setup.sh DIR}
version=1.30.2
numpy=1.24.3 # the newest that the package's runtime was built against
done_mark=$dir/.complete-$version
[ -e "$done_mark" ] && exit 0

is_310() { "$1" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 10))' 2>/dev/null; }
python=
for candidate in "${PYTHON310:-}" python3.10 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.10.*/bin/python; do
  if [ -n "$candidate" ] && is_310 "$candidate"; then
    python=$candidate
    break
  fi
done
if [ -z "$python" ]; then
  echo "the chip model needs CPython 3.10 and none was found; set PYTHON310 to its path" >&2
  exit 2
fi

echo "installing the chip model of tpu_mlir $version in $dir"
"$python" -m venv "$dir"
"$dir/bin/pip" install --quiet --disable-pip-version-check --no-deps "tpu_mlir==$version" "numpy==$numpy"
lib=$dir/lib/python3.10/site-packages/tpu_mlir/lib
ln -sf libcmodel_bm1684x.so "$lib/libcmodel.so" # the package serves several chips; these names select one
ln -sf libbmlib_bm1684x.so.0 "$lib/libbmlib.so.0"
touch "$done_mark"
