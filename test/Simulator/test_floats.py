"""Bits of floating-point results that random commands seldom reach; values from the chip model of tpu_mlir 1.30.2."""

import numpy as np
import pytest
from tpu_mlir.isa import encode
from tpu_mlir.simulator import Machine

ALL_LANES = (1 << 64) - 1
BF16 = 5


@pytest.mark.parametrize(
    ("a", "b", "product"),
    [
        (0x3D8D, 0x0268, 0x0080),  # 1.9966 * 2^-127 is 2^-126 in 8 bits
        (0xBD8D, 0x8268, 0x0080),
        (0x3D8D, 0x8268, 0x8080),
        (0x3D8D, 0x0267, 0x0000),
        (0x3F7F, 0x0080, 0x0000),  # 1.9922 * 2^-127 has 8 bits
        (0x3F7F, 0x0081, 0x0080),
    ],
)
def test_a_bf16_product_is_rounded_before_it_is_flushed(a: int, b: int, product: int) -> None:
    machine = Machine(1 << 20)
    fields = {"cmd_id": 1, "cmd_id_en": 1, "tsk_lane_num": ALL_LANES, "tsk_eu_typ": 0, "tsk_opd_num": 2}
    fields |= {f"{name}_prec": BF16 for name in ("opd0", "opd1", "res0")}
    fields |= {"opd0_const": 1, "opd0_addr": a, "opd1_const": 1, "opd1_addr": b}
    fields |= {"res0_n": 1, "res0_c": 1, "res0_h": 1, "res0_w": 1, "res0_addr": 256}
    machine.execute("tiu", encode("Arith", fields))
    assert machine.local[0, 256:258].view(np.uint16)[0] == product
