"""One bmodel for several input shapes: stages, their coefficients, and batches that none was compiled for."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import parted_models as models
import pytest
import tpu_mlir
from tpu_mlir.cli import main
from tpu_mlir.cli.options import parse_stages
from tpu_mlir.errors import FeedError, ModelError, TpuMlirWarning
from tpu_mlir.frontend.onnx.session import Session as OnnxRuntime
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.runtime import BModel, Session
from tpu_mlir.testing import compare

TOLERANCE = 2e-6  # of the largest magnitude: sums of 144 products in f32, in another order
BATCHES = (1, 2, 4)


def network() -> onnx.ModelProto:
    """Pooled features of a batch of any size, and a constant beside them."""
    nodes, constants = models.backbone("image", "features")
    nodes += [models.node("GlobalAveragePool", ["features"], ["pooled"]), models.node("Abs", ["same"], ["constant"])]
    constants |= {"same": np.arange(3, dtype=np.float32)}
    outputs: list[models.Value] = [("pooled", models.FLOAT, None), ("constant", models.FLOAT, None)]
    return models.graph(nodes, [("image", models.FLOAT, ["batch", 3, 64, 64])], outputs, constants)


def chosen() -> onnx.ModelProto:
    """A network and TopK of each row on the host."""
    nodes, constants = models.backbone("image", "features")
    nodes += [models.node("Flatten", ["features"], ["flat"]), models.node("TopK", ["flat", "five"], ["best", "places"])]
    outputs: list[models.Value] = [("best", models.FLOAT, None), ("places", models.I64, None)]
    inputs = [("image", models.FLOAT, ["batch", 3, 64, 64])]
    return models.graph(nodes, inputs, outputs, constants | {"five": np.array([5])})


def shapes() -> list[Mapping[str, tuple[int, ...]]]:
    return [{"image": (batch, 3, 64, 64)} for batch in BATCHES]


def images(batch: int) -> dict[str, Array]:
    return {"image": np.random.default_rng(batch).standard_normal((batch, 3, 64, 64)).astype(np.float32)}


def agrees(session: Session, model: onnx.ModelProto, batch: int) -> None:
    expected = OnnxRuntime(model).run(images(batch))
    found = session.run(images(batch))
    assert list(found) == list(expected)
    for name, array in expected.items():
        compare(name, found[name], array, TOLERANCE)


@pytest.fixture(scope="module")
def made() -> BModel:
    return tpu_mlir.compile(network(), input_shapes=shapes())


def test_the_stage_that_fits_runs(made: BModel) -> None:
    session = Session(made)
    assert session.stage_count == len(BATCHES)
    for batch in BATCHES:
        agrees(session, network(), batch)


def test_parts_for_the_host_have_stages_too() -> None:
    with pytest.warns(TpuMlirWarning, match="run on the host"):
        session = Session(tpu_mlir.compile(chosen(), input_shapes=shapes()))
    assert [len(net.stages) for net in session.bmodel.contents.nets] == [len(BATCHES)]
    for batch in BATCHES:
        agrees(session, chosen(), batch)


def test_shapes_that_no_stage_takes(made: BModel) -> None:
    with pytest.raises(FeedError, match=r"no stage of network 'graph' takes the shapes given.*\n  'image' \[1, 3, 64"):
        Session(made).run(images(3))


def test_weights_are_in_the_file_once() -> None:
    """Three stages take less than one and a half times the bytes of one: commands, not the 8 MiB of a matrix."""
    constants = models.weights("w", 1024, 2048)
    nodes = [models.node("MatMul", ["x", "w"], ["y"])]
    model = models.graph(nodes, [("x", models.FLOAT, ["n", 1024])], [("y", models.FLOAT, None)], constants)
    one, three = (
        len(tpu_mlir.compile(model, input_shapes=[{"x": (batch, 1024)} for batch in batches]).data)
        for batches in ((1,), (1, 2, 3))
    )
    assert three < 1.5 * one


@pytest.mark.parametrize(("count", "stage"), [(3, 2), (2, 1), (1, 0)])
def test_rows_are_added_and_taken_off(made: BModel, count: int, stage: int) -> None:
    session = Session(made, pad_batch=True)
    agrees(session, network(), count)
    assert session.choose_stage(images(count)) == stage


def test_more_rows_than_any_stage_takes(made: BModel) -> None:
    with pytest.raises(FeedError, match="no stage of network 'graph' takes the shapes given"):
        Session(made, pad_batch=True).run(images(5))


def test_rows_that_cannot_be_taken_off() -> None:
    """What is counted over the batch is another number with rows that were added."""
    with pytest.warns(TpuMlirWarning, match="run on the host"):
        made = tpu_mlir.compile(models.counting(), input_shapes=None)
    with pytest.raises(FeedError, match=r"expected shape \[1, 3, 64, 64\]"):
        Session(made, pad_batch=True).run(images(2))
    nodes = [models.node("ReduceSum", ["x"], ["y"], keepdims=0)]
    model = models.graph(nodes, [("x", models.FLOAT, [4, 3])], [("y", models.FLOAT, None)], {})
    session = Session(tpu_mlir.compile(model), pad_batch=True)
    with pytest.raises(FeedError, match=r"output 'y' has the shape \[\], expected one that begins with the batch of 4"):
        session.run({"x": np.ones((3, 3), np.float32)})


def test_a_module_has_one_shape() -> None:
    from tpu_mlir.frontend.onnx import import_model

    module = import_model(network(), input_shapes=shapes()[0])
    with pytest.raises(ModelError, match="a module has the shapes that it was imported with"):
        tpu_mlir.compile(module, input_shapes=shapes())


def test_lists_belong_together() -> None:
    assert parse_stages(["ids:1x64,128", "mask:1x64,128", "scale:1"]) == [
        {"ids": (1, 64), "mask": (1, 64), "scale": (1,)},
        {"ids": (1, 128), "mask": (1, 128), "scale": (1,)},
    ]
    assert parse_stages(None) == [{}]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["x:1,2x3", "y:1,2,3"], "expected lists of one length, found 2 and 3 sizes"),
        (["x:1,x3"], "expected NAME:1x3x224x224, found 'x:1,x3'"),
    ],
)
def test_lists_that_do_not(words: list[str], message: str, tmp_path: Path, capsys) -> None:
    options = [word for shape in words for word in ("--input-shape", shape)]
    onnx.save(network(), tmp_path / "m.onnx")
    assert main(["compile", str(tmp_path / "m.onnx"), "-o", str(tmp_path / "m.bmodel"), *options]) == 2
    assert message in capsys.readouterr().err


def test_commands(tmp_path: Path, capsys) -> None:
    model, target = tmp_path / "m.onnx", tmp_path / "m.bmodel"
    onnx.save(chosen(), model)
    words = ["compile", str(model), "-o", str(target), "--input-shape", "image:1,4x3x64x64", "--precision", "f16"]
    assert main(words) == 0
    assert capsys.readouterr().err.count("check: agrees with ONNX Runtime") == 2
    np.savez(tmp_path / "in.npz", **images(3))
    run = ["run", str(target), "--input", str(tmp_path / "in.npz"), "--output", str(tmp_path / "out.npz")]
    assert main(run) == 1
    assert main([*run, "--pad-batch"]) == 0
    assert np.load(tmp_path / "out.npz")["best"].shape == (3, 5)
    assert main(["calibrate", str(model), "-o", str(tmp_path / "r"), "--input-shape", "image:1,4x3x64x64"]) == 2
