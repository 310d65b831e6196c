"""Commands from their text: the same bytes for every command on record, and what is said about wrong text."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from oracle.golden import GOLDEN, read
from tpu_mlir._native import isa
from tpu_mlir.errors import CommandError
from tpu_mlir.isa import INSTRUCTIONS, encode

WRITTEN = Path(__file__).parent / "Inputs" / "written.jsonl"


def split(engine: str, stream: bytes) -> Iterator[tuple[str, bytes]]:
    offset = 0
    while offset < len(stream):
        command = isa.decode(engine, stream, offset)
        yield engine, stream[offset : offset + command.size]
        offset += command.size


def assembled_again(engine: str, data: bytes) -> bytes:
    command = isa.decode(engine, data, 0)
    made_engine, number, made = isa.assemble(command.text)
    assert (made_engine, number) == (engine, command.id)
    return made


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.npz")), ids=lambda path: path.stem)
def test_golden_commands(path: Path) -> None:
    """Commands that the chip model has run, with random values in the fields that it does not read."""
    for vector in read(path):
        for engine, stream in vector.commands:
            for _, data in split(engine, bytes(stream)):
                assert assembled_again(engine, data) == data, isa.decode(engine, data, 0).text


def test_commands_of_every_sub_function() -> None:
    for line in WRITTEN.read_text().splitlines():
        record = json.loads(line)
        data = bytes.fromhex(record["command"])
        assert assembled_again(record["engine"], data) == data, record["name"]


@pytest.mark.parametrize("name", INSTRUCTIONS)
def test_every_bit(name: str) -> None:
    """Random bits wherever the instruction allows them, reserved ones included."""
    rng, instruction = random.Random(name), INSTRUCTIONS[name]
    for is_short, form in ((False, instruction.long), (True, instruction.short)):
        for function in instruction.functions or [0]:
            if form is None:
                continue
            free = (1 << 8 * form.size) - 1
            for field in form.fields:
                if field.name in (instruction.opcode_field, instruction.function_field, "cmd_short"):
                    free &= ~(((1 << field.width) - 1) << field.lsb)
            head = encode(
                name, {instruction.function_field: function} if instruction.functions else {}, is_short=is_short
            )
            for share in (2, 40):  # dense and sparse bits
                noise = sum(1 << bit for bit in range(8 * form.size) if rng.randrange(share) == 0)
                word = (int.from_bytes(head, "little") & ~free) | noise & free
                data = word.to_bytes(form.size, "little")
                assert assembled_again(instruction.engine, data) == data, isa.decode(instruction.engine, data, 0).text


ADD = (
    "tiu 2 after gdma 1: arith.add opd0 = f32[1, 64, 1, 16] aligned at lane 0 + 0x0, opd1 = f32 0x3f800000 "
    "-> res0 = f32[1, 64, 1, 16] aligned at lane 0 + 0x40 {tsk_opd_num = 2}  # a comment"
)


def test_written_by_hand() -> None:
    engine, number, data = isa.assemble(ADD)
    fields = isa.decode(engine, data, 0).fields
    assert (engine, number, len(data)) == ("tiu", 2, 64)  # the short form
    assert (fields["cmd_id_dep"], fields["tsk_eu_typ"], fields["opd1_const"], fields["opd1_addr"]) == (
        1,
        2,
        1,
        0x3F800000,
    )
    assert (fields["res0_c"], fields["res0_w"], fields["res0_addr"], fields["res0_prec"]) == (64, 16, 0x40, 2)


def test_fields_alone() -> None:
    words = "opd0_prec = 2, opd1_prec = 2, res0_prec = 2, opd1_const = 1, opd1_addr = 0x3f800000, res0_addr = 0x40"
    sizes = "opd0_sign = 1, opd1_sign = 1, res0_n = 1, res0_c = 64, res0_h = 1, res0_w = 16, tsk_opd_num = 2"
    assert isa.assemble(f"tiu 2 after gdma 1: arith.add {{{words}, {sizes}}}") == isa.assemble(ADD)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("tiu 2", "tpu 2", r"^column 1: expected 'tiu' or 'gdma', found 'tpu 2 after"),
        ("gdma 1", "tiu 1", "^column 13: expected 'gdma', found 'tiu 1"),
        ("gdma 1:", "gdma one:", "^column 18: expected a number below 2.64, found 'one:"),
        ("gdma 1:", "gdma 4294967296:", "the command number 4294967296 is too large"),
        ("arith.add", "arith.plus", "^there is no operation 'arith.plus'$"),
        ("arith.add", "dma.tensor", "^dma.tensor is an operation of the other engine$"),
        ("arith.add", "arith.add (middle)", r"expected an operand, '\{' or the end, found '\(middle\)"),
        ("f32 0x3f800000", "f64 0x3f800000", "expected an element type .*, found 'f64"),
        ("f32 0x3f800000", "f32 0x13f800000", "^operand opd1: the constant 5360320512 has more than 32 bits$"),
        ("lane 0 + 0x40", "lane 64 + 0x40", "^operand res0: lane 64 does not exist, there are 64$"),
        ("lane 0 + 0x40", "lime 0 + 0x40", "expected a place .*, found 'lime 0"),
        ("lane 0 + 0x40", "lane 0", r"expected '\+', found '\{tsk"),
        ("[1, 64, 1, 16] aligned at lane 0 + 0x40", "[1, 64, 16] aligned at lane 0 + 0x40", "expected ',', found ']"),
        (
            "[1, 64, 1, 16] aligned at lane 0 + 0x40",
            "[1, 32, 1, 16] aligned at lane 0 + 0x40",
            "^operand opd0: expected ",
        ),
        ("aligned at lane 0 + 0x40", "weights at lane 0 + 0x40", "^operand res0: expected .*found .*weights"),
        ("{tsk_opd_num = 2}", "{tsk_opd_num}", "expected '=', found '}'"),
        ("{tsk_opd_num = 2}", "{tsk_opd_num = 2} x", "expected the end of the line, found 'x"),
        ("{tsk_opd_num = 2}", "{tsk_opd_num = 2, opd9 = 1}", "^field opd9: arith.add has no such field$"),
        ("{tsk_opd_num = 2}", "{tsk_opd_num = 4}", "^field tsk_opd_num: its value is too large for the "),
        ("{tsk_opd_num = 2}", "{tsk_opd_num = 0x100000000}", "^field tsk_opd_num: 4294967296 has more than 32 bits$"),
        ("{tsk_opd_num = 2}", "{bits_512 = 1}", "^field bits_512: the short form of arith.add has 512 bits$"),
        ("{tsk_opd_num = 2}", "{tsk_opd_num = 2, opd0_const = 1}", "^operand opd0: expected 'f32 0x0', which follows"),
        (
            "{tsk_opd_num = 2}",
            "{tsk_opd_num = 3}",
            "^expected the operands of arith.add with these fields, opd0, opd1, opd2",
        ),
        ("", "", "^column 1: expected 'tiu' or 'gdma', found the end of the line$"),
    ],
)
def test_wrong_text(old: str, new: str, message: str) -> None:
    assert old in ADD
    with pytest.raises(CommandError, match=message):
        isa.assemble(ADD.replace(old, new) if old else "# nothing")


def test_form_that_does_not_exist() -> None:
    with pytest.raises(CommandError, match=r"^dma.sys has no long form$"):
        isa.assemble("gdma 1: dma.sys (long)")


def test_random_edits_end_in_bytes_or_a_message() -> None:
    rng, letters = random.Random(17), "abdefgilmnopst_0123456789[]{}()=,.:+-> xX#\x00\xe9"
    lines = [ADD, isa.decode("gdma", encode("GdmaTensor", {"cmd_id": 1, "stride_enable": 1}), 0).text]
    outcomes = set()
    for _ in range(3000):
        text = list(rng.choice(lines))
        for _ in range(rng.randrange(1, 4)):
            at = rng.randrange(len(text))
            text[at : at + rng.randrange(3)] = rng.choices(letters, k=rng.randrange(3))
        try:
            _, _, data = isa.assemble("".join(text))
            outcomes.add(len(data))
        except CommandError as error:
            outcomes.add(bool(str(error)))
    assert {True, 64, 96} <= outcomes
