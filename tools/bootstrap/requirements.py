"""Print what developing this project needs, from pyproject.toml: build, run-time and `dev` requirements."""

import sys
import tomllib
from pathlib import Path

project = tomllib.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
for requirement in (
    *project["build-system"]["requires"],
    *project["project"]["dependencies"],
    *project["project"]["optional-dependencies"]["dev"],
):
    print(requirement)
