"""Bmodels and sessions in other processes, and in a console."""

import pickle
from pathlib import Path

import numpy as np
import pytest
from tpu_mlir.errors import RunError
from tpu_mlir.runtime import BModel, Limits, Session


def test_bmodel(twice: Path) -> None:
    model = BModel.load(twice)
    copy = pickle.loads(pickle.dumps(model))
    assert copy == model and copy.info() == model.info()


def test_session(twice: Path) -> None:
    session = pickle.loads(pickle.dumps(Session(twice, threads=1)))
    x = np.arange(70 * 45, dtype=np.float32).reshape(1, 70, 5, 9)
    np.testing.assert_array_equal(session.run({"x": x})["y"], 2 * x)


def test_limits_are_kept(twice: Path) -> None:
    session = pickle.loads(pickle.dumps(Session(twice, limits=Limits(work=1))))
    with pytest.raises(RunError, match="more than the limit of 1;"):
        session.input_specs()


def test_representation_is_short(twice: Path) -> None:
    assert repr(BModel.load(twice)) == f"BModel(name={str(twice)!r})"
