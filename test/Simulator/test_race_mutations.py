"""Every wait of a compiled model is needed, and the simulator sees it: lowered by one, each becomes a race."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper
from tpu_mlir._native import bmodel
from tpu_mlir.compiler import compile
from tpu_mlir.errors import RunError
from tpu_mlir.isa import Command, decode_stream, encode
from tpu_mlir.runtime import BModel, Session

OTHER = {"tiu": "GDMA", "gdma": "TIU"}  # as messages call the engine that a command waits for


def tiled_network(size: int) -> onnx.ModelProto:
    """Return a network whose tensors exceed a lane: several groups, cut into double-buffered slices."""
    rng = np.random.default_rng(size)
    shapes = {"w0": (3, 2, 3, 3), "b0": (3,), "w1": (3, 3, 1, 1), "b1": (3,)}
    constants = [numpy_helper.from_array(rng.standard_normal(s).astype(np.float32), name) for name, s in shapes.items()]
    nodes = [
        helper.make_node("Conv", ["x", "w0", "b0"], ["conv0"], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["conv0"], ["relu"]),
        helper.make_node("Conv", ["relu", "w1", "b1"], ["conv1"]),
        helper.make_node("Add", ["conv1", "relu"], ["sum"]),
        helper.make_node("Sigmoid", ["sum"], ["sigmoid"]),
        # Along rows: parts in different lanes of one buffer wait for each other, though they need not.
        helper.make_node("Concat", ["sigmoid", "relu"], ["joined"], axis=2),
        helper.make_node("MaxPool", ["joined"], ["pooled"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Transpose", ["pooled"], ["y"], perm=[0, 2, 3, 1]),
    ]
    x = helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1, 2, size, size])
    y = helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [1, size, size // 2, 3])
    graph = helper.make_graph(nodes, "tiled", [x], [y], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def only_stage(model: BModel) -> tuple[str, bmodel.Stage, bmodel.CommandGroup]:
    """Return the network's name, its stage and its command group."""
    (net,) = model.contents.nets
    (stage,) = net.stages
    (group,) = stage.groups
    return net.name, stage, group


def waiting(group: bmodel.CommandGroup) -> Iterator[tuple[str, int, Command]]:
    """Yield engine, offset in its stream and command, of each that waits."""
    for engine, stream, count in (("tiu", group.tiu, group.tiu_count), ("gdma", group.gdma, group.gdma_count)):
        offset = 0
        for command in decode_stream(engine, stream, count):
            if command.fields.get("cmd_id_dep"):
                yield engine, offset, command
            offset += command.size


def with_command(model: BModel, engine: str, offset: int, command: bytes) -> BModel:
    """Return the bmodel with other bytes at that place of a stream."""
    name, stage, group = only_stage(model)
    streams = {"tiu": bytearray(group.tiu), "gdma": bytearray(group.gdma)}
    streams[engine][offset : offset + len(command)] = command
    changed = bmodel.CommandGroup(
        tiu_count=group.tiu_count, gdma_count=group.gdma_count, tiu=bytes(streams["tiu"]), gdma=bytes(streams["gdma"])
    )
    rebuilt = bmodel.Stage(
        inputs=stage.inputs,
        outputs=stage.outputs,
        ctx_address=stage.ctx_address,
        ctx_size=stage.ctx_size,
        coeff_address=stage.coeff_address,
        coeff=stage.coeff,
        groups=[changed],
    )
    return BModel(bmodel.write(bmodel.Model(chip="BM1684X", nets=[bmodel.Net(name=name, stages=[rebuilt])])))


def check_every_wait(model: BModel, least: int) -> None:
    """Run the model as it is, then once for each wait, lowered by one; `least` of them each engine must have."""
    rng = np.random.default_rng(1)
    inputs = Session(model).get_inputs()
    feeds = {arg.name: rng.uniform(-1, 1, arg.shape).astype(np.float32) for arg in inputs}
    Session(model, check_races=True, check_uninitialised=True).run(feeds)
    _, _, group = only_stage(model)
    waits = list(waiting(group))
    for engine in OTHER:
        assert sum(each == engine for each, _, _ in waits) >= least, f"too few waits of {engine} to test"
    unseen: list[str] = []
    for engine, offset, command in waits:
        fields = dict(command.fields)
        stream = group.tiu if engine == "tiu" else group.gdma
        same = encode(command.instruction.name, fields, is_short=command.is_short)
        assert same == bytes(stream[offset : offset + command.size])
        needed = fields["cmd_id_dep"]
        fields["cmd_id_dep"] = needed - 1
        lowered = encode(command.instruction.name, fields, is_short=command.is_short)
        try:
            Session(with_command(model, engine, offset, lowered), check_races=True).run(feeds)
            unseen.append(f"{engine} command {fields['cmd_id']} {command.mnemonic} waits for {needed}")
        except RunError as error:
            # What is no longer waited for is one half of the race, this command or a later one the other.
            first = str(error).splitlines()[1]
            assert "race" in str(error) and f"{OTHER[engine]} command {needed} " in first, str(error)
    assert not unseen, "\n".join(unseen)


@pytest.mark.parametrize(("size", "precision", "least"), [(240, "f32", 10), (200, "bf16", 10)])
def test_every_wait_of_a_tiled_network(size: int, precision: str, least: int) -> None:
    check_every_wait(compile(tiled_network(size), precision=precision), least)


def resident_network() -> onnx.ModelProto:
    """Return blocks whose tensors stay in local memory, with filters that come while blocks before them work."""
    rng = np.random.default_rng(0)
    value, nodes, constants = "x", [], []
    for block in range(4):
        filters = rng.standard_normal((96, 96, 3, 3)).astype(np.float32) / 30
        constants.append(numpy_helper.from_array(filters, f"w{block}"))
        nodes.append(helper.make_node("Conv", [value, f"w{block}"], [f"conv{block}"], pads=[1, 1, 1, 1]))
        nodes.append(helper.make_node("Concat", [f"conv{block}", value], [f"pair{block}"], axis=2))
        nodes.append(
            helper.make_node("MaxPool", [f"pair{block}"], [f"max{block}"], kernel_shape=[2, 1], strides=[2, 1])
        )
        value = f"max{block}"
    x, y = (helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1, 96, 12, 12]) for name in ("x", value))
    graph = helper.make_graph(nodes, "resident", [x], [y], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def test_every_wait_where_values_stay() -> None:
    check_every_wait(compile(resident_network(), precision="f16"), 1)


def test_every_wait_of_a_real_model(models: Path) -> None:
    check_every_wait(compile(models / "mnist8.onnx"), 2)
