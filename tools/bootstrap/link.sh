#!/usr/bin/env bash
# link.sh VENV BUILD: make the package and the programs of a build tree those of a Python environment.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
venv=$(realpath "$1") build=$(realpath "$2")
site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
echo "$build/python_packages" >"$site/tpu_mlir_build.pth"
cat >"$venv/bin/tpuc" <<EOF
#!$venv/bin/python
import sys

from tpu_mlir.__main__ import main

if __name__ == "__main__":  # worker processes import this file
    sys.exit(main())
EOF
chmod +x "$venv/bin/tpuc"
ln -sf "$build/bin/tpu-opt" "$venv/bin/tpu-opt"
