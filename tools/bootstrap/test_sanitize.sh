#!/usr/bin/env bash
# test_sanitize.sh VENV BUILD JOBS: the container, instructions, simulator and runtime built with AddressSanitizer and
# UBSan, and their C++ and Python tests run on that build.
set -euo pipefail
venv=$1 build=$2 jobs=$3
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
if [ ! -f "$build/build.ninja" ]; then
  cmake -S . -B "$build" -G Ninja -DTPU_MLIR_SANITIZE=ON -DPython3_EXECUTABLE="$root/$venv/bin/python" \
    -DTPU_MLIR_BINDINGS_SRC="$(cat "$venv/.bindings")" >"$build.configure.log" 2>&1 ||
    { cat "$build.configure.log"; exit 1; }
fi
ninja -C "$build" -j "$jobs" TpuMlirNative simulator-test
# The interpreter itself is not built with the sanitizers: their library must come first, and leaks are not ours.
LD_PRELOAD="$(gcc -print-file-name=libasan.so) $(gcc -print-file-name=libubsan.so)" ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 \
  "$venv/bin/python" -m pytest -q -p no:cacheprovider --build "$build" \
  test/BModel test/Isa test/Simulator test/Runtime test/Target test/timelines \
  --ignore test/Simulator/test_race_mutations.py # compiles
"$venv/bin/python" -m pytest -q test/fuzz # its driver is built with the sanitizers in any case
