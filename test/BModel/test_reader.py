"""The reader on a file that other code wrote, whole and damaged."""

import struct
from pathlib import Path

import pytest
from tpu_mlir._native import bmodel
from tpu_mlir.errors import BModelError

TWICE = (Path(__file__).parent / "Inputs" / "twice.bmodel").read_bytes()
TABLES = struct.unpack_from("<I", TWICE, 8)[0]


def changed(at: int, value: int, kind: str = "I") -> bytes:
    file = bytearray(TWICE)
    struct.pack_into("<" + kind, file, at, value)
    return bytes(file)


def place_of(pattern: bytes) -> int:
    """Where the pattern stands in the tables, which must hold it exactly once."""
    tables = TWICE[: 64 + TABLES]
    assert tables.count(pattern) == 1
    return tables.index(pattern)


def message_of(file: bytes) -> str:
    with pytest.raises(BModelError) as error:
        bmodel.read(file, "m.bmodel")
    return str(error.value)


def test_reads_a_foreign_file() -> None:
    model = bmodel.read(TWICE)
    assert (model.chip, model.version, model.time, model.kernel_module, model.device_count) == (
        "BM1684X",
        "2.2",
        "-",
        "",
        1,
    )
    (net,) = model.nets
    (stage,) = net.stages
    assert (net.name, net.address_mode, stage.is_dynamic, stage.core_count) == ("twice", 0, False, 1)
    assert (stage.coeff_address, bytes(stage.coeff)) == (0x1_0000_0000, bytes(4096))
    assert (stage.ctx_address, stage.ctx_size) == (0x1_0000_1000, 0x8000)
    (x,), (y,) = stage.inputs, stage.outputs
    assert (x.name, x.data_type, x.shape, x.address, x.size) == ("x", "f32", [1, 70, 5, 9], 0x1_0000_1000, 12600)
    assert (y.name, y.data_type, y.shape, y.address, y.size) == ("y", "f32", [1, 70, 5, 9], 0x1_0000_5000, 12600)
    assert (y.scale, y.zero_point) == (1.0, 0)
    (group,) = stage.groups
    assert (group.tiu_count, group.gdma_count, len(group.tiu), len(group.gdma)) == (2, 3, 128, 256)
    (sub_net,) = stage.sub_nets
    assert (sub_net.id, sub_net.mode, sub_net.is_dynamic, sub_net.first_group, sub_net.group_count) == (
        0,
        "tpu",
        False,
        0,
        1,
    )
    assert stage.tensor_table() == []


def test_too_short_for_a_header() -> None:
    assert message_of(TWICE[:63]) == "m.bmodel: truncated: a bmodel begins with a header of 64 bytes, the file has 63"
    assert message_of(b"") == "m.bmodel: truncated: a bmodel begins with a header of 64 bytes, the file has 0"


def test_other_kind_of_file() -> None:
    assert message_of(b"\x7fELF" + bytes(60)) == "m.bmodel: not a bmodel: begins with 0x464c457f, expected 0xff55aaee"


def test_other_header() -> None:
    assert message_of(changed(4, 65)) == "m.bmodel: damaged: header promises to be 65 bytes long, expected 64"


def test_truncated_tables() -> None:
    expected = f"m.bmodel: truncated: header promises {TABLES} bytes of flatbuffer, file has 100"
    assert message_of(TWICE[:164]) == expected


def test_impossible_table_size() -> None:
    expected = f"m.bmodel: truncated: header promises 4294967295 bytes of flatbuffer, file has {len(TWICE) - 64}"
    assert message_of(changed(8, 0xFFFFFFFF)) == expected


def test_contradicting_tables() -> None:
    expected = f"m.bmodel: damaged: its {TABLES} bytes of tables contradict themselves"
    assert message_of(TWICE[:64] + b"\xff" * TABLES + TWICE[64 + TABLES :]) == expected


def test_no_tables() -> None:
    assert message_of(changed(8, 0)) == "m.bmodel: damaged: its 0 bytes of tables contradict themselves"


def test_truncated_blob() -> None:
    file = TWICE[: 64 + TABLES + 5000]
    expected = "the GDMA commands should be 256 bytes from byte 8192 of a blob that has 5000"
    assert message_of(file) == f"m.bmodel: truncated: network 'twice', stage 0: {expected}"


@pytest.mark.parametrize("start", [0xFFFF_FFFF_FFFF_FFFF, 0xFFFF_FFFF_FFFF_F000, 13000])
def test_extent_outside_of_the_file(start: int) -> None:
    at = place_of(struct.pack("<QQ", 0, 4096))
    blob = len(TWICE) - 64 - TABLES
    expected = f"the coefficients should be 4096 bytes from byte {start} of a blob that has {blob}"
    assert message_of(changed(at, start, "Q")) == f"m.bmodel: truncated: network 'twice', stage 0: {expected}"


def test_extent_of_impossible_size() -> None:
    at = place_of(struct.pack("<QQ", 0, 4096))
    assert "the coefficients should be 18446744073709551615 bytes from byte 0" in message_of(
        changed(at + 8, 2**64 - 1, "Q")
    )


def tensor_with(field: int, value: int, kind: str) -> bytes:
    """The file after a change of one scalar of its first input tensor."""
    root = 64 + struct.unpack_from("<I", TWICE, 64)[0]

    def place(table: int, number: int) -> int:
        vtable = table - struct.unpack_from("<i", TWICE, table)[0]
        return table + struct.unpack_from("<H", TWICE, vtable + 4 + 2 * number)[0]

    def first(table: int, number: int) -> int:
        at = place(table, number)
        at += struct.unpack_from("<I", TWICE, at)[0] + 4
        return at + struct.unpack_from("<I", TWICE, at)[0]

    tensor = first(first(first(root, 4), 3), 0)
    if field == 5:
        at = place(first(tensor, 5), 0)
        at += struct.unpack_from("<I", TWICE, at)[0] + 4
        return changed(at, value, kind)
    return changed(place(tensor, field), value, kind)


def test_shape_larger_than_any_memory() -> None:
    expected = "m.bmodel: damaged: network 'twice', stage 0: tensor 'x' has a shape that no memory holds"
    assert message_of(tensor_with(5, 2**62, "Q")) == expected
    assert message_of(tensor_with(5, 2**63, "Q")) == expected


def test_table_that_repeats_itself() -> None:
    """Tables may share parts, so that a small file could unfold to any size: that is bounded."""
    tensor = bmodel.Tensor(name="n" * 60000, data_type="f32", shape=[1], address=0, size=4)
    group = bmodel.CommandGroup(tiu_count=1, gdma_count=1, tiu=bytes(128), gdma=bytes(128))
    stage = bmodel.Stage(
        inputs=[tensor] * 200, outputs=[], ctx_address=0, ctx_size=0, coeff_address=0, coeff=b"", groups=[group]
    )
    file = bmodel.write(bmodel.Model(chip="BM1684X", nets=[bmodel.Net(name="n", stages=[stage])]))
    assert message_of(file) == "m.bmodel: damaged: its tables repeat the same parts too often"


def test_more_commands_than_bytes() -> None:
    group = bmodel.CommandGroup(tiu_count=9, gdma_count=1, tiu=bytes(128), gdma=bytes(128))
    stage = bmodel.Stage(inputs=[], outputs=[], ctx_address=0, ctx_size=0, coeff_address=0, coeff=b"", groups=[group])
    file = bmodel.write(bmodel.Model(chip="BM1684X", nets=[bmodel.Net(name="n", stages=[stage])]))
    expected = "m.bmodel: damaged: network 'n', stage 0: 9 commands of TIU promised, 128 bytes hold at most 8"
    assert message_of(file) == expected
