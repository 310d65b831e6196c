"""Damaged bmodels and commands under AddressSanitizer and UBSan: no crash, no hang, no bad access."""

import re
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TWICE = ROOT / "test" / "BModel" / "Inputs" / "twice.bmodel"
CORPUS = Path(__file__).parent / "corpus"


Run = Callable[..., list[int]]


@pytest.fixture(scope="module")
def run(programs: Path) -> Run:
    """Return a function of a kind, a first seed, a count and files: it runs copies damaged by consecutive seeds.

    It returns how many were opened and refused, command streams whole and broken, runs finished and stopped.
    """

    def outcomes(kind: str, first_seed: int, count: int, *files: Path) -> list[int]:
        command = [programs / "bmodel-fuzz", kind, str(first_seed), str(count), *files]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600)
        last = done.stdout.splitlines()[-1:] or ["nothing"]
        assert done.returncode == 0, f"{last[0]}\n{done.stderr[-4000:]}"
        return [int(number) for number in re.findall(r"\d+", last[0])]

    return outcomes


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[Path]]:
    """Return a function that unpacks the files of a kind: what reached new code, and what once did harm."""

    def files(kind: str) -> list[Path]:
        folder = tmp_path_factory.mktemp(kind)
        with tarfile.open(CORPUS / f"{kind}.tar.xz") as archive:
            archive.extractall(folder, filter="data")
        return sorted(folder.iterdir())

    return files


def test_undamaged_file_opens(run: Run) -> None:
    assert run("bmodel", 0, 1, TWICE) == [1, 0, 2, 0, 1, 0]


def test_damage_is_survived(run: Run) -> None:
    outcomes = run("bmodel", 1, 1000, TWICE)
    assert sum(outcomes[:2]) == 1000
    # All six outcomes occur, or the damage would be too mild or too coarse to test anything.
    assert len(outcomes) == 6 and min(outcomes) > 0


@pytest.mark.parametrize("seed", [3070, 2729])
def test_damage_that_once_did_harm(seed: int, run: Run) -> None:
    """3070: a shape whose 8-byte numbers were not aligned. 2729: more memory than 32 bits count."""
    assert sum(run("bmodel", seed, 1, TWICE)[:2]) == 1


@pytest.mark.parametrize("kind", ["bmodel", "commands"])
def test_corpus(kind: str, run: Run, corpus: Callable[[str], list[Path]]) -> None:
    files = corpus(kind)
    assert len(files) > 100
    assert min(run(kind, 0, 1, *files)[4:]) > 0


def test_fields_of_commands(run: Run, corpus: Callable[[str], list[Path]]) -> None:
    """Golden vectors of every form, fields of their commands set to limits and neighbours of limits."""
    files = [file for file in corpus("commands") if "-" in file.name]  # others have their hash as a name
    opened, refused, _, _, finished, stopped = run("commands", 1, 2, *files)
    assert min(opened, refused, finished, stopped) > 0
