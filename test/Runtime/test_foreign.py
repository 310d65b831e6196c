"""Bmodels that the vendor's compiler wrote give the bytes of the vendor's chip model (Inputs/README.md)."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from oracle.foreign import FOLDER, read
from tpu_mlir.cli.disasm import listing
from tpu_mlir.runtime import Session
from tpu_mlir.runtime.assembly import assemble

FILES = sorted(FOLDER.glob("*.npz"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_same_bytes_as_the_chip_model(path: Path) -> None:
    recorded = read(path)
    outputs = Session(recorded.model, check_races=True).run(recorded.feeds)
    found = {name: hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest() for name, array in outputs.items()}
    assert found == recorded.digests


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_listing_gives_the_same_file(path: Path) -> None:
    model = read(path).model
    assert assemble("\n".join(listing(model)), model).data == model.data


def test_there_are_some() -> None:
    assert len(FILES) >= 2
