"""Commands as text and as JSON."""

import json

from tpu_mlir._native import isa
from tpu_mlir.isa import encode

LANE = 256 * 1024


def test_compute_command() -> None:
    fields = {"cmd_id": 7, "cmd_id_en": 1, "cmd_id_dep": 3, "tsk_eu_typ": 2, "tsk_opd_num": 2, "opd1_const": 1}
    fields |= {"opd0_sign": 1, "opd1_sign": 1, "opd1_addr": 0x3C00}
    shape = {"res0_n": 1, "res0_c": 64, "res0_h": 2, "res0_w": 3}
    precision = {"res0_prec": 1, "opd0_prec": 1, "opd1_prec": 1}
    strides = {"opd0_str": 3, "opd0_n_str": 64, "opd0_c_str": 32, "opd0_h_str": 3, "opd0_w_str": 1}
    data = encode("Arith", fields | shape | precision | strides | {"res0_addr": 6 * LANE + 0x4000}, is_short=True)
    assert isa.decode("tiu", data, 0).text == (
        "tiu 7 after gdma 3: arith.add opd0 = f16[1, 64, 2, 3] strided[64, 32, 3, 1] at lane 0 + 0x0, "
        "opd1 = f16 0x3c00 -> res0 = f16[1, 64, 2, 3] aligned at lane 6 + 0x4000 {tsk_opd_num = 2}"
    )


def test_fields_that_operands_do_not_tell() -> None:
    fields = {"opd1_h": 3, "opd1_w": 2, "opd0_up_pad": 1, "opd2_const": 1, "opd3_const": 1, "opd1_const": 1}
    shape = {"res0_n": 1, "res0_c": 1, "res0_h": 1, "res0_w": 1, "opd0_c": 1, "opd0_h": 3, "opd0_w": 2}
    text = isa.decode("tiu", encode("Conv", fields | shape | {"tsk_lane_num": 1}), 0).text
    for expected in ("conv.normal", "opd1_h = 3", "opd1_w = 2", "tsk_lane_num = 1"):
        assert expected in text
    assert "opd0_h = " not in text


def test_addresses_outside_local_memory() -> None:
    places = {"src_start_addr_h8": 1, "src_start_addr_l32": 0x40, "dst_start_addr_l32": 0x0500_0000}
    text = isa.decode("gdma", encode("GdmaGeneral", places | {"src_cstride": 5}, is_short=True), 0).text
    assert "src = u8[5] linear at global + 0x40" in text
    assert "dst = u8[5] linear at no memory 0x5000000" in text


def test_system_command() -> None:
    assert (
        isa.decode("gdma", encode("GdmaSystem", {"cmd_id": 9, "cmd_id_en": 1}, is_short=True), 0).text
        == "gdma 9: dma.sys"
    )


def test_json() -> None:
    fields = {"cmd_id": 2, "cmd_id_dep": 1, "tsk_eu_typ": 19, "res0_n": 1, "res0_c": 2, "res0_h": 3, "res0_w": 4}
    data = encode("Arith", fields | {"opd0_const": 1, "opd0_addr": 5, "res0_addr": LANE + 64, "opd0_sign": 1})
    record = json.loads(isa.decode("tiu", data, 0).json)
    operands = record.pop("operands")
    assert record.pop("fields") == fields | {
        "opd0_const": 1,
        "opd0_addr": 5,
        "res0_addr": LANE + 64,
        "opd0_sign": 1,
        "tsk_lane_num": (1 << 64) - 1,
    }
    assert record == {
        "engine": "tiu",
        "id": 2,
        "after": 1,
        "instruction": "Arith",
        "name": "arith.copy",
        "form": "long",
    }
    assert operands == [
        {"name": "opd0", "read": True, "written": False, "type": "i8", "constant": 5},
        {
            "name": "res0",
            "read": False,
            "written": True,
            "type": "i8",
            "space": "local",
            "lane": 1,
            "offset": 64,
            "shape": [1, 2, 3, 4],
            "strides": [64, 64, 4, 1],
            "layout": "aligned",
        },
    ]
