"""What the generator refuses: each case is a small table with one mistake."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAD = 'Field<"cmd_short", 0, 1>, Field<"tsk_typ", 1, 4>, Field<"tsk_eu_typ", 5, 3>'
GOOD = f'[{HEAD}, Field<"a", 8, 40>, Reserved<48, 16>]'
SHORT = f'[{HEAD}, Field<"a", 8, 20>, Reserved<28, 36>]'


def run(tmp_path: Path, tblgen: str, records: str, output: str = "check") -> subprocess.CompletedProcess[str]:
    file = tmp_path / "Wrong.td"
    file.write_text(f'include "IsaBase.td"\n{records}\n')
    (tmp_path / "IsaBase.td").write_text((ROOT / "dialects" / "Isa" / "IsaBase.td").read_text())
    command = [sys.executable, "-m", "isa_gen", output, str(file), "--tblgen", tblgen]
    env = {"PYTHONPATH": str(ROOT / "tools" / "isa-gen")}
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def instruction(body: str, name: str = "One", opcode: int = 1) -> str:
    return f'def {name} : Instruction<Tiu, "{name.upper()}", {opcode}> {{ let summary = "Test"; {body} }}\n'


def long_form(fields: str, length: int = 64) -> str:
    return f"let longForm = Form<{length}, {fields}>;"


BOTH = long_form(GOOD) + f" let shortForm = Form<64, {SHORT}>;"

WRONG = {
    "gap": (
        instruction(long_form(f'[{HEAD}, Field<"a", 9, 39>, Reserved<48, 16>]')),
        "gap: bits 8 to 8 between tsk_eu_typ and a are not declared",
    ),
    "gap at the end": (
        instruction(long_form(f'[{HEAD}, Field<"a", 8, 40>]')),
        "gap: bits 48 to 63 after a are not declared",
    ),
    "overlap": (
        instruction(long_form(f'[{HEAD}, Field<"a", 7, 41>, Reserved<48, 16>]')),
        "overlap: a starts at bit 7, but tsk_eu_typ ends at bit 7",
    ),
    "past the end": (
        instruction(long_form(f'[{HEAD}, Field<"a", 8, 60>]')),
        "a ends at bit 67, past the length of 64 bits",
    ),
    "too wide": (
        instruction(long_form(f'[{HEAD}, Field<"a", 8, 120>]', 128)),
        "a is 120 bits wide, expected 1 to 64",
    ),
    "same name": (
        instruction(long_form(f'[{HEAD}, Field<"a", 8, 40>, Field<"a", 48, 16>]')),
        "two fields are called a",
    ),
    "length": (
        instruction(long_form(f'[{HEAD}, Field<"a", 8, 24>]', 32)),
        "a length of 32 bits is not a multiple of 64",
    ),
    "no form": (instruction(""), "has neither a long nor a short form"),
    "same opcode": (
        instruction(long_form(GOOD)) + instruction(long_form(GOOD), "Two"),
        "Two: opcode 1, sub-function 0 is also One's",
    ),
    "same sub-function": (
        'def A : Functions<"A", [Case<3, "X", "x">]>;\ndef B : Functions<"B", [Case<3, "Y", "y">]>;\n'
        + instruction(long_form(GOOD) + " let functions = A;")
        + instruction(long_form(GOOD) + " let functions = B;", "Two"),
        "Two: opcode 1, sub-function 3 is also One's",
    ),
    "sub-function too large": (
        'def A : Functions<"A", [Case<8, "X", "x">]>;\n' + instruction(long_form(GOOD) + " let functions = A;"),
        "sub-function 8 (X) does not fit tsk_eu_typ",
    ),
    "sub-function twice": (
        'def A : Functions<"A", [Case<3, "X", "x">, Case<3, "Y", "y">]>;\n'
        + instruction(long_form(GOOD) + " let functions = A;"),
        "sub-function 3 is there twice",
    ),
    "opcode too large": (
        instruction(long_form(GOOD), opcode=16),
        "opcode 16 does not fit the 4 bits of tsk_typ",
    ),
    "short field unknown": (
        instruction(long_form(GOOD) + f' let shortForm = Form<64, [{HEAD}, Field<"b", 8, 56>]>;'),
        "short field b is no field of the long form",
    ),
    "short field wider": (
        instruction(long_form(GOOD) + f' let shortForm = Form<64, [{HEAD}, Field<"a", 8, 56>]>;'),
        "short field a is 56 bits wide, but 40 in the long form",
    ),
    "implied unknown": (
        instruction(BOTH + ' let implied = [Implied<"b", "0">];'),
        "implies b, which is no field of the long form",
    ),
    "implied present": (
        instruction(BOTH + ' let implied = [Implied<"a", "0">];'),
        "implies a, which the short form has",
    ),
    "meaning of nothing": (
        instruction(long_form(GOOD) + ' let meanings = [Meaning<"b", "text">];'),
        "describes b, which is no field",
    ),
    "operand of nothing": (
        instruction(long_form(GOOD) + ' let operands = [Operand<"opd0", "read", "text">];'),
        "has no field of an operand opd0",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_refuses(case: str, tmp_path: Path, tblgen: str) -> None:
    records, message = WRONG[case]
    result = run(tmp_path, tblgen, records)
    assert result.returncode == 1
    assert message in result.stderr
    assert all(line.startswith("error: Wrong.td:") or "Wrong.td:" in line for line in result.stderr.splitlines())


@pytest.mark.parametrize("output", ["structs", "definitions", "python", "reference"])
def test_writes_nothing_for_a_wrong_table(output: str, tmp_path: Path, tblgen: str) -> None:
    result = run(tmp_path, tblgen, WRONG["gap"][0], output)
    assert (result.returncode, result.stdout) == (1, "")


def test_accepts_the_same_table_without_mistakes(tmp_path: Path, tblgen: str) -> None:
    result = run(tmp_path, tblgen, instruction(BOTH) + instruction(long_form(GOOD), "Two", 2))
    assert (result.returncode, result.stderr) == (0, "")


def test_names_a_missing_tool(tmp_path: Path) -> None:
    result = run(tmp_path, "no-such-tblgen", instruction(BOTH))
    assert (result.returncode, result.stderr) == (1, "error: no-such-tblgen not found; give its path with --tblgen\n")
