"""The chip of a compilation: named once, carried by the module, known to every part."""

import pytest
import tpu_mlir
from onnx import TensorProto, helper
from tpu_mlir import ir
from tpu_mlir._native import target
from tpu_mlir.cli.compilation.options import Chip
from tpu_mlir.options import CHIPS
from tpu_mlir.simulator import Machine
from tpu_mlir.stages import Observer, Stage


class Chips(Observer):
    """Notes the chip of the module after each stage."""

    def __init__(self) -> None:
        self.found: list[str | None] = []

    def end(self, stage: Stage, module: ir.Module, seconds: float) -> None:
        """Note it."""
        attributes = module.operation.attributes
        self.found.append(ir.StringAttr(attributes["tpu.chip"]).value if "tpu.chip" in attributes else None)


def test_command_line_knows_every_chip() -> None:
    assert tuple(chip.value for chip in Chip) == CHIPS == tuple(chip.name for chip in target.chips())


def test_chip_is_named_from_the_lowering_on() -> None:
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 2, 4, 4]) for name in ("x", "y")]
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "net", values[:1], values[1:])
    seen = Chips()
    compiled = tpu_mlir.compile(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), chip="BM1684X", observers=[seen]
    )
    assert seen.found == [None, None, None, "bm1684x", "bm1684x", "bm1684x"]
    assert compiled.contents.chip == "BM1684X"


def test_machine_has_the_memories_of_its_chip() -> None:
    chip = target.chips()[0]
    assert Machine(chip=chip.name).local.shape == (chip.lanes, chip.lane_bytes)
    with pytest.raises(ValueError, match="unknown chip 'cpu'; expected one of bm1684x"):
        Machine(chip="cpu")
