"""Models with parts for the host, from compilation to results, beside ONNX Runtime on the whole model."""

from collections.abc import Callable

import numpy as np
import onnx
import parted_models as models
import pytest
import tpu_mlir
from tpu_mlir.checking import CheckOptions
from tpu_mlir.errors import CompileError, ModelError, TpuMlirWarning
from tpu_mlir.frontend.onnx.session import Session as OnnxRuntime
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.quantization import calibrate
from tpu_mlir.runtime import BModel, NodeArg, Session
from tpu_mlir.runtime.samples import random_feeds
from tpu_mlir.runtime.session import FeedSpec
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


def feeds(model: onnx.ModelProto, seed: int = 1) -> dict[str, Array]:
    return dict(random_feeds([spec_of(value) for value in model.graph.input], seed))


def spec_of(value: onnx.ValueInfoProto) -> FeedSpec:
    tensor = value.type.tensor_type
    shape = tuple(dim.dim_value for dim in tensor.shape.dim)
    return FeedSpec(value.name, shape, onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type))


@pytest.mark.parametrize(
    ("make", "parts"),
    [
        (models.detector, ["graph.0", "host"]),
        (models.preprocessing, ["host", "graph.1"]),
        (models.middle, ["graph.0", "host", "graph.2"]),
        (models.counting, ["graph.0", "host"]),
        (models.choosing, ["graph.0", "host", "graph.2"]),
        (models.unique, ["host"]),
        (models.passing, ["host"]),
    ],
)
def test_results_are_those_of_the_whole_model(make: Callable[[], onnx.ModelProto], parts: list[str]) -> None:
    session = Session(compiled(make()))
    assert sides(session) == parts
    given = feeds(make())
    found = session.run(given)
    expected = OnnxRuntime(make()).run(given)
    assert list(found) == list(expected)
    for name, array in expected.items():
        compare(name, found[name], array, TOLERANCE)


def test_sizes_that_the_data_decide() -> None:
    assert Session(compiled(models.detector())).get_outputs() == [
        NodeArg("kept", "tensor(float)", (1, -1, 4)),
        NodeArg("chosen", "tensor(int64)", (-1, 3)),
        NodeArg("values", "tensor(float)", (1, 20)),
        NodeArg("indices", "tensor(int64)", (1, 20)),
    ]


def test_numbers_that_the_chip_could_not_hold() -> None:
    ids = np.array([3, 1, 2**40, 1, 3, 5, 5, 6, -(2**62)])
    found = Session(compiled(models.unique())).run({"ids": ids})
    np.testing.assert_array_equal(found["values"], [-(2**62), 1, 3, 5, 6, 2**40])
    np.testing.assert_array_equal(found["counts"], [1, 2, 2, 2, 1, 1])


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


def test_what_a_pass_refuses_goes_to_the_host() -> None:
    """Found by the lowering, in a network whose other nodes stay: a pool over more than local memory holds."""
    nodes, constants = models.backbone("image", "features")
    nodes += [models.node("MaxPool", ["large"], ["pooled"], kernel_shape=[300, 299])]
    inputs = [("image", models.FLOAT, [1, 3, 64, 64]), ("large", models.FLOAT, [1, 1, 300, 300])]
    model = models.graph(nodes, inputs, [("features", models.FLOAT, None), ("pooled", models.FLOAT, None)], constants)
    session = Session(compiled(model))
    assert sides(session) == ["graph.0", "host"]
    given = feeds(model)
    for name, expected in OnnxRuntime(model).run(given).items():
        compare(name, session.run(given)[name], expected, TOLERANCE)


def test_a_precision_reaches_into_the_parts() -> None:
    """The second network in F32, the first in F16: the second computes exactly what it is given."""
    overrides = dict.fromkeys(("map", "sums", "result"), "f32")
    made = compiled(models.middle(), precision="f16", precision_overrides=overrides)
    runs, _ = Session(made).run_parts(feeds(models.middle()))
    rows, _, last = runs
    expected = OnnxRuntime(with_outputs(models.middle(), "rows")).run(feeds(models.middle()))["rows"]
    error = np.abs(rows.makes["rows"] - expected).max() / np.abs(expected).max()
    assert 1e-5 < error < 2e-3
    source = with_outputs(models.middle(), "result")
    del source.graph.input[:], source.graph.node[:6]
    source.graph.input.append(onnx.helper.make_tensor_value_info("best", models.FLOAT, [1, 16, 64]))
    compare("result", last.makes["result"], OnnxRuntime(source).run(last.reads)["result"], TOLERANCE)


def test_a_precision_of_what_the_host_computes() -> None:
    with pytest.warns(TpuMlirWarning, match="'best' is computed on the host, in the type of the model"):
        tpu_mlir.compile(models.middle(), precision="f16", precision_overrides={"best": "f32"})


def test_a_precision_of_nothing() -> None:
    with pytest.raises(CompileError, match="no op computes a tensor named 'other'"):
        tpu_mlir.compile(models.middle(), precision="f16", precision_overrides={"other": "f32"})


def test_int8_takes_ranges_of_every_network() -> None:
    """Half a step of 8 bits is 0.4 % of the range; some layers of it reach a cosine of 0.99."""
    data = [feeds(models.middle(), seed) for seed in range(4)]
    ranges = calibrate(models.middle(), data)
    assert {"image", "rows", "map", "result"} <= ranges.keys()
    with pytest.warns(TpuMlirWarning, match="nodes run on the host"):
        made = tpu_mlir.compile(models.middle(), precision="int8", ranges=ranges, check=CheckOptions(data=data))
    assert made.check is not None and made.check.agrees
    assert {each.name for each in made.check.outputs} >= {"rows", "result"}
    expected = OnnxRuntime(models.middle()).run(data[0])["result"].reshape(-1)
    found = Session(made).run(data[0])["result"].reshape(-1)
    assert found @ expected / np.linalg.norm(found) / np.linalg.norm(expected) > 0.98


def test_bfloat16_cannot_be_handed_over() -> None:
    nodes = [models.node("NonZero", ["x"], ["y"])]
    inputs = [("x", onnx.TensorProto.BFLOAT16, [4])]
    with pytest.raises(CompileError, match=r"(?s)NonZero .*no bfloat16 of NumPy's, as 'x' is; a Cast to float"):
        tpu_mlir.compile(models.graph(nodes, inputs, [("y", models.I64, None)], {}))
