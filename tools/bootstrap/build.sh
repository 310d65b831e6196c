#!/usr/bin/env bash
# build.sh VENV BUILD JOBS: configure once, compile, and make the build tree importable from VENV.
set -euo pipefail
venv=$1 build=$2 jobs=$3
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
if [ ! -f "$build/build.ninja" ]; then
  cmake -S . -B "$build" -G Ninja -DPython3_EXECUTABLE="$root/$venv/bin/python" -DTPU_MLIR_BINDINGS_SRC="$(cat "$venv/.bindings")" >"$build.configure.log" 2>&1 ||
    { cat "$build.configure.log"; exit 1; }
  mv "$build.configure.log" "$build/configure.log"
fi
ninja -C "$build" -j "$jobs"
site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
echo "$root/$build/python_packages" >"$site/tpu_mlir_build.pth"
cat >"$venv/bin/tpuc" <<EOF
#!$root/$venv/bin/python
import sys

from tpu_mlir.cli import main

if __name__ == "__main__":  # worker processes import this file
    sys.exit(main())
EOF
chmod +x "$venv/bin/tpuc"
ln -sf "$root/$build/bin/tpu-opt" "$venv/bin/tpu-opt"
