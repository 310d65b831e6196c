"""Arithmetic, comparison and logic by element."""

from collections.abc import Callable

import numpy as np
from onnx import TensorProto

from tpu_mlir._mlir import ir
from tpu_mlir._mlir.dialects import top
from tpu_mlir.frontend.onnx.exporting import Exported, Exporter, exporter
from tpu_mlir.frontend.onnx.node import Node, Unsupported
from tpu_mlir.frontend.onnx.registry import Imported, Importer, importer
from tpu_mlir.frontend.onnx.tensors import is_float, mlir_type, onnx_numpy_type, onnx_type
from tpu_mlir.frontend.onnx.values import result

Build = Callable[..., ir.OpView]


def unary(build: Build) -> Importer:
    """Return the importer of an operator with one operand and no attributes."""
    return lambda n: build(n.value(0))


def binary(build: Build) -> Importer:
    """Return the importer of an operator with two operands and no attributes."""
    return lambda n: build(n.value(0), n.value(1))


def chain(build: Build) -> Importer:
    """Return the importer of an operator that combines any number of operands from left to right."""

    def combine(n: Node) -> Imported:
        values = n.values()
        total = values[0]
        for index, value in enumerate(values[1:], 2):
            total = result(build(total, value, loc=None if index == len(values) else n.at(f"first{index}")))
        return total

    return combine


def renamed(op: str) -> Exporter:
    """Return the exporter of an operation that ONNX has under another name, with the same operands."""
    return lambda e: e.emit(op)


_UNARY: dict[str, tuple[Build, tuple[int, ...]]] = {
    "Abs": (top.AbsOp, (6, 13)),
    "Acos": (top.AcosOp, (7,)),
    "Acosh": (top.AcoshOp, (9,)),
    "Asin": (top.AsinOp, (7,)),
    "Asinh": (top.AsinhOp, (9,)),
    "Atan": (top.AtanOp, (7,)),
    "Atanh": (top.AtanhOp, (9,)),
    "Ceil": (top.CeilOp, (6, 13)),
    "Cos": (top.CosOp, (7,)),
    "Cosh": (top.CoshOp, (9,)),
    "Erf": (top.ErfOp, (9, 13)),
    "Exp": (top.ExpOp, (6, 13)),
    "Floor": (top.FloorOp, (6, 13)),
    "Log": (top.LogOp, (6, 13)),
    "Neg": (top.NegOp, (6, 13)),
    "Reciprocal": (top.ReciprocalOp, (6, 13)),
    "Round": (top.RoundOp, (11,)),
    "Sign": (top.SignOp, (9, 13)),
    "Sin": (top.SinOp, (7,)),
    "Sinh": (top.SinhOp, (9,)),
    "Sqrt": (top.SqrtOp, (6, 13)),
    "Tan": (top.TanOp, (7,)),
    "Tanh": (top.TanhOp, (6, 13)),
}
for _name, (_build, _since) in _UNARY.items():
    importer(_name, *_since)(unary(_build))
    exporter(_name.lower())(renamed(_name))

_BINARY: dict[str, tuple[Build, str, tuple[int, ...]]] = {
    "Add": (top.AddOp, "add", (7, 13, 14)),
    "Sub": (top.SubOp, "sub", (7, 13, 14)),
    "Mul": (top.MulOp, "mul", (7, 13, 14)),
    "Div": (top.DivOp, "div", (7, 13, 14)),
    "Equal": (top.EqualOp, "equal", (7, 11, 13, 19)),
    "Greater": (top.GreaterOp, "greater", (7, 9, 13)),
    "GreaterOrEqual": (top.GreaterOrEqualOp, "greater_or_equal", (12, 16)),
    "Less": (top.LessOp, "less", (7, 9, 13)),
    "LessOrEqual": (top.LessOrEqualOp, "less_or_equal", (12, 16)),
}
for _name, (_build, _mnemonic, _since) in _BINARY.items():
    importer(_name, *_since)(binary(_build))
    exporter(_mnemonic)(renamed(_name))


def by_bits(op: str) -> Exporter:
    """Return the exporter of an operation of truth values, which has another name for integers."""
    return lambda e: e.emit(op if e.dtype() == np.bool_ else f"Bitwise{op}")


for _name, _build in {"And": top.AndOp, "Or": top.OrOp, "Xor": top.XorOp}.items():
    importer(_name, 7)(binary(_build))
    importer(f"Bitwise{_name}", 18)(binary(_build))
    exporter(_name.lower())(by_bits(_name))
importer("Not", 1)(unary(top.NotOp))
importer("BitwiseNot", 18)(unary(top.NotOp))
exporter("not")(by_bits("Not"))


@importer("BitShift", 11)
def shift(n: Node) -> Imported:
    """Import a shift of the bits of unsigned integers."""
    direction = n.str_attr("direction")
    if direction not in ("LEFT", "RIGHT"):
        raise Unsupported(f"BitShift expects the direction LEFT or RIGHT, found {direction}")
    return top.ShiftOp(n.value(0), n.value(1), right=direction == "RIGHT")


@exporter("shift")
def export_shift(e: Exported) -> None:
    """Write BitShift."""
    e.emit("BitShift", direction="RIGHT" if e.flag_attr("right") else "LEFT")


importer("Sum", 6, 8, 13)(chain(top.AddOp))
importer("Max", 6, 8, 12, 13)(chain(top.MaxOp))
importer("Min", 6, 8, 12, 13)(chain(top.MinOp))
exporter("max")(renamed("Max"))
exporter("min")(renamed("Min"))
exporter("pow")(renamed("Pow"))
exporter("where")(renamed("Where"))
exporter("is_nan")(renamed("IsNaN"))


@importer("Mean", 6, 8, 13)
def mean(n: Node) -> Imported:
    """Import the mean of several tensors as the sum of their shares, of a power of two, divided by what is left.

    The sum itself may exceed a type that holds its mean.
    """
    values = n.values()
    share = 2.0 ** -(len(values) - 1).bit_length()
    part = n.weight(np.array(share, np.float32), "share")
    total, *shares = (result(top.MulOp(value, part, loc=n.at(f"share{index}"))) for index, value in enumerate(values))
    if not shares:
        return total
    for index, value in enumerate(shares[:-1], 2):
        total = result(top.AddOp(total, value, loc=n.at(f"first{index}")))
    if len(values) * share == 1:
        return top.AddOp(total, shares[-1])
    total = result(top.AddOp(total, shares[-1], loc=n.at("sum")))
    return top.DivOp(total, n.weight(np.array(len(values) * share, np.float32), "count"))


@importer("Pow", 7, 12, 13, 15)
def power(n: Node) -> Imported:
    """Import a power; the exponent takes the type of the base, which is that of the result."""
    base, exponent = n.dtype(0), n.dtype(1)
    is_whole = n.is_constant(1) and bool(np.all(n.constant(1, "exponent") % 1 == 0))
    if is_float(exponent) and not is_float(base) and not is_whole:
        raise Unsupported(f"Pow of {base} expects an integer exponent, found {exponent}")
    return top.PowOp(n.value(0), n.value_as(1, np.dtype(np.float32) if is_float(base) else base))


@importer("Mod", 10, 13)
def modulo(n: Node) -> Imported:
    """Import the remainder, with the sign of the divisor or, with fmod, of the dividend."""
    return top.ModOp(n.value(0), n.value(1), fmod=bool(n.int_attr("fmod", 0)))


@exporter("mod")
def export_modulo(e: Exported) -> None:
    """Write Mod."""
    e.emit("Mod", fmod=int(e.flag_attr("fmod")))


@importer("Where", 9, 16)
def where(n: Node) -> Imported:
    """Import a choice by element."""
    return top.WhereOp(n.value(0), n.value(1), n.value(2))


importer("IsNaN", 9, 13, 20)(unary(top.IsNanOp))


@importer("IsInf", 10, 20)
def is_infinite(n: Node) -> Imported:
    """Import the test for infinities of either sign."""
    negative, positive = bool(n.int_attr("detect_negative", 1)), bool(n.int_attr("detect_positive", 1))
    return top.IsInfOp(n.value(0), detect_negative=negative, detect_positive=positive)


@exporter("is_inf")
def export_is_infinite(e: Exported) -> None:
    """Write IsInf."""
    flags = {name: int(e.flag_attr(name)) for name in ("detect_negative", "detect_positive")}
    e.emit("IsInf", **flags)


@importer("Clip", 1, 6)
def clip_by_attributes(n: Node) -> Imported:
    """Import Clip whose limits are attributes."""
    return top.ClipOp(n.value(0), n.float_attr("min", -np.inf), n.float_attr("max", np.inf))


@importer("Clip", 11, 12, 13)
def clip(n: Node) -> Imported:
    """Import Clip whose limits are operands; limits that are computed, and integers, become max and min."""
    if is_float(n.dtype(0)) and all(n.is_constant(index) for index in (1, 2) if n.has(index)):
        low, high = n.scalar(1, "min", -np.inf), n.scalar(2, "max", np.inf)
        return top.ClipOp(n.value(0), min(low, high), high)
    has_low, has_high = _limits(n, 1), _limits(n, 2)
    if not has_low:
        return top.MinOp(n.value(0), n.value(2)) if has_high else n.operand(0)
    raised = result(top.MaxOp(n.value(0), n.value(1), loc=n.at("min") if has_high else None))
    return top.MinOp(raised, n.value(2)) if has_high else raised


def _limits(n: Node, index: int) -> bool:
    """Tell whether a limit of Clip cuts anything off: the end of an integer type does not, as exporters write it."""
    if not n.has(index) or is_float(n.dtype(0)) or not n.is_constant(index):
        return n.has(index)
    ends = np.iinfo(n.dtype(0))
    return bool(np.any(n.constant(index, "limit") != (ends.min if index == 1 else ends.max)))


@exporter("clip")
def export_clip(e: Exported) -> None:
    """Write Clip; an infinite limit is left out."""
    low, high = e.float_attr("min"), e.float_attr("max")
    limits = [
        e.constant(np.float32(limit), suffix) if np.isfinite(limit) else ""
        for limit, suffix in ((low, "min"), (high, "max"))
    ]
    e.emit("Clip", [*e.inputs, *limits])


def cast(n: Node, dtype: np.dtype[np.generic]) -> Imported:
    """Import a conversion; between floating point types it is nothing, since `top` computes in f32."""
    target = np.dtype(np.float32) if is_float(dtype) else dtype
    if n.dtype(0) == target:
        return n.operand(0)
    return top.CastOp(n.value(0), ir.TypeAttr.get(mlir_type(target)))


@importer("Cast", 1)
def cast_to_name(n: Node) -> Imported:
    """Import a conversion to the type whose name is in the attribute."""
    name = n.str_attr("to")
    if name not in TensorProto.DataType.keys():  # noqa: SIM118 (no mapping)
        raise Unsupported(f"Cast expects the name of an element type, found '{name}'")
    return cast(n, onnx_numpy_type(TensorProto.DataType.Value(name), "attribute 'to'"))


@importer("Cast", 6, 9, 13, 19, 21, 24)
def cast_to(n: Node) -> Imported:
    """Import a conversion to the type in the attribute."""
    return cast(n, n.dtype_attr("to"))


@importer("CastLike", 15, 19, 21, 24)
def cast_like(n: Node) -> Imported:
    """Import a conversion to the type of the second operand."""
    return cast(n, n.dtype(1))


@exporter("cast")
def export_cast(e: Exported) -> None:
    """Write Cast, behind DequantizeLinear if the operand is quantized; QuantizeLinear if the result is."""
    stored, wanted = e.quantized(), e.result_quantized()
    reals = e.real(e.inputs[0], stored)
    if wanted is not None:
        if e.dtype() != np.float32:  # ONNX wants the scale in the type of the reals
            halves, reals = reals, e.temporary("f32")
            e.emit("Cast", [halves], [reals], to=onnx_type(np.dtype(np.float32)))
        e.emit("QuantizeLinear", [reals, *e.scales(wanted, e.outputs[0])], axis=wanted.axis)
    else:
        e.emit("Cast", [reals], to=onnx_type(e.result_dtype()))
