#!/usr/bin/env bash
# link.sh VENV BUILD: make the package and the programs of a build tree those of a Python environment.
set -euo pipefail
venv=$1 build=$2
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
echo "$root/$build/python_packages" >"$site/tpu_mlir_build.pth"
cat >"$venv/bin/tpuc" <<EOF
#!$root/$venv/bin/python
import sys

from tpu_mlir.__main__ import main

if __name__ == "__main__":  # worker processes import this file
    sys.exit(main())
EOF
chmod +x "$venv/bin/tpuc"
ln -sf "$root/$build/bin/tpu-opt" "$venv/bin/tpu-opt"
