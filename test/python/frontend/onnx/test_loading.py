"""Files that are not ONNX models, and models that this project does not read: each has its own message."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tpu_mlir.errors import ModelError, TpuMlirWarning
from tpu_mlir.frontend.onnx import import_model
from tpu_mlir.frontend.onnx.loading import load
from tpu_mlir.reference import to_onnx
from tpu_mlir.testing import Fixed, case, uniform


@pytest.fixture
def data() -> bytes:
    """The bytes of a small valid model with a weight."""
    return case("Conv", uniform(1, 3, 8, 8), Fixed(uniform(4, 3, 3, 3))).model().SerializeToString()


def refused(path: Path, data: bytes | None = None) -> str:
    """Write the bytes, and return the message with which the file is refused, without its leading path."""
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(ModelError) as caught:
        import_model(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message.removeprefix(f"{path}: ")


def test_no_such_file(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.onnx") == "no such file or directory"


def test_directory(tmp_path: Path) -> None:
    assert refused(tmp_path) == "expected an ONNX file, found a directory"


def test_empty_file(tmp_path: Path) -> None:
    assert refused(tmp_path / "m.onnx", b"") == "not an ONNX file: it is empty"


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n0000", b"hello, world\n", b"PK\x03\x04" + bytes(60), bytes(1000), b"\xff" * 100]
)
def test_other_file(tmp_path: Path, data: bytes) -> None:
    assert refused(tmp_path / "m.onnx", data) == "not an ONNX file"


def test_every_truncation_is_an_error_that_says_so(tmp_path: Path, data: bytes) -> None:
    messages = {refused(tmp_path / "m.onnx", data[:size]) for size in range(1, len(data), 7)}
    kinds = (
        "truncated ONNX file: expected at least",
        "not an ONNX model: it holds no graph",
        "not a complete ONNX model",
    )
    assert all(message.startswith(kinds) for message in messages)
    graph_end = len(data) - 6  # the operator set, the last field, takes six bytes
    expected = f"truncated ONNX file: expected at least {graph_end} bytes, found 100"
    assert refused(tmp_path / "m.onnx", data[:100]) == expected


def test_damage_never_escapes_as_another_error(tmp_path: Path, data: bytes) -> None:
    random = np.random.default_rng(7)
    for _ in range(300):
        broken = bytearray(data)
        broken[random.integers(len(data))] ^= 1 << random.integers(8)
        path = tmp_path / "m.onnx"
        path.write_bytes(broken)
        try:
            import_model(path)
        except ModelError as error:
            assert str(error).startswith(f"{path}: ")


def test_opset_that_is_none(tmp_path: Path) -> None:
    model = case("Relu", uniform(2)).model()
    model.opset_import[0].version = -1
    message = refused(tmp_path / "m.onnx", model.SerializeToString())
    assert message == "expected an opset of at least 1, found -1; export the model again"


def test_opset_of_the_future() -> None:
    newest = onnx.defs.onnx_opset_version()
    model = case("Relu", uniform(2), opset=newest + 1).model()
    with pytest.warns(TpuMlirWarning, match=f"opset {newest + 1} is newer than {newest}, the last that onnx"):
        import_model(model)


def external(path: Path, **entries: str) -> onnx.ModelProto:
    """Save a model whose one weight of 432 bytes is in the file `weights.bin`, and return it."""
    model = case("Conv", uniform(1, 3, 8, 8), Fixed(uniform(4, 3, 3, 3))).model()
    (path / "weights.bin").write_bytes(model.graph.initializer[0].raw_data)
    weight = TensorProto(name="in1", data_type=TensorProto.FLOAT, dims=[4, 3, 3, 3])
    weight.data_location = TensorProto.EXTERNAL
    for key, value in {"location": "weights.bin", **entries}.items():
        weight.external_data.add(key=key, value=value)
    model.graph.initializer[0].CopyFrom(weight)
    onnx.save(model, path / "m.onnx")
    return model


def test_external_data_is_read(tmp_path: Path) -> None:
    external(tmp_path, offset="0", length="432")
    (weight,) = to_onnx(import_model(tmp_path / "m.onnx")).graph.initializer
    np.testing.assert_array_equal(numpy_helper.to_array(weight), uniform(4, 3, 3, 3))


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ({"location": "gone.bin"}, "has its data in '{folder}/gone.bin', which does not exist"),
        ({"location": "../secret"}, "has its data in '../secret', which is not below the folder of the model"),
        ({"offset": "8"}, "expects 432 bytes at offset 8 of '{folder}/weights.bin', found 424"),
        ({"length": "100"}, "expects 432 bytes at offset 0 of '{folder}/weights.bin', found 100"),
        ({"offset": "many"}, "has a damaged reference to its external data"),
    ],
)
def test_external_data_is_missing(tmp_path: Path, entries: dict[str, str], reason: str) -> None:
    external(tmp_path, **entries)
    assert refused(tmp_path / "m.onnx") == f"tensor 'in1' {reason.format(folder=tmp_path)}"


def test_external_data_of_a_model_without_a_path(tmp_path: Path) -> None:
    with pytest.raises(
        ModelError, match=r"tensor 'in1' has its data in the file 'weights.bin'; give the path of the model"
    ):
        import_model(external(tmp_path))


def test_weight_with_too_few_bytes(tmp_path: Path) -> None:
    model = case("Conv", uniform(1, 3, 8, 8), Fixed(uniform(4, 3, 3, 3))).model()
    model.graph.initializer[0].raw_data = b"1234"
    message = refused(tmp_path / "m.onnx", model.SerializeToString())
    assert message.startswith("not valid ONNX: TensorProto (tensor name: in1)") and "432" in message


def test_functions_of_the_model_are_inlined() -> None:
    body = [helper.make_node("Relu", ["a"], ["t"]), helper.make_node("Neg", ["t"], ["b"])]
    function = helper.make_function("local", "NegRelu", ["a"], ["b"], body, [helper.make_opsetid("", 17)])
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [2, 3]) for name in ("x", "y")]
    graph = helper.make_graph([helper.make_node("NegRelu", ["x"], ["y"], domain="local")], "g", values[:1], values[1:])
    imports = [helper.make_opsetid("", 17), helper.make_opsetid("local", 1)]
    model, _ = load(helper.make_model(graph, functions=[function], opset_imports=imports))
    assert [node.op_type for node in model.graph.node] == ["Relu", "Neg"]
    assert "top.neg" in str(import_model(model))
