"""Print what this project needs, from pyproject.toml: build, run-time and `dev` requirements.

With `--minima` each of those that the Python tests need, in exactly the lowest version that is declared.
"""

import sys
import tomllib
from pathlib import Path

NOT_FOR_TESTS = ("lit", "pyright", "ruff")  # they run the .mlir tests and check the source
project = tomllib.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
used = (*project["project"]["dependencies"], *project["project"]["optional-dependencies"]["dev"])
if "--minima" in sys.argv[2:]:
    for requirement in used:
        if not requirement.startswith(NOT_FOR_TESTS):
            print(requirement.replace(">=", "=="))
else:
    for requirement in (*project["build-system"]["requires"], *used):
        print(requirement)
