"""The table says what the vendor's public decoder says, field by field."""

import ast
import csv
import re
from pathlib import Path

import pytest
from isa_gen.check import check_table
from isa_gen.table import Form, Instruction, read_table

HERE = Path(__file__).parent
RECORDS = HERE.parents[1] / "dialects" / "Isa" / "Isa.td"

# Fields that Inputs/bm1684x_fields.tsv lacks: (after which field, name for each direction, width).
DROPPED = {
    "DMA_general": [("src_nstride", "src_cstride", "src_cstride", 32)],
    "sDMA_general": [("constant_value", "src_cstride", "src_cstride", 32)],
    "DMA_nonzero": [("src_wstride", "dst_nstride", "dst_nstride", 32)],
    "sDMA_nonzero": [("cmd_id_dep", "dst_nstride", "dst_nstride", 32)],
    "sDMA_masked_select": [("cmd_type", "cmd_special_function", "cmd_special_function", 3)],
    "sDMA_matrix": [
        ("cmd_id_dep", "src_hstride", "dst_hstride", 32),
        ("", "dst_nstride", "src_nstride", 32),
        ("", "dst_cstride", "src_cstride", 32),
        ("", "src_hsize", "dst_hsize", 16),
        ("", "src_wsize", "dst_wsize", 16),
        ("", "dst_nsize", "src_nsize", 16),
        ("", "dst_csize", "src_csize", 16),
        ("", "dst_wsize", "src_wsize", 16),
    ],
}
# Sub-functions with fields of their own, found on the chip model: forms that the vendor does not tell apart.
SPLIT = {"SYSID_swr": "SYSID"}
# The vendor's names for the low and the high part of an address are wrong in this one.
RENAMED = {
    f"{s}_start_addr_{a}": f"{s}_start_addr_{b}" for s in ("src", "dst") for a, b in (("h32", "l32"), ("l8", "h8"))
}
NOT_A_NAME = re.compile(r"rsvd\d*|reserved?", re.IGNORECASE)


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / "Inputs" / f"bm1684x_{name}.tsv").open() as file:
        return list(csv.DictReader(file, delimiter="\t"))


def vendor_fields(name: str) -> list[tuple[str, str, int]]:
    """(name to local memory, name from it, width) in order; no name: reserved."""
    fields: list[tuple[str, str, int]] = []
    for row in rows("fields"):
        if row["instruction"] == name:
            field = "" if NOT_A_NAME.fullmatch(row["field"]) else row["field"]
            field = RENAMED.get(field, field) if name == "DMA_matrix" else field
            fields.append((field, field, int(row["width"])))
    place = 0
    for after, to_local, from_local, width in DROPPED.get(name, []):
        if after:
            place = next(i for i, f in enumerate(fields) if f[0] == after) + 1
            if after == "cmd_id_dep":
                place += 1  # 12 reserved bits end its word
        fields.insert(place, (to_local, from_local, width))
        place += 1
    return fields


@pytest.fixture(scope="module")
def table(tblgen: str) -> list[Instruction]:
    return read_table(RECORDS, tblgen)


@pytest.fixture(scope="module")
def forms(table: list[Instruction]) -> dict[str, tuple[Instruction, Form]]:
    """Forms by the vendor's name: `s` before that of a short one."""
    found: dict[str, tuple[Instruction, Form]] = {}
    for i in table:
        if i.long:
            found[i.vendor_name] = (i, i.long)
        if i.short:
            found["s" + i.vendor_name.removeprefix("s")] = (i, i.short)
    return found


def test_is_sound(table: list[Instruction]) -> None:
    assert check_table(table) == []


@pytest.mark.parametrize("row", rows("instructions"), ids=lambda r: r["instruction"])
def test_form_is_the_vendors(row: dict[str, str], forms: dict[str, tuple[Instruction, Form]]) -> None:
    instruction, form = forms[row["instruction"]]
    assert instruction.engine.name.upper() == row["engine"]
    assert form.length == int(row["length_bits"])
    if row["opcode"] == "None":
        assert not instruction.encodable
    else:
        assert instruction.opcode == int(row["opcode"])
    bit = 0
    for ours, (to_local, from_local, width) in zip(form.fields, vendor_fields(row["instruction"]), strict=True):
        assert (ours.name, ours.from_local or ours.name, ours.lsb, ours.width) == (to_local, from_local, bit, width)
        bit += width
    assert bit == form.length


@pytest.mark.parametrize("row", rows("instructions"), ids=lambda r: r["instruction"])
def test_functions_are_the_vendors(row: dict[str, str], forms: dict[str, tuple[Instruction, Form]]) -> None:
    names = [row["instruction"], *(name for name, whole in SPLIT.items() if whole == row["instruction"])]
    functions = [instruction.functions for instruction, _ in map(forms.__getitem__, names)]
    given = {case.value: case.mnemonic for known in functions if known for case in known.cases}
    if row["sub_functions"].startswith("{"):
        assert given == ast.literal_eval(row["sub_functions"])
    elif row["sub_functions"]:
        assert row["sub_functions"] == "range(31)" and set(given) <= set(range(31))
    else:
        assert given == {}


def test_every_form_is_known(forms: dict[str, tuple[Instruction, Form]]) -> None:
    assert set(forms) == {r["instruction"] for r in rows("instructions")} | set(SPLIT)
