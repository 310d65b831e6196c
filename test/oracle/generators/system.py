"""SYSID and sDMA_sys: commands that change no memory, and lane masks, each seen by the copy that follows it."""

import numpy as np
from tpu_mlir._native import isa

from oracle.case import ALIGNED, I16, Case, Forms, Generate, Scene, operand_fields, shape_fields
from oracle.generators.transfers import general
from oracle.machines import LANE_BYTES, LANES, Engine

CODES = {"intr_barrier": 0, "spb": 1, "data_barrier": 5, "nop": 30, "end": 31}
ALL_LANES = (1 << LANES) - 1


def observed(scene: Scene, name: str, fields: dict[str, int]) -> Case:
    """A system command, then a copy to all lanes, then no mask again; the case counts for the system command."""
    shape = (1, LANES, 1, scene.integer(1, 8))
    copy = shape_fields(shape) | {"tsk_eu_typ": 19, "tsk_opd_num": 1, "opd0_prec": I16, "res0_prec": I16, "cmd_id": 1}
    copy |= operand_fields("opd0", scene.source(shape, I16, 0, (ALIGNED,)))
    copy |= operand_fields("res0", scene.target(shape, I16, 0, (ALIGNED,)))
    made = scene.case(name, "long", fields)
    tail: list[tuple[Engine, bytes]] = [
        ("tiu", isa.encode("Arith", scene.one_of(("long", "short")), copy | {"tsk_lane_num": ALL_LANES})),
        ("tiu", isa.encode("LaneMask", "long", {"tsk_eu_typ": 2, "mask_value": ALL_LANES})),
    ]
    return Case((*made.commands, *tail), made.blocks, made.fields, made.watch, tested=0)


def quiet(code: int) -> Generate:
    return lambda scene: observed(scene, "TiuSystem", {"tsk_eu_typ": code})


def mask(code: int) -> Generate:
    """Code 2 has the mask itself, 3 its bytes in one lane, 4 a byte of each lane."""

    def generate(scene: Scene) -> Case:
        fields = {"tsk_eu_typ": code, "store_valid": scene.integer(0, 1), "load_valid": scene.integer(0, 1)}
        if code == 2:
            low, high = scene.integer(0, 2**32 - 1), scene.integer(0, 2**32 - 1)
            return observed(scene, "LaneMask", fields | {"mask_value": low | high << 32})
        shape = (1, LANES) if code == 3 else (LANES, 1)
        content = scene.rng.integers(0, 3, shape).astype(np.uint8)
        lane = scene.lane() if code == 3 else 0
        at = scene.reserve(shape[1], 64)
        scene.fill(at, shape[0], content, lane)
        return observed(scene, "LaneMask", fields | {"mask_value": lane * LANE_BYTES + at})

    return generate


def transfer_system(function: int) -> Generate:
    """A system command of the transfer engine, then a transfer; the case counts for the first."""

    def generate(scene: Scene) -> Case:
        made = general(scene.one_of(("long", "short")), False)(scene)
        fields = {"cmd_special_function": function, "constant_value": scene.integer(0, 2**32 - 1), "cmd_id": 1}
        command = isa.encode("GdmaSystem", "short", fields | {"cmd_id_en": 1})
        return Case((("gdma", command), *made.commands), made.blocks, fields, made.watch, tested=0)

    return generate


FORMS: Forms = {
    **{f"sys.{name}": quiet(code) for name, code in CODES.items()},
    "dma.sys": transfer_system(0),
    "dma.sys.nop": transfer_system(1),
    "sys.swr": mask(2),
    "sys.swr_from_lmem": mask(3),
    "sys.swr_collect_from_lmem": mask(4),
}
