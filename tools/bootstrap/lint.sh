#!/usr/bin/env bash
# lint.sh VENV: formatting, types and the tree's own rules; every check runs, the exit code tells whether all passed.
set -uo pipefail
venv=$1
cd "$(dirname "$0")/../.."
failed=0
git ls-files '*.cpp' '*.h' | xargs clang-format-19 --dry-run --Werror || failed=1
"$venv/bin/ruff" check . || failed=1
"$venv/bin/ruff" format --check . || failed=1
"$venv/bin/pyright" --pythonpath "$venv/bin/python" || failed=1
"$venv/bin/python" tools/check_tree.py || failed=1
exit $failed
