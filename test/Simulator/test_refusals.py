"""Convolutions, poolings and matrix products that the simulator refuses: each says which field and why."""

import pytest
from tpu_mlir._native import isa
from tpu_mlir.errors import CommandError
from tpu_mlir.simulator import Machine

I8, F16, F32, I16, I32 = range(5)

CONV = {
    "opd0_prec": F16, "res0_prec": F16, "opd0_c": 1, "opd0_h": 3, "opd0_w": 3, "opd1_h": 1, "opd1_w": 1,
    "res0_n": 1, "res0_c": 1, "res0_h": 3, "res0_w": 3, "res_op_x_str": 1, "res_op_y_str": 1,
    "opd1_addr": 1024, "opd2_const": 1, "opd3_const": 1, "res0_addr": 2048, "tsk_lane_num": (1 << 64) - 1,
}  # fmt: skip
POOL = CONV | {"tsk_eu_typ": 4}
MM2 = {
    "tsk_eu_typ": 4, "opd0_prec": F16, "res0_prec": F16, "res0_c": 2, "res0_w": 3, "opd1_c": 4, "opd1_w": 3,
    "opd1_addr": 1024, "res0_addr": 2048, "tsk_lane_num": (1 << 64) - 1,
}  # fmt: skip
MM = {
    "tsk_eu_typ": 1, "opd0_prec": F32, "res0_prec": F32, "opd0_n": 2, "opd0_c": 1, "opd0_w": 4, "opd1_w": 4,
    "res0_c": 1, "res0_w": 3, "opd1_addr": 1024, "opd2_const": 1, "res0_addr": 2048, "tsk_lane_num": (1 << 64) - 1,
}  # fmt: skip
SQUARE = {"opd0_h": 512, "opd0_w": 512, "res0_h": 512, "res0_w": 512}
BYTES = {"opd0_prec": I8, "res0_prec": I8}
FIELDS = {"Conv": CONV, "PoolDepthwise": POOL, "MatMul2": MM2, "MatMul": MM}


def execute(name: str, **changes: int) -> None:
    Machine().execute("tiu", isa.encode(name, "long", {"cmd_id": 1, "cmd_id_en": 1, **FIELDS[name], **changes}))


@pytest.mark.parametrize("name", FIELDS)
def test_unchanged_commands_run(name: str) -> None:
    execute(name)


@pytest.mark.parametrize(
    ("name", "changes", "reason"),
    [
        ("Conv", {"tsk_eu_typ": 1}, "conv.wrq takes 8-bit operands only"),
        ("Conv", {"tsk_eu_typ": 1, "opd0_prec": I8, "res0_prec": I8, "opd3_addr": 33}, "a shift of 0 to 32 bits"),
        ("Conv", {"opd0_prec": F32}, "no result of f16 from f32 operands"),
        ("Conv", {"opd0_prec": I8}, "no result of f16 from i8 operands"),
        ("Conv", {"opd0_prec": I32}, "conv of i32 operands is not supported"),
        ("Conv", {"relu": 1}, "relu without requantisation has no effect"),
        ("Conv", {"res0_str": 3}, "res0_str must be 0"),
        ("Conv", {"res0_h": 2}, "the result has h = 2, but the window of 1 over 3 padded input elements in steps of 1"),
        ("Conv", {"res_op_x_str": 0}, "must not be zero"),
        ("Conv", {"pad_mode": 1, "opd0_up_pad": 3, "res0_h": 6}, "pad mode 1 cannot take 3 elements of h"),
        ("Conv", {"opd0_c": 65535, **SQUARE}, "opd0 has more elements than local memory"),
        ("Conv", {"opd0_addr": 1}, "opd0: lane 0, byte 0x1 is misaligned"),
        ("Conv", {"res0_addr": 262144 - 8}, "res0: bytes"),
        ("Conv", {"opd0_str": 2}, "layout code 2 is not supported"),
        ("PoolDepthwise", {"opd0_str": 1}, "opd0_str must be 0"),
        ("PoolDepthwise", {"res0_prec": F32}, "no result of f32 from f16 operands"),
        ("PoolDepthwise", {"opd0_prec": I8}, "no result of f16 from i8 operands"),
        ("PoolDepthwise", {"opd0_prec": I32}, "pord.maxpooling of i32 operands is not supported"),
        ("PoolDepthwise", {"tsk_eu_typ": 1, **BYTES, "opd2_addr": 256}, "opd2_addr must be a shift of 0 to 255 bits"),
        ("PoolDepthwise", {"tsk_eu_typ": 0, **BYTES, "opd2_n_str": 7}, "round mode 7 does not exist"),
        ("PoolDepthwise", {"tsk_eu_typ": 6}, "res0_h must be 1"),
        ("MatMul2", {"opd0_prec": F32, "res0_prec": F32}, "mm2 has no f32 operands"),
        ("MatMul2", {"opd0_prec": I8}, "no result of f16 from i8 operands, only i32"),
        ("MatMul2", {"opd0_prec": I16}, "mm2 of i16 operands is not supported"),
        ("MatMul2", {"res0_prec": I32}, "no result of i32 from f16 operands"),
        ("MatMul2", {"opd1_w": 5}, "opd1 is 4 x 5, which does not give a 2 x 3 result"),
        ("MatMul", {"tsk_eu_typ": 2}, "mm.wrq takes 8-bit operands only"),
        ("MatMul", {"tsk_eu_typ": 2, "opd0_prec": I16, "res0_prec": I8}, "mm.wrq takes 8-bit operands only"),
        ("MatMul", {"opd0_prec": I8, "res0_prec": I8}, "no result of i8 from i8 operands"),
        ("MatMul", {"opd0_prec": I8, "res0_prec": I32, "res_add": 1}, "res_add: the chip model adds to a part"),
        ("MatMul", {"opd0_prec": I32, "res0_prec": I16}, "no result of i16 from i32 operands"),
        ("MatMul", {"opd0_prec": I32, "res0_prec": I32, "opd2_sign": 0}, "opd2 is a shift and must be signed"),
        ("MatMul", {"opd0_prec": F16}, "mm of f16 operands is not supported"),
        ("MatMul", {"res0_prec": F16}, "no result of f16 from f32 operands"),
        ("MatMul", {"opd1_w": 5}, "opd0 has 1 lanes of 4 columns, the last of 5"),
    ],
)
def test_refused(name: str, changes: dict[str, int], reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        execute(name, **changes)
