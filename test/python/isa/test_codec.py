"""The C++ and the Python codec agree on random commands of every form, and lose nothing."""

import random

import pytest
from tpu_mlir._native import isa as native
from tpu_mlir.errors import CommandError
from tpu_mlir.isa import INSTRUCTIONS, Instruction, decode, decode_stream, encode

FORMS = [
    pytest.param(i, is_short, id=f"{i.name}-{'short' if is_short else 'long'}")
    for i in INSTRUCTIONS.values()
    for is_short, form in ((False, i.long), (True, i.short))
    if form is not None
]
LOCAL, GLOBAL = 0x0800_0000, 0x1_0000_0000


def random_fields(instruction: Instruction, is_short: bool, seed: int) -> dict[str, int]:
    """Random values that fit the form; transfers alternate between to and from local memory."""
    generator = random.Random(f"{instruction.name} {is_short} {seed}")
    to_local = seed % 2 == 0
    fields: dict[str, int] = {}
    for field in instruction.form(is_short).fields:
        name = field.name if to_local or not field.from_local else field.from_local
        if name in instruction.members():
            fields[name] = generator.choice([0, 1, (1 << field.width) - 1, generator.getrandbits(field.width)])
    for name, address in (("src", GLOBAL if to_local else LOCAL), ("dst", LOCAL if to_local else GLOBAL)):
        if f"{name}_start_addr_l32" in fields:
            fields |= {f"{name}_start_addr_l32": address & 0xFFFF_FFFF, f"{name}_start_addr_h8": address >> 32}
    if instruction.functions:
        fields[instruction.function_field] = generator.choice(list(instruction.functions))
    return fields


@pytest.mark.parametrize(("instruction", "is_short"), FORMS)
def test_round_trip(instruction: Instruction, is_short: bool) -> None:
    for seed in range(20):
        fields = random_fields(instruction, is_short, seed)
        data = encode(instruction.name, fields, is_short=is_short)
        ours, theirs = decode(instruction.engine, data), native.decode(instruction.engine, data, 0)
        assert (ours.instruction.name, ours.is_short, ours.size) == (instruction.name, is_short, len(data))
        assert (theirs.name, theirs.is_short, theirs.size) == (instruction.name, is_short, len(data))
        assert {n: v for n, v in ours.fields.items() if n in fields} == fields
        assert ours.fields == theirs.fields
        assert ours.mnemonic == theirs.mnemonic
        assert theirs.encode(is_short=is_short) == data


@pytest.mark.parametrize("name", [i.name for i in INSTRUCTIONS.values() if i.long and i.short])
def test_short_form_decodes_to_a_long_one_that_fits_short(name: str) -> None:
    instruction = INSTRUCTIONS[name]
    for seed in range(10):
        data = encode(name, random_fields(instruction, True, seed), is_short=True)
        short = native.decode(instruction.engine, data, 0)
        assert short.fits_short
        long = native.decode(instruction.engine, short.encode(is_short=False), 0)
        assert (long.is_short, long.fields) == (False, short.fields)
        assert long.fits_short and long.encode(is_short=True) == data


def fits_short(name: str, **fields: int) -> bool:
    return native.decode(INSTRUCTIONS[name].engine, encode(name, fields), 0).fits_short


def test_short_form_needs_every_lane() -> None:
    # The chip model leaves out the lanes whose bit is clear; no short form has the mask.
    assert fits_short("Arith", res0_n=1)
    assert not fits_short("Arith", res0_n=1, tsk_lane_num=1)


def test_short_form_needs_narrow_values() -> None:
    assert fits_short("Arith", res0_h_str=(1 << 20) - 1)
    assert not fits_short("Arith", res0_h_str=1 << 20)
    assert not fits_short("Conv", res0_addr=1 << 26)
    assert not fits_short("MatMul2", tsk_eu_typ=4, res0_addr=1 << 25)


def test_short_form_ignores_what_the_unit_does_not_read() -> None:
    assert fits_short("Arith", res0_n=1, opd0_n=7, relu=1, res1_addr=3)


def test_no_short_form() -> None:
    assert not fits_short("GdmaTensor", src_nsize=1)
    data = encode("GdmaTensor", {})
    with pytest.raises(ValueError, match="GdmaTensor has no such form"):
        native.decode("gdma", data, 0).encode(is_short=True)


def test_short_form_names_what_the_unit_implies() -> None:
    data = encode("Arith", {"res0_n": 2, "res0_c": 3, "res0_h": 4, "res0_w": 5}, is_short=True)
    fields = decode("tiu", data).fields
    assert [fields[f"opd1_{d}"] for d in "nchw"] == [2, 3, 4, 5]
    assert fields["tsk_lane_num"] == (1 << 64) - 1


def test_matrix_fields_follow_the_direction() -> None:
    """The short matrix transfer has one stride for the side in system memory, whichever that is."""
    for to_local, side in ((True, "src"), (False, "dst")):
        source, target = (GLOBAL, LOCAL) if to_local else (LOCAL, GLOBAL)
        addresses = {
            f"{s}_start_addr_{half}": value
            for s, a in (("src", source), ("dst", target))
            for half, value in (("l32", a & 0xFFFF_FFFF), ("h8", a >> 32))
        }
        data = encode("GdmaMatrix", addresses | {f"{side}_hstride": 123}, is_short=True)
        assert int.from_bytes(data, "little") >> 96 & 0xFFFF_FFFF == 123
        assert native.decode("gdma", data, 0).fields[f"{side}_hstride"] == 123


def test_stream() -> None:
    data = encode("Arith", {"cmd_id": 1}, is_short=True) + encode("TiuSystem", {"cmd_id": 2, "tsk_eu_typ": 31})
    assert [c.mnemonic for c in decode_stream("tiu", data, 2)] == ["arith.mul", "sys.end"]


@pytest.mark.parametrize("codec", [decode, native.decode])
def test_refuses_damaged_commands(codec) -> None:
    good = encode("Arith", {}, is_short=True)
    with pytest.raises(CommandError, match="Arith is cut off: expected 64 bytes, found 63"):
        codec("tiu", good[:63], 0)
    with pytest.raises(CommandError, match="cut off: expected at least 8 bytes, found 7"):
        codec("tiu", good[:7], 0)
    with pytest.raises(CommandError, match="unknown"):
        codec("tiu", (11 << 41).to_bytes(128, "little"), 0)  # no instruction has opcode 11
    with pytest.raises(CommandError, match="unknown"):
        codec("tiu", (3 << 41 | 31 << 45).to_bytes(128, "little"), 0)  # arithmetic has no function 31


@pytest.mark.parametrize(
    ("name", "fields", "is_short", "message"),
    [
        ("Nothing", {}, False, "there is no instruction 'Nothing'"),
        ("Conv", {"opd9_n": 1}, False, "Conv has no field 'opd9_n'"),
        ("Conv", {"tsk_typ": 1}, False, "Conv has no field 'tsk_typ'"),
        ("Conv", {"res0_n": 1 << 16}, False, "Conv.res0_n = 65536 does not fit 16 bits"),
        ("Conv", {"res0_n": -1}, True, "Conv.res0_n = -1 does not fit 16 bits"),
        ("GdmaGather", {}, True, "GdmaGather has no short form"),
    ],
)
def test_refuses_to_encode(name: str, fields: dict[str, int], is_short: bool, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        encode(name, fields, is_short=is_short)
