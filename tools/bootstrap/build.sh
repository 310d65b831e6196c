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
tools/bootstrap/link.sh "$venv" "$build"
