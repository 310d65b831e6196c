"""Models with parts for the host, from compilation to results, beside ONNX Runtime on the whole model."""

import numpy as np
import onnx
import parted_models as models
import pytest
import tpu_mlir
from tpu_mlir.errors import CompileError, ModelError, TpuMlirWarning
from tpu_mlir.frontend.onnx.session import Session as OnnxRuntime
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.runtime import BModel, NodeArg, Session
from tpu_mlir.testing import compare

# Of the largest magnitude: sums of 144 products in f32, in another order.
TOLERANCE = 2e-6


def compiled(model: onnx.ModelProto, **options: object) -> BModel:
    with pytest.warns(TpuMlirWarning, match="nodes run on the host, in ONNX Runtime"):
        return tpu_mlir.compile(model, **options)


def image(seed: int = 1) -> Array:
    return np.random.default_rng(seed).standard_normal((1, 3, 64, 64)).astype(np.float32)


def sides(session: Session) -> list[str]:
    """Return the parts: networks by their names."""
    (stage,) = session.bmodel.contents.composites[0].stages
    return [part.net or "host" for part in stage.parts]


def test_a_detector_that_ends_in_suppression() -> None:
    session = Session(compiled(models.detector()))
    assert sides(session) == ["graph.0", "host"]
    assert session.get_outputs() == [
        NodeArg("kept", "tensor(float)", (1, -1, 4)),
        NodeArg("chosen", "tensor(int64)", (-1, 3)),
        NodeArg("values", "tensor(float)", (1, 20)),
        NodeArg("indices", "tensor(int64)", (1, 20)),
    ]
    found = session.run({"image": image()})
    for name, expected in OnnxRuntime(models.detector()).run({"image": image()}).items():
        compare(name, found[name], expected, TOLERANCE)
    assert len(found["chosen"]) > 3


def test_networks_run_alone_too() -> None:
    made = compiled(models.detector())
    found = Session(made, net="graph.0").run({"image": image()})
    expected = OnnxRuntime(with_outputs(models.detector(), *found)).run({"image": image()})
    assert found.keys() == {"boxes", "scores", "best"}
    for name, array in found.items():
        compare(name, array, expected[name], TOLERANCE)


def with_outputs(model: onnx.ModelProto, *names: str) -> onnx.ModelProto:
    del model.graph.output[:]
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    return model


def test_two_compilations_give_the_same_bytes() -> None:
    assert compiled(models.detector()).data == compiled(models.detector()).data


def test_the_host_can_be_left_out() -> None:
    with pytest.raises(ModelError, match=r"(?s)2 nodes cannot .*'chosen': NonMaxSuppression.*'values': TopK"):
        tpu_mlir.compile(models.detector(), host=False)


def test_what_neither_can_run() -> None:
    nodes = [models.node("Frobnicate", ["x"], ["y"])]
    model = models.graph(nodes, [("x", models.FLOAT, [2])], [("y", models.FLOAT, [2])], {})
    with pytest.raises(CompileError, match=r"(?s)'y': Frobnicate is not .*nor can the host run them: ONNX Runtime"):
        tpu_mlir.compile(model)
