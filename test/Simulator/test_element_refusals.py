"""Element-wise, indexed and system commands that the simulator refuses: each says which field and why."""

import pytest
from tpu_mlir._native import isa
from tpu_mlir.errors import CommandError
from tpu_mlir.simulator import Machine

I8, F16, F32, I16, I32, BF16 = range(6)
SHAPE = {"res0_n": 1, "res0_c": 2, "res0_h": 1, "res0_w": 4, "res0_addr": 4096}
AR = SHAPE | {"tsk_opd_num": 2, "res0_prec": I16, "opd0_prec": I16, "opd1_prec": I16, "opd1_addr": 1024}
GATHER = SHAPE | {
    "tsk_eu_typ": 5, "res0_prec": I16, "opd0_prec": I16, "opd0_h": 1, "opd0_w": 8, "opd1_prec": I8, "opd1_c": 2,
    "opd1_w": 4, "opd1_addr": 1024, "res1_addr": 8192,
}  # fmt: skip
LINES = SHAPE | {"tsk_eu_typ": 17, "res0_prec": I16, "opd0_h": 3, "opd1_prec": I8, "opd1_addr": 1024}
VECTOR = {
    "tsk_eu_typ": 2, "res0_prec": F32, "opd0_prec": F32, "opd1_prec": F32, "res0_c": 2, "res0_w": 4, "opd0_c": 1,
    "opd0_w": 3, "opd1_w": 3, "opd1_addr": 1024, "res0_addr": 4096,
}  # fmt: skip
FIELDS = {"Arith": AR, "ScatterGather": GATHER, "ScatterGatherLine": LINES, "Vector": VECTOR, "LaneArith": {}}


def execute(name: str, index: int = 0, **changes: int) -> None:
    machine = Machine()
    machine.local[:, 1024] = index
    machine.execute("tiu", isa.encode(name, "long", {**FIELDS[name], **changes}))


@pytest.mark.parametrize("code", [24, 25])
def test_indices_have_a_long_form_only(code: int) -> None:
    short = isa.encode("Arith", "short", SHAPE | {"tsk_eu_typ": code, "res0_prec": I16, "cmd_id": 1})
    with pytest.raises(CommandError, match="IdxGen writes nothing in its short form; use the long one"):
        Machine().execute("tiu", short)


@pytest.mark.parametrize("name", [name for name in FIELDS if name != "LaneArith"])
def test_unchanged_commands_run(name: str) -> None:
    execute(name)


@pytest.mark.parametrize(
    ("name", "changes", "reason"),
    [
        ("Arith", {"tsk_eu_typ": 12}, "arith.div: .* not supported for integer operands"),
        ("Arith", {"tsk_eu_typ": 18, "res0_prec": I8}, "res0 must be i16 or i32, but is i8"),
        ("Arith", {"tsk_eu_typ": 18}, "an i16 result takes i8 operands only"),
        (
            "Arith",
            {"tsk_eu_typ": 18, "opd0_prec": I8, "opd1_prec": I8, "opd2_addr": 32},
            "the shifts in opd2_addr must not exceed 31",
        ),
        ("Arith", {"tsk_eu_typ": 2, "tsk_opd_num": 3, "opd2_prec": I32}, "the shift, opd2, must be i8, but is i32"),
        ("Arith", {"tsk_eu_typ": 22, "opd1_prec": I32}, "amounts that are not wider"),
        ("Arith", {"tsk_eu_typ": 24, "res0_prec": F32}, "res0 must be i8, i16 or i32, but is f32"),
        ("Arith", {"tsk_eu_typ": 25}, r"res0 must be \[1, c, 1, 1\], but is \[1, 2, 1, 4\]"),
        ("ScatterGather", {"tsk_eu_typ": 11}, "sg.pl_gather_perw: the chip does not define this sub-function"),
        ("ScatterGather", {"opd0_prec": I8}, "opd0 and res0 must have the same precision"),
        ("ScatterGather", {"opd1_prec": I32}, "indices must be i8 or i16, but are i32"),
        ("ScatterGather", {"opd1_w": 5}, "opd1 has 5 indices, but res0 has 4 columns"),
        ("ScatterGather", {"opd0_h": 2}, "opd0 must have one row"),
        ("ScatterGather", {"res0_h": 2}, "res0 must have one row"),
        ("ScatterGather", {"opd1_addr": 1024 + (1 << 18)}, "must begin in the same lane"),
        ("ScatterGather", {"index": 8}, "index 0 means row 0, column 8, but opd0 is 1 x 8"),
        ("ScatterGather", {"tsk_eu_typ": 0, "opd0_str": 1, "opd1_c": 4}, "opd0 must be aligned"),
        ("ScatterGather", {"tsk_eu_typ": 1, "opd1_c": 4}, "indices must be i16, but are i8"),
        (
            "ScatterGather",
            {"tsk_eu_typ": 6, "opd0_w": 4, "opd2_const": 1, "opd3_const": 1},
            "a scatter of limited indices has no fill value",
        ),
        ("ScatterGather", {"tsk_eu_typ": 7, "index": 1, "opd0_addr": 1016}, "copy 1 differs in element"),
        ("ScatterGather", {"tsk_eu_typ": 8, "opd1_prec": F16}, "opd1 must be i8, i16 or i32, but is f16"),
        ("ScatterGather", {"tsk_eu_typ": 8}, "opd0, the mask and res0 must be equally wide"),
        ("ScatterGather", {"tsk_eu_typ": 9, "res0_prec": I8}, "res0 must be i16 or i32, but is i8"),
        ("ScatterGather", {"tsk_eu_typ": 10, "opd0_w": 4}, "opd0 and res0 must be at the same address"),
        ("ScatterGather", {"tsk_eu_typ": 10, "opd0_w": 4, "opd3_const": 1}, "must not be limited"),
        ("ScatterGatherLine", {"opd1_prec": I32}, "indices must be i8 or i16, but are i32"),
        ("ScatterGatherLine", {"index": 3}, "index 0 of channel .* is 3, but opd0 has 3 rows"),
        ("ScatterGatherLine", {"opd1_addr": 1024 + (1 << 18)}, "must begin in the same lane"),
        ("Vector", {"opd1_w": 4}, "opd0 has 1 channels of 3 elements, the last of 4"),
        ("Vector", {"opd2_n_str": 7}, "round mode 7 does not exist"),
        ("Vector", {"opd1_prec": I32}, "all integers or all floats"),
        ("Vector", {"opd1_addr": 1024 + (1 << 18)}, "opd1 and res0 must begin in the same lane"),
        ("Vector", {"opd0_w": 65535, "opd0_c": 65535}, "opd0: "),
        ("LaneArith", {"tsk_eu_typ": 2}, "arith.add: the chip model does not define LAR commands"),
    ],
)
def test_refused(name: str, changes: dict[str, int], reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        execute(name, **changes)
