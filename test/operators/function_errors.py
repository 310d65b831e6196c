"""Errors of functions in units of the last place, over all exponents: the table in docs/targets/numbers.md.

`python test/operators/function_errors.py` prints the table as measured; the test asserts what the document says.
"""

import math
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import ml_dtypes
import numpy as np
import onnx
import tpu_mlir
from numpy.typing import NDArray
from onnx import helper
from tpu_mlir.runtime import BModel, Session
from tpu_mlir.testing import NodeCase

Floats = NDArray[np.float64]
PRECISIONS = ("f32", "f16", "bf16")
DOCUMENT = Path(__file__).parents[2] / "docs" / "targets" / "numbers.md"
TYPES = {"f32": np.dtype(np.float32), "f16": np.dtype(np.float16), "bf16": np.dtype(ml_dtypes.bfloat16)}


@dataclass(frozen=True)
class Function:
    """An operator, what it computes, and the largest argument that its errors are stated for.

    `unit`: of an error, the last place of the result or of the argument. `gates`: the operator's result is multiplied
    by its operand, which makes one function of both.
    """

    op: str
    formula: Callable[..., Floats]
    attributes: dict[str, object] = field(default_factory=dict[str, object])
    limit: float = math.inf
    operands: int = 1
    opset: int = 17
    unit: str = "result"
    gates: bool = False

    @property
    def name(self) -> str:
        """Name the row of the table."""
        return " ".join([*(["x"] if self.gates else []), self.op, *map(str, self.attributes.values())])

    def model(
        self, operands: tuple[NDArray[np.float32], ...]
    ) -> tuple[onnx.ModelProto, dict[str, NDArray[np.generic]]]:
        """Return a model whose result is `out0`, and its feeds."""
        tried = NodeCase(self.op, operands, self.opset, attributes=self.attributes)
        model = tried.model()
        if self.gates:
            model.graph.node[0].output[0] = "gate"
            model.graph.node.append(helper.make_node("Mul", ["in0", "gate"], ["out0"]))
        return model, tried.feeds()


def _each(function: Callable[[float], float]) -> Callable[[Floats], Floats]:
    return np.vectorize(function, otypes=[np.float64])


_erf, _erfc = _each(math.erf), _each(math.erfc)


def _softplus(x: Floats) -> Floats:
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def _sigmoid(x: Floats) -> Floats:
    e = np.exp(-np.abs(x))
    return np.where(x > 0, 1, e) / (1 + e)


def _gelu_by_tanh(x: Floats) -> Floats:
    return x * _sigmoid(2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))


FUNCTIONS = [
    Function("Div", np.divide, operands=2),
    Function("Reciprocal", lambda x: 1 / x),
    Function("Sqrt", np.sqrt),
    Function("Exp", np.exp),
    Function("Log", np.log),
    Function("Pow", np.power, operands=2, limit=3e38),
    Function("Sin", np.sin, limit=1e4),
    Function("Cos", np.cos, limit=1e4),
    Function("Tan", np.tan, limit=1e4),
    Function("Asin", np.arcsin),
    Function("Acos", np.arccos),
    Function("Atan", np.arctan),
    Function("Sinh", np.sinh),
    Function("Cosh", np.cosh),
    Function("Tanh", np.tanh),
    Function("Asinh", np.arcsinh),
    Function("Acosh", np.arccosh),
    Function("Atanh", np.arctanh),
    Function("Erf", _erf),
    Function("Sigmoid", _sigmoid),
    Function("Softplus", _softplus),
    Function("Softsign", lambda x: x / (1 + np.abs(x))),
    Function("Mish", lambda x: x * np.tanh(_softplus(x)), limit=80, opset=18),
    Function("Elu", lambda x: np.where(x < 0, np.expm1(x), x)),
    Function("Sigmoid", lambda x: x * _sigmoid(x), unit="argument", gates=True),
    Function("Gelu", lambda x: x * _erfc(-x * math.sqrt(0.5)) / 2, {"approximate": "none"}, opset=20, unit="argument"),
    Function("Gelu", _gelu_by_tanh, {"approximate": "tanh"}, opset=20, unit="argument"),
]


def arguments(function: Function, precision: str) -> tuple[Floats, ...]:
    """Return every number of a 16-bit type, or 256 of each exponent and sign in f32; second operands are shuffled.

    Denormals are left out where the chip takes them for zeros.
    """
    if precision == "f32":
        bits = np.arange(1 << 17, dtype=np.uint32) << 15
        bits |= np.random.default_rng(9).integers(0, 1 << 15, bits.shape, np.uint32)
        numbers = bits.view(np.float32)
    else:
        numbers = np.arange(1 << 16, dtype=np.uint16).view(TYPES[precision])
    with np.errstate(invalid="ignore"):  # signalling NaN
        x = numbers.astype(np.float64)
    x[(np.abs(x) < smallest(precision)) | (np.abs(x) > function.limit)] = 0
    if function.operands == 1:
        return (x,)
    return x, np.random.default_rng(10).permutation(x)


def smallest(precision: str) -> float:
    """Return the smallest positive number of a type: normal ones, but for f16."""
    return 2.0**-24 if precision == "f16" else 2.0**-126


def compile_in(model: onnx.ModelProto, precision: str) -> BModel:
    """Return the bmodel of a model, computed in the precision also where the compiler would choose f32 by itself."""
    overrides = None if precision == "f32" else {"out0": precision}
    return tpu_mlir.compile(model, precision=precision, precision_overrides=overrides)


def run(function: Function, precision: str, operands: tuple[Floats, ...]) -> Floats:
    """Return what the chip computes of numbers that the type has."""
    shape = (1, 64, -1, 64)
    with np.errstate(invalid="ignore"):
        arrays = tuple(operand.astype(np.float32).reshape(shape) for operand in operands)
    model, feeds = function.model(arrays)
    session = Session(compile_in(model, precision))
    (found,) = session.run(session.convert(feeds)).values()
    return found.astype(np.float64).ravel()


def errors(found: Floats, exact: Floats, at: Floats, precision: str) -> Floats:
    """Return |found - exact| in units of the last place of the type at `at`; infinity for a wrong special value.

    Results near the ends of the type's range may be 0 or infinity on either side.
    """
    info = ml_dtypes.finfo(TYPES[precision])
    last = math.frexp(float(info.eps))[1] - 1  # exponent of the last place of 1
    least = math.log2(smallest(precision)) + (0 if precision == "f16" else last)
    place = np.exp2(np.maximum(np.frexp(at)[1] - 1.0 + last, least))
    with np.errstate(invalid="ignore"):
        difference = np.abs(found - exact) / place
    largest = float(info.max)
    difference[(found == exact) | (np.isnan(found) & np.isnan(exact))] = 0
    difference[(np.abs(exact) > largest * (1 - float(info.eps))) & (np.abs(found) >= largest * (1 - 2e-2))] = 0
    if precision != "f16":
        difference[(np.abs(exact) < 2.0**-125) & (found == 0)] = 0
    return np.nan_to_num(difference, nan=math.inf)


def measure(function: Function, precision: str) -> tuple[float, tuple[float, ...]]:
    """Return the largest error and where it is."""
    operands = arguments(function, precision)
    with np.errstate(all="ignore"):
        exact = function.formula(*operands)
    at = exact if function.unit == "result" else operands[0]
    found = errors(run(function, precision, operands), exact, at, precision)
    worst = int(found.argmax())
    return float(found[worst]), tuple(float(operand[worst]) for operand in operands)


def documented() -> dict[tuple[str, str], float]:
    """Return the bounds in the document's table by function and precision."""
    rows = re.findall(r"^\| `([^`]+)` \|(.+)\|$", DOCUMENT.read_text("utf-8"), re.MULTILINE)
    return {
        (name, precision): float(cell)
        for name, cells in rows
        for precision, cell in zip(PRECISIONS, cells.split("|"), strict=False)
    }


if __name__ == "__main__":
    for function in FUNCTIONS:
        if len(sys.argv) < 2 or function.name in sys.argv[1:]:
            measured = [measure(function, precision) for precision in PRECISIONS]
            cells = " | ".join(f"{error:.3g}" for error, _ in measured)
            print(f"| `{function.name}` | {cells} |", *(where for _, where in measured), flush=True)
