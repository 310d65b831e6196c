#!/usr/bin/env bash
# fuzz.sh VENV BUILD SECONDS: coverage-guided fuzzing of bmodels and of commands, SECONDS each, from the corpus in
# test/fuzz/corpus. Installs Clang's libFuzzer if it is missing. What brings a fuzzer down is left in BUILD/found.
set -euo pipefail
venv=$1 build=$2 seconds=$3
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
packages=(clang-19 libclang-rt-19-dev)
if ! dpkg-query -W -f '${Status}\n' "${packages[@]}" 2>/dev/null | awk '/ok installed/ { n++ } END { exit n != 2 }'; then
  echo "installing ${packages[*]}"
  sudo=
  [ "$(id -u)" = 0 ] || sudo=sudo
  $sudo apt-get update -q >/dev/null
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -q --no-install-recommends "${packages[@]}" >/dev/null
fi
if [ ! -f "$build/build.ninja" ]; then
  cmake -S . -B "$build" -G Ninja -DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19 \
    -DTPU_MLIR_ENABLE_PYTHON=OFF -DPython3_EXECUTABLE="$root/$venv/bin/python" >"$build.configure.log" 2>&1 ||
    { cat "$build.configure.log"; exit 1; }
fi
ninja -C "$build" fuzz-bmodel fuzz-commands
mkdir -p "$build/found"
status=0
for kind in bmodel commands; do
  mkdir -p "$build/corpus/$kind"
  tar -xJf "test/fuzz/corpus/$kind.tar.xz" -C "$build/corpus/$kind"
  "$build/bin/fuzz-$kind" "$build/corpus/$kind" -max_total_time="$seconds" -timeout=60 -rss_limit_mb=4096 -max_len=65536 \
    -print_final_stats=1 -artifact_prefix="$build/found/$kind-" 2>&1 | tee "$build/$kind.log" | tail -20 || status=1
done
exit $status
