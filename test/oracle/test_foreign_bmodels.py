"""Bmodels of other compilers: those of a folder, given with --bmodels, on both machines and through the assembler.

docs/targets/notes/oracle-bmodels.md tells how those were made that were tried.
"""

from pathlib import Path

import pytest
from tpu_mlir.cli.disasm import listing
from tpu_mlir.runtime import BModel, Session
from tpu_mlir.runtime.assembly import assemble
from tpu_mlir.runtime.samples import random_feeds

from oracle.bmodels import compare

SECONDS = 1200  # the longest that the chip model may take for a bmodel


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    folder = metafunc.config.getoption("--bmodels")
    paths = sorted(Path(folder).glob("*.bmodel")) if folder else []
    metafunc.parametrize("path", paths, ids=[path.stem for path in paths])


@pytest.mark.oracle
def test_same_bytes_as_the_chip_model(path: Path, oracle: Path, record_property) -> None:
    """The first stage of the first network, which is what the runner of the chip model runs."""
    model = BModel.load(path)
    session = Session(model, net=model.contents.nets[0].name)
    result = compare(oracle, model, random_feeds(session.input_specs(), seed=3), SECONDS)
    record_property("bmodel", [path.stem, not result.differences, result.chip_seconds, result.our_seconds])
    assert not result.differences, "\n".join(map(str, result.differences))


def test_listing_gives_the_same_file(path: Path) -> None:
    model = BModel.load(path)
    assert assemble("\n".join(listing(model)), model).data == model.data
