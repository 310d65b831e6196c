"""The generated networks: valid, the same each time, with activations that neither vanish nor explode."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from tpu_mlir.frontend.onnx.session import Session

from bench.networks import KINDS, written

SMALL = sorted(KINDS.keys() - {"vit_b"})  # which has 340 MB; its blocks are those of "sentences"


@pytest.mark.parametrize("name", SMALL)
def test_outputs_are_of_the_order_of_one(name: str) -> None:
    model = KINDS[name]()
    onnx.checker.check_model(model, full_check=True)
    random = np.random.default_rng(1)
    feeds = {
        each.name: random.uniform(0, 1, [dim.dim_value for dim in each.type.tensor_type.shape.dim]).astype(np.float32)
        for each in model.graph.input
    }
    for output, found in Session(model).run(feeds).items():
        assert np.isfinite(found).all(), output
        assert 1e-4 < np.abs(found).max() < 100, output


def test_weights_are_seeded() -> None:
    first, second = (KINDS["keywords"]().SerializeToString(deterministic=True) for _ in range(2))
    assert first == second


def test_a_network_is_written(tmp_path: Path) -> None:
    path = written("keywords", tmp_path / "new")
    assert path.parent == tmp_path / "new" and onnx.load(path).graph.name == "keywords"
