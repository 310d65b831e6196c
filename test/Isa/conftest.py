"""The generator and its table for the tests of this folder."""

import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools" / "isa-gen"))


@pytest.fixture(scope="session")
def tblgen() -> str:
    """Path of llvm-tblgen."""
    names = ("/usr/lib/llvm-19/bin/llvm-tblgen", "llvm-tblgen-19", "llvm-tblgen")  # others may be older
    found = next(filter(None, map(shutil.which, names)), None)
    assert found, "llvm-tblgen is part of the packages that the build needs"
    return found
