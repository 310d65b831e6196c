"""Variations of test/BModel/Inputs/twice.bmodel (y = x + x over f32 [1, 70, 5, 9]) for the tests of runtime and cli."""

import math
from collections.abc import Callable
from pathlib import Path

import pytest
from tpu_mlir._native import bmodel

TWICE = Path(__file__).parents[1] / "BModel" / "Inputs" / "twice.bmodel"
SHAPE = (1, 70, 5, 9)
X, Y = 0x1_0000_1000, 0x1_0000_5000  # where the input and the output lie


@pytest.fixture
def twice() -> Path:
    """Return the file as it is."""
    return TWICE


def tensor(name: str, address: int, shape: tuple[int, ...] = SHAPE, data_type: str = "f32") -> bmodel.Tensor:
    size = max(12600, 4 * math.prod(shape))
    return bmodel.Tensor(name=name, data_type=data_type, shape=shape, address=address, size=size)


@pytest.fixture
def variant(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a variant and returns its path.

    `chip`, `nets` (names), `shapes` (one a stage), `data_type`, `tiu` and `gdma` (functions that change the commands,
    given as a bytearray), `records` (of the tensor table).
    """
    (stage,) = bmodel.read(TWICE.read_bytes()).nets[0].stages
    (group,) = stage.groups

    def write(
        *,
        chip: str = "BM1684X",
        nets: tuple[str, ...] = ("twice",),
        shapes: tuple[tuple[int, ...], ...] = (SHAPE,),
        data_type: str = "f32",
        tiu: Callable[[bytearray], object] = lambda commands: None,
        gdma: Callable[[bytearray], object] = lambda commands: None,
        records: tuple[bmodel.TensorRecord, ...] = (),
        table: bytes = b"",
    ) -> Path:
        streams = bytearray(group.tiu), bytearray(group.gdma)
        tiu(streams[0])
        gdma(streams[1])
        commands = bmodel.CommandGroup(tiu_count=2, gdma_count=3, tiu=bytes(streams[0]), gdma=bytes(streams[1]))
        stages = [
            bmodel.Stage(
                inputs=[tensor("x", X, shape, data_type)],
                outputs=[tensor("y", Y, shape, data_type)],
                ctx_address=stage.ctx_address,
                ctx_size=stage.ctx_size,
                coeff_address=stage.coeff_address,
                coeff=bytes(stage.coeff),
                groups=[commands],
                tensor_locations=bmodel.write_tensor_table(records) if records else table,
            )
            for shape in shapes
        ]
        path = tmp_path / "m.bmodel"
        model = bmodel.Model(chip=chip, nets=[bmodel.Net(name=name, stages=stages) for name in nets])
        path.write_bytes(bmodel.write(model))
        return path

    return write
