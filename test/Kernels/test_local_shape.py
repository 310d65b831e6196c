"""Data movement between kernels stays in local memory and gives what NumPy gives, in lanes of any number."""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from kernel_cases import Array, integers, numbers, tensor_type
from tpu_mlir._mlir import ir
from tpu_mlir.compiler import run_passes
from tpu_mlir.runtime import BModel, Session


@dataclass(frozen=True, eq=False)
class Movement:
    """An op between kernels: `op attributes` of the arrays, after a rise by one and before a change of sign."""

    op: str
    attributes: str
    inputs: tuple[Array, ...]
    expected: Array


def concat(axis: int, *shapes: tuple[int, ...], kind: str = "f16") -> Movement:
    parts = tuple(numbers(shape, kind, seed=seed) for seed, shape in enumerate(shapes))
    return Movement("concat", f"axis = {axis} : i64", parts, np.concatenate(parts, axis))


def cut(shape: tuple[int, ...], offsets: list[int], sizes: list[int], steps: list[int], kind: str = "f16") -> Movement:
    x = numbers(shape, kind)
    index = tuple(slice(o, o + (n - 1) * s + 1, s) for o, n, s in zip(offsets, sizes, steps, strict=True))
    return Movement(
        "slice", f"offsets = array<i64: {_list(offsets)}>, steps = array<i64: {_list(steps)}>", (x,), x[index]
    )


def pad(shape: tuple[int, ...], low: list[int], high: list[int], value: float, kind: str = "f16") -> Movement:
    x = numbers(shape, kind)
    attributes = f"low = array<i64: {_list(low)}>, high = array<i64: {_list(high)}>, value = {value} : f32"
    # The kernel before adds one to x alone.
    padded = np.pad(x, list(zip(low, high, strict=True)), constant_values=value - 1)
    return Movement("pad", attributes, (x,), padded)


def permute(shape: tuple[int, ...], order: list[int], kind: str = "f16") -> Movement:
    x = numbers(shape, kind)
    return Movement("permute", f"order = array<i64: {_list(order)}>", (x,), x.transpose(order))


def reshape(shape: tuple[int, ...], other: tuple[int, ...]) -> Movement:
    x = numbers(shape, "f16")
    return Movement("reshape", "", (x,), x.reshape(other))


def _list(values: list[int]) -> str:
    return ", ".join(map(str, values))


CASES = {
    "concat-lanes": concat(1, (1, 3, 25, 37), (1, 5, 25, 37)),
    "concat-wraps": concat(1, (1, 70, 16, 16), (1, 150, 16, 16)),
    "concat-rounds": concat(1, (1, 64, 6, 6), (1, 128, 6, 6), (1, 10, 6, 6), kind="f32"),
    "concat-rows": concat(2, (1, 65, 3, 8), (1, 65, 4, 8)),
    "concat-columns": concat(3, (2, 33, 3, 5), (2, 33, 3, 9)),
    "slice-lanes": cut((1, 96, 25, 25), [0, 40, 0, 0], [1, 50, 25, 25], [1, 1, 1, 1]),
    "slice-rounds": cut((1, 192, 5, 5), [0, 64, 1, 0], [1, 70, 3, 5], [1, 1, 1, 1]),
    "slice-steps": cut((1, 70, 9, 12), [0, 0, 1, 2], [1, 70, 4, 3], [1, 1, 2, 3]),
    "pad-rows": pad((1, 66, 5, 6), [0, 0, 2, 1], [0, 0, 3, 4], 0.5),
    "pad-lanes": pad((1, 66, 23, 23), [0, 7, 0, 0], [0, 70, 0, 0], 2.0),
    "permute-images": permute((3, 70, 4, 8), [2, 1, 0, 3]),
    "permute-rows": permute((1, 70, 4, 8), [0, 1, 3, 2]),
    "reshape-rows": reshape((1, 70, 12, 8), (1, 70, 1, 96)),
}


def module(case: Movement) -> str:
    """Return the text of a module: kernel, movement, kernel."""
    arguments = ", ".join(f"%x{i}: {tensor_type(x)}" for i, x in enumerate(case.inputs))
    types = [tensor_type(x) for x in case.inputs]
    lines = [f"%y{i} = tpu.binary_scalar add %x{i}, 1.0 : {kind}" for i, kind in enumerate(types)]
    result = tensor_type(case.expected)
    operands = ", ".join(f"%y{i}" for i in range(len(types)))
    of = f"({', '.join(types)})" if case.op == "concat" else types[0]
    lines.append(f"%m = tpu.{case.op} {operands} {{{case.attributes}}} : {of} -> {result}")
    lines.append(f"%r = tpu.binary_scalar mul %m, -1.0 : {result}")
    return f"func.func @main({arguments}) -> {result} {{\n" + "\n".join(lines) + f"\nreturn %r : {result}\n}}"


@pytest.mark.parametrize("name", CASES)
def test_stays_in_local_memory(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    with ir.Context(), ir.Location.unknown():
        scheduled = ir.Module.parse(module(case))
        run_passes(scheduled, "builtin.module(func.func(tpu-form-groups),tpu-assign-addresses)")
        assert f"tpu.{case.op}" in str(scheduled)
        assert "tpu.local" in str(scheduled)
        run_passes(scheduled, f"builtin.module(tpu-codegen{{output={tmp_path / 'case.bmodel'}}})")
    session = Session(BModel.load(tmp_path / "case.bmodel"), check_races=True, check_uninitialised=True)
    names = [argument.name for argument in session.get_inputs()]
    (found,) = session.run(None, dict(zip(names, case.inputs, strict=True)))
    np.testing.assert_array_equal(found, -(case.expected + np.ones((), case.expected.dtype)))


def test_bytes_stay_in_local_memory(tmp_path: Path) -> None:
    """Integers, too: the halves of an interleaved pair of tensors, by lanes."""
    a, b = integers((1, 20, 6, 6), "i8", 1), integers((1, 50, 6, 6), "i8", 2)
    text = f"""func.func @main(%a: {tensor_type(a)}, %b: {tensor_type(b)}) -> tensor<1x70x6x6xf32> {{
      %0 = tpu.requant %a {{scale = 1.0 : f32}} : {tensor_type(a)} -> {tensor_type(a)}
      %1 = tpu.requant %b {{scale = 1.0 : f32}} : {tensor_type(b)} -> {tensor_type(b)}
      %2 = tpu.concat %0, %1 {{axis = 1 : i64}} : ({tensor_type(a)}, {tensor_type(b)}) -> tensor<1x70x6x6xi8>
      %r = tpu.dequantize %2 {{scale = 1.0 : f32}} : tensor<1x70x6x6xi8> -> tensor<1x70x6x6xf32>
      return %r : tensor<1x70x6x6xf32>
    }}"""
    with ir.Context(), ir.Location.unknown():
        run_passes(ir.Module.parse(text), f"builtin.module(tpu-schedule,tpu-codegen{{output={tmp_path / 'x.bmodel'}}})")
    session = Session(BModel.load(tmp_path / "x.bmodel"), check_races=True, check_uninitialised=True)
    names = [argument.name for argument in session.get_inputs()]
    (found,) = session.run(None, dict(zip(names, (a, b), strict=True)))
    np.testing.assert_array_equal(found, np.concatenate([a, b], 1).astype(np.float32))
