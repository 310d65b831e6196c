"""How the time to compile grows with the depth of a network: it must stay in proportion."""

import argparse
import sys
import time

import numpy as np
import onnx
import tpu_mlir
from onnx import TensorProto, helper, numpy_helper

from bench.report import Report, arguments, finish, machine, table

DEPTHS = (50, 100, 200, 400, 800, 1600)  # blocks
SECONDS, GROWTH = 5.0, 2.5  # limits: of 400 blocks; of the time a block takes in the deepest network beside 100 blocks
SHAPE = (1, 16, 32, 32)


def residual_network(blocks: int) -> onnx.ModelProto:
    """Return blocks of Conv, Relu and Add, each added to what it reads; weights are seeded."""
    generator = np.random.default_rng(0)
    nodes: list[onnx.NodeProto] = []
    weights: list[onnx.TensorProto] = []
    value = "x"
    for index in range(blocks):
        filters = generator.normal(0, 0.1, (16, 16, 3, 3)).astype(np.float32)
        weights.append(numpy_helper.from_array(filters, f"w{index}"))
        nodes.append(helper.make_node("Conv", [value, f"w{index}"], [f"conv{index}"], pads=[1] * 4))
        nodes.append(helper.make_node("Relu", [f"conv{index}"], [f"relu{index}"]))
        nodes.append(helper.make_node("Add", [f"relu{index}", value], [f"add{index}"]))
        value = f"add{index}"
    return _model(nodes, ["x"], value, weights)


def wide_sum(terms: int) -> onnx.ModelProto:
    """Return one Sum of that many inputs."""
    names = [f"x{index}" for index in range(terms)]
    return _model([helper.make_node("Sum", names, ["y"])], names, "y", [])


def _model(
    nodes: list[onnx.NodeProto], inputs: list[str], output: str, weights: list[onnx.TensorProto]
) -> onnx.ModelProto:
    described = [helper.make_tensor_value_info(name, TensorProto.FLOAT, SHAPE) for name in (*inputs, output)]
    graph = helper.make_graph(nodes, "depth", described[:-1], described[-1:], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def seconds(model: onnx.ModelProto, precision: str) -> float:
    """Compile once; return the seconds."""
    start = time.perf_counter()
    tpu_mlir.compile(model, precision=precision)
    return time.perf_counter() - start


def report(options: argparse.Namespace) -> Report:
    """Compile every depth in two precisions, and a sum of many inputs."""
    tpu_mlir.compile(residual_network(1))  # loads what is loaded once
    rows: list[tuple[str, ...]] = []
    failures: list[str] = []
    for precision in ("f32", "f16"):
        found = {depth: seconds(residual_network(depth), precision) for depth in options.depths}
        rows += [(f"{n} blocks, {precision}", f"{s:.2f}", f"{1000 * s / n:.1f}") for n, s in found.items()]
        if found.get(400, 0) > SECONDS:
            failures.append(f"400 blocks in {precision} take {found[400]:.2f} s, expected at most {SECONDS:g} s")
        deepest = max(found)
        if 100 in found and found[deepest] / deepest > GROWTH * found[100] / 100:
            failures.append(
                f"a block of {deepest} in {precision} takes {found[deepest] / deepest * 100 / found[100]:.1f} times as "
                f"long as one of 100, expected at most {GROWTH:g} times"
            )
    for terms in (100, 1000):
        taken = seconds(wide_sum(terms), "f16")
        rows.append((f"sum of {terms} inputs, f16", f"{taken:.2f}", f"{1000 * taken / terms:.1f}"))
    text = (
        "# Time to compile deep networks\n\nWritten by `python -m bench.depth`: blocks of Conv, Relu, Add on "
        f"{'x'.join(map(str, SHAPE[1:]))}, from the model to the bmodel, on {machine()}.\n\n"
        f"{table(('network', 'seconds', 'ms for each'), rows)}"
    )
    return Report(text, failures)


def main(words: list[str] | None = None) -> int:
    """Write the table; return 1 if a limit does not hold."""
    parser = arguments(__doc__)
    parser.add_argument("--depths", type=int, nargs="+", default=DEPTHS, help="numbers of blocks")
    options = parser.parse_args(words)
    return finish("depth", report(options), options.output)


if __name__ == "__main__":
    sys.exit(main())
