"""Real networks from ONNX to bmodel to the simulated chip, against ONNX Runtime: the networks of `bench/models.py`.

The limits of the cosine are those that the project promises (bench/zoo.py). In f32, where only the order of sums and
the last bits of functions differ, the distance in the 2-norm is bounded as well. All runs look for races and
uninitialised memory.
"""

import functools
from pathlib import Path

import pytest
import tpu_mlir
from tpu_mlir.runtime import Session
from tpu_mlir.runtime.compare import distance

from bench.zoo import BY_NAME, LIMITS, Example, example

F32_DISTANCE = 1e-5  # relative
NETWORKS = sorted(BY_NAME.keys() - {"resnet50"})  # ResNet-50 is not among the models: bench/models.py compiles it


@functools.cache
def tried(name: str, path: Path) -> Example:
    """Return the same inputs and results for all precisions."""
    return example(BY_NAME[name], path)


@pytest.mark.parametrize("precision", LIMITS)
@pytest.mark.parametrize("name", NETWORKS)
def test_agrees_with_onnx_runtime(models: Path, name: str, precision: str) -> None:
    path = models / f"{name}.onnx"
    wanted = tried(name, path)
    bmodel = tpu_mlir.compile(path, precision=precision, input_shapes=BY_NAME[name].shapes)
    session = Session(bmodel, check_races=True, check_uninitialised=True)
    found = session.run(session.convert(wanted.feeds))
    assert found.keys() == wanted.outputs.keys()
    for output, array in wanted.outputs.items():
        assert found[output].shape == array.shape
        relative, _, cosine = distance(found[output], array)
        assert cosine >= LIMITS[precision], output
        assert precision != "f32" or relative <= F32_DISTANCE, output


def test_same_model_same_bytes(models: Path) -> None:
    """Nothing in a bmodel depends on when, or in what order in memory, it was made."""
    first, second = (tpu_mlir.compile(models / "resnet20_cifar10.onnx", precision="f16").data for _ in range(2))
    assert first == second
