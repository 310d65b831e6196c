#!/usr/bin/env bash
# deps.sh VENV: apt packages, Python environment, sources of the MLIR bindings. Does only what is missing.
set -euo pipefail
venv=$1
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

packages=(g++ cmake ninja-build ccache git llvm-19-dev llvm-19-tools libmlir-19-dev mlir-19-tools clang-format-19
  libzstd-dev zlib1g-dev libflatbuffers-dev flatbuffers-compiler python3-dev python3-venv xz-utils)
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  echo "installing ${#missing[@]} packages: ${missing[*]}"
  sudo=
  [ "$(id -u)" = 0 ] || sudo=sudo
  $sudo apt-get update -q >/dev/null
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null
fi

if [ ! -x "$root/$venv/bin/python" ]; then
  python=
  for candidate in python3 /usr/bin/python3 python3.12 python3.11; do
    if "$candidate" -c 'import sys, venv, sysconfig, os; sys.exit(not (sys.version_info >= (3, 11) and os.path.exists(sysconfig.get_path("include") + "/Python.h")))' 2>/dev/null; then
      python=$candidate
      break
    fi
  done
  [ -n "$python" ] || { echo "no Python 3.11 or newer with headers found" >&2; exit 2; }
  echo "creating $venv with $("$python" --version)"
  "$python" -m venv "$root/$venv"
fi
wanted=$(sha256sum "$root/pyproject.toml" | cut -d' ' -f1)
if [ "$(cat "$root/$venv/.installed" 2>/dev/null)" != "$wanted" ]; then
  echo "installing Python packages"
  "$root/$venv/bin/python" "$here/requirements.py" "$root/pyproject.toml" >"$root/$venv/requirements.txt"
  "$root/$venv/bin/pip" install --quiet --disable-pip-version-check -r "$root/$venv/requirements.txt"
  echo "$wanted" >"$root/$venv/.installed"
fi
"$root/$venv/bin/python" "$here/fetch_mlir_bindings.py" >"$root/$venv/.bindings"
