#!/usr/bin/env bash
# test_minima.sh VENV BUILD: the Python tests with every dependency in the lowest version that pyproject.toml allows, in
# an environment of its own below BUILD. The extension modules are those of the build tree: NumPy 2's headers give
# modules that NumPy 1 loads, too.
set -euo pipefail
venv=$1 build=$2
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
minima=$build/minima
if [ ! -x "$minima/bin/python" ]; then
  "$venv/bin/python" -m venv "$minima"
fi
"$venv/bin/python" tools/bootstrap/requirements.py pyproject.toml --minima >"$minima/wanted.txt"
if ! cmp -s "$minima/wanted.txt" "$minima/installed.txt"; then
  echo "installing the lowest versions"
  "$minima/bin/pip" install --quiet --disable-pip-version-check -r "$minima/wanted.txt"
  mv "$minima/wanted.txt" "$minima/installed.txt"
fi
tools/bootstrap/link.sh "$minima" "$build"
"$minima/bin/python" -m pytest -n 2 -q -p no:cacheprovider test/python test/fuzz/test_networks.py
