"""Models of one node, and the round trip through `top`, for tests of importers and passes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import onnx
from onnx import helper, numpy_helper

from tpu_mlir._mlir import ir
from tpu_mlir._mlir.passmanager import PassManager
from tpu_mlir.frontend.onnx import import_model
from tpu_mlir.frontend.onnx.session import Session
from tpu_mlir.frontend.onnx.tensors import Array, onnx_type
from tpu_mlir.reference import Reference

_IR_VERSION = 8  # read by every ONNX Runtime that reads opset 7 to 21


@dataclass(frozen=True, eq=False)
class Fixed:
    """An operand that is an initializer of the model, not an input."""

    array: Array


Operand = Array | Fixed | None  # None leaves an optional operand out


@dataclass(frozen=True, eq=False)
class NodeCase:
    """One node, the operands it is tried with and the opset that it is written in, 1 of a domain other than ONNX's."""

    op: str
    operands: tuple[Operand, ...]
    opset: int = 17
    outputs: int = 1
    attributes: Mapping[str, object] = field(default_factory=dict[str, object])
    domain: str = ""

    def __str__(self) -> str:
        """Name the case in a test's id."""
        shapes = ",".join("-" if item is None else _shape(item) for item in self.operands)
        settings = ",".join(f"{name}={value}" for name, value in self.attributes.items())
        return f"{self.op}-{self.opset}({shapes}){settings}".replace(" ", "")

    def model(self) -> onnx.ModelProto:
        """Return the model; inputs are `in0`, `in1` .., outputs `out0`, `out1` ..."""
        names = ["" if item is None else f"in{index}" for index, item in enumerate(self.operands)]
        outputs = [f"out{index}" for index in range(self.outputs)]
        node = helper.make_node(self.op, names, outputs, name="node", domain=self.domain, **dict(self.attributes))  # pyright: ignore[reportArgumentType]
        inputs = [
            helper.make_tensor_value_info(name, onnx_type(array.dtype), array.shape)
            for name, array in self.feeds().items()
        ]
        fixed = [
            numpy_helper.from_array(item.array, name)
            for name, item in zip(names, self.operands, strict=True)
            if isinstance(item, Fixed)
        ]
        results = [onnx.ValueInfoProto(name=name) for name in outputs]
        graph = helper.make_graph([node], "case", inputs, results, fixed)
        imports = {"": self.opset, self.domain: 1} if self.domain else {"": self.opset}
        opsets = [helper.make_opsetid(domain, version) for domain, version in imports.items()]
        return helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)

    def feeds(self) -> dict[str, Array]:
        """Return the operands that are inputs of the model."""
        return {f"in{index}": item for index, item in enumerate(self.operands) if isinstance(item, np.ndarray)}


def case(
    op: str, *operands: Operand, opset: int = 17, outputs: int = 1, domain: str = "", **attributes: object
) -> NodeCase:
    """Return a case; see NodeCase."""
    return NodeCase(op, operands, opset, outputs, attributes, domain)


def uniform(*shape: int, low: float = -2.0, high: float = 2.0, seed: int = 0) -> Array:
    """Return f32 numbers, the same for the same arguments."""
    return np.random.default_rng([seed, *shape]).uniform(low, high, shape).astype(np.float32)


def integers(values: Sequence[int]) -> Fixed:
    """Return a fixed i64 operand, such as axes or a shape."""
    return Fixed(np.array(values, np.int64))


def clean(module: ir.Module) -> None:
    """Run `--tpu-clean`: folding, fusions, canonical form."""
    with module.context:
        PassManager.parse("builtin.module(tpu-clean)").run(module.operation)


def check_round_trip(
    model: onnx.ModelProto,
    feeds: Mapping[str, Array],
    *,
    relative: float = 1e-5,
    expected: Mapping[str, Array] | None = None,
) -> ir.Module:
    """Import a model, write it back, and compare with ONNX Runtime on the original, before and after `--tpu-clean`.

    Two results agree if they differ by at most `relative` times the largest magnitude of the expected tensor; NaN and
    infinity must stand in the same places. Returns the clean module.
    """
    wanted = Session(model).run(feeds) if expected is None else expected
    module = import_model(model)
    for stage in ("imported", "clean"):
        if stage == "clean":
            clean(module)
        found = Reference(module).run(feeds)
        assert list(found) == list(wanted), f"{stage}: outputs {list(found)}"
        for name, array in wanted.items():
            compare(f"{stage} {name}", found[name], array, relative)
    return module


def compare(what: str, found: Array, expected: Array, relative: float) -> None:
    """Raise AssertionError unless two tensors agree in type, shape and, within the tolerance, values."""
    assert found.dtype == expected.dtype, f"{what}: expected {expected.dtype}, found {found.dtype}"
    assert found.shape == expected.shape, f"{what}: expected shape {expected.shape}, found {found.shape}"
    if expected.dtype.kind != "f":
        np.testing.assert_array_equal(found, expected, what)
        return
    finite = np.abs(expected[np.isfinite(expected)].astype(np.float64))
    np.testing.assert_allclose(found, expected, 0, relative * float(finite.max(initial=1e-30)), err_msg=what)


def _shape(item: Array | Fixed) -> str:
    shape = item.array.shape if isinstance(item, Fixed) else item.shape
    return "x".join(map(str, shape)) or "scalar"
