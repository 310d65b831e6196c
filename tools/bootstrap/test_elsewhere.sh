#!/usr/bin/env bash
# test_elsewhere.sh VENV: the Python tests as another machine would run them: one core, NumPy without vector extensions
# beyond its baseline, OpenBLAS for a processor of 2011, other locale, time zone, hash seed, umask and an empty home
# folder; then those of the referee's integers on an emulated processor with AVX2 and without AVX-512 and VNNI, where
# ONNX Runtime's own sums saturate. Installs Debian's qemu-user if it is missing.
set -euo pipefail
venv=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
python=$root/$venv/bin/python
extensions=$("$python" -c 'from numpy._core import _multiarray_umath as m; print(*(n for n in m.__cpu_dispatch__ if m.__cpu_features__.get(n)))')
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
(
  umask 077
  env -u XDG_CACHE_HOME -u XDG_CONFIG_HOME HOME="$home" LC_ALL=C TZ=Asia/Kathmandu PYTHONHASHSEED=4711 \
    NPY_DISABLE_CPU_FEATURES="$extensions" OPENBLAS_CORETYPE=Sandybridge \
    taskset -c 0 "$python" -m pytest -q -n 0 -p no:cacheprovider test/python
)
if ! command -v qemu-x86_64 >/dev/null; then
  echo "installing qemu-user"
  sudo=
  [ "$(id -u)" = 0 ] || sudo=sudo
  $sudo apt-get update -q >/dev/null
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -q --no-install-recommends qemu-user >/dev/null
fi
qemu-x86_64 -cpu Haswell "$python" -m pytest -q -n 0 -p no:cacheprovider \
  test/python/frontend/onnx/test_exact_products.py test/python/frontend/onnx/ops/test_quantization.py
