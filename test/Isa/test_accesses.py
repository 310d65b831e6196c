"""What commands are said to read and write: against the chip model's writes, and against the layout rules by hand."""

import json
from pathlib import Path

import pytest
from tpu_mlir._native import isa
from tpu_mlir.isa import INSTRUCTIONS, encode

WRITTEN = (Path(__file__).parent / "Inputs" / "written.jsonl").read_text().splitlines()
F32, F16, I8 = 2, 1, 0
LANE = 256 * 1024
ALL = (1 << 64) - 1
Access = tuple[str, bool, int, int, int]


def lanes(first: int, end: int) -> int:
    return (1 << end) - (1 << first)


def accesses(name: str, **fields: int) -> list[Access]:
    return isa.decode(INSTRUCTIONS[name].engine, encode(name, fields), 0).accesses


def side(name: str, address: int) -> dict[str, int]:
    return {f"{name}_start_addr_l32": address & 0xFFFF_FFFF, f"{name}_start_addr_h8": address >> 32}


def sizes(name: str, shape: tuple[int, int, int, int]) -> dict[str, int]:
    return {f"{name}_{d}size": v for d, v in zip("nchw", shape, strict=True)}


def strides(name: str, values: tuple[int, int, int, int]) -> dict[str, int]:
    return {f"{name}_{d}stride": v for d, v in zip("nchw", values, strict=True)}


EVERY_LANE = {"localmem_mask_l32": 0xFFFF_FFFF, "localmem_mask_h32": 0xFFFF_FFFF}


@pytest.mark.parametrize("line", WRITTEN, ids=lambda line: json.loads(line)["name"])
def test_nothing_else_is_written_on_the_chip_model(line: str) -> None:
    case = json.loads(line)
    command = isa.decode(case["engine"], bytes.fromhex(case["command"]), 0)
    assert command.mnemonic == case["name"]
    said = [a for a in command.accesses if a[1]]
    for space, begin, end, mask in case["written"]:
        for lane in (i for i in range(64) if int(mask, 16) >> i & 1):
            ranges = [(a[2], a[3]) for a in said if a[0] == space and a[4] >> lane & 1]
            # The first and the last written byte: each is in a range.
            assert all(any(b <= byte < e for b, e in ranges) for byte in (begin, end - 1)), (lane, begin, end)


def test_aligned_tensor_that_wraps_around_the_lanes() -> None:
    """[2, 70, 3, 5] f32 from lane 5: a channel has 60 bytes, the next 64 channels 64 bytes on, the next n 128."""
    shape = {"res0_n": 2, "res0_c": 70, "res0_h": 3, "res0_w": 5}
    found = accesses("Arith", tsk_eu_typ=19, res0_prec=F32, opd0_const=1, res0_addr=5 * LANE + 0x100, **shape)
    assert found == [
        ("local", True, 0x100 + 64, 0x100 + 124, lanes(0, 5)),
        ("local", True, 0x100 + 192, 0x100 + 252, lanes(0, 5)),
        ("local", True, 0x100, 0x100 + 252, lanes(5, 11)),  # the gaps are alignment
        ("local", True, 0x100, 0x100 + 60, lanes(11, 64)),
        ("local", True, 0x100 + 128, 0x100 + 188, lanes(11, 64)),
    ]


def test_lanes_that_are_left_out() -> None:
    shape = {"res0_n": 1, "res0_c": 64, "res0_h": 1, "res0_w": 4}
    found = accesses("Arith", tsk_eu_typ=19, res0_prec=F32, opd0_prec=F32, opd0_addr=64, tsk_lane_num=6, **shape)
    assert found == [("local", False, 64, 80, ALL), ("local", True, 0, 16, 6)]


def test_broadcast_reads_one_place() -> None:
    shape = {"res0_n": 3, "res0_c": 2, "res0_h": 9, "res0_w": 4}
    found = accesses("Arith", tsk_eu_typ=19, res0_prec=F32, opd0_prec=F32, opd0_str=3, opd0_w_str=1, **shape)
    assert found[0] == ("local", False, 0, 16, 3)


@pytest.mark.parametrize(("layout", "later"), [(0, 128), (4, 128), (3, 320)])
def test_lines_that_all_channels_of_a_lane_share(layout: int, later: int) -> None:
    """Three lines of 20 bytes, 64 apart: only tables in the strided layout lie 192 bytes on behind the last lane."""
    fields = {"tsk_eu_typ": 18, "res0_prec": F32, "opd0_h": 3, "opd0_addr": 62 * LANE + 128, "opd0_str": layout}
    places = {"opd1_addr": 62 * LANE + 4096, "res0_addr": 62 * LANE + 8192}
    found = accesses("ScatterGatherLine", res0_n=1, res0_c=4, res0_h=8, res0_w=5, **fields, **places)
    reads = {(begin, end, mask) for _, writes, begin, end, mask in found if not writes and begin < 4096}
    assert {0: later, 1: later, 62: 128, 63: 128} == {
        lane: begin for begin, _, mask in reads for lane in range(64) if mask >> lane & 1
    }
    assert {end - begin for begin, end, _ in reads} == {2 * 64 + 20}


def test_result_that_accumulates_is_read() -> None:
    fields = {"tsk_eu_typ": 4, "opd0_prec": F32, "res0_prec": F32, "opd2_const": 1, "res0_addr": 0x1000, "res_add": 1}
    found = accesses("MatMul2", res0_c=1, res0_w=2, opd1_c=1, opd1_w=2, **fields)
    assert ("local", False, 0x1000, 0x1008, 1) in found and ("local", True, 0x1000, 0x1008, 1) in found


def test_convolution_weights_hold_whole_groups_of_input_channels() -> None:
    """3 input channels of 8 bits take the room of 64; 70 output channels lie two deep in the first six lanes."""
    fields = {"opd0_prec": I8, "res0_prec": 4, "opd2_const": 1, "opd3_const": 1, "opd1_addr": 0x2000}
    shape = {"res0_n": 1, "res0_c": 70, "res0_h": 1, "res0_w": 1, "opd0_c": 3, "opd0_h": 3, "opd0_w": 3}
    weight = 64 * 3 * 3
    found = accesses("Conv", opd1_h=3, opd1_w=3, **fields, **shape)
    assert ("local", False, 0x2000, 0x2000 + 2 * weight, lanes(0, 6)) in found
    assert ("local", False, 0x2000, 0x2000 + weight, lanes(6, 64)) in found


def test_transfer_from_strided_rows() -> None:
    """Rows of 8 bytes, 100 apart, in two channels 4096 apart."""
    shape = (1, 2, 3, 2)
    found = accesses(
        "GdmaTensor",
        src_data_format=F32,
        stride_enable=1,
        nchw_copy=1,
        **side("src", 0x1_0000_0000),
        **sizes("src", shape),
        **strides("src", (0, 1024, 25, 1)),
        **side("dst", 0x0800_0000 + 3 * LANE),
        **strides("dst", (16, 16, 2, 1)),
        **EVERY_LANE,
    )
    assert found == [
        ("global", False, 0x1_0000_0000, 0x1_0000_0000 + 208, ALL),
        ("global", False, 0x1_0000_1000, 0x1_0000_1000 + 208, ALL),
        ("local", True, 0, 24, lanes(3, 5)),
    ]


def test_linear_transfer_goes_on_in_the_next_lane() -> None:
    places = side("src", 0x1000_0000) | side("dst", 0x0800_0000 + 2 * LANE - 8)
    found = accesses("GdmaGeneral", src_data_format=F32, src_cstride=4, **places, **EVERY_LANE)
    assert found == [
        ("l2", False, 0x1000_0000, 0x1000_0010, ALL),
        ("local", True, LANE - 8, LANE, 1 << 1),
        ("local", True, 0, 8, 1 << 2),
    ]


def test_constant_is_no_memory() -> None:
    found = accesses("GdmaGeneral", fill_constant_en=1, src_cstride=4, **side("dst", 0x1_0000_0000), **EVERY_LANE)
    assert found == [("global", True, 0x1_0000_0000, 0x1_0000_0004, ALL)]


def test_empty_tensor_is_no_memory() -> None:
    assert accesses("Arith", tsk_eu_typ=19, res0_c=1, res0_h=1, res0_w=1) == []


def test_unknown_reach_is_all_of_local_memory() -> None:
    assert accesses("LaneArith") == [("local", False, 0, LANE, ALL), ("local", True, 0, LANE, ALL)]


def test_system_commands_touch_nothing() -> None:
    assert accesses("TiuSystem", tsk_eu_typ=31) == []
    assert accesses("LaneMask", tsk_eu_typ=2, mask_value=1 << 20) == []


def test_a_lane_mask_comes_from_one_lane_or_from_all() -> None:
    place = 2 * LANE + 0x40
    assert accesses("LaneMask", tsk_eu_typ=3, mask_value=place) == [("local", False, 0x40, 0x80, lanes(2, 3))]
    assert accesses("LaneMask", tsk_eu_typ=4, mask_value=0x40) == [("local", False, 0x40, 0x41, ALL)]


@pytest.mark.parametrize(
    ("name", "constants", "others"),
    [("MatMul2", (0, 1, 2), {"tsk_eu_typ": 4}), ("Conv", (1, 2, 3), {"res0_n": 1, "res0_h": 1})],
)
def test_what_is_added_to_a_16_bit_result_is_f32(name: str, constants: tuple[int, ...], others: dict[str, int]) -> None:
    """[1, 3, 1, 40]: 80 bytes of f16 are written, 160 bytes of f32 read from the same address."""
    fields = {"res0_c": 3, "res0_w": 40, "res0_prec": F16, "opd0_prec": F16, "res_add": 1, "res0_addr": 0x100}
    found = accesses(name, **fields, **others, **{f"opd{index}_const": 1 for index in constants})
    assert found == [
        ("local", False, 0x100, 0x100 + 160, lanes(0, 3)),
        ("local", True, 0x100, 0x100 + 80, lanes(0, 3)),
    ]
