"""A damaged bmodel that can be listed assembles to the same bytes again, whatever its commands have become."""

from pathlib import Path

import pytest
from fuzz.bmodel_mutations import with_damaged_commands, with_damaged_tables
from tpu_mlir.cli.disasm import listing
from tpu_mlir.errors import BModelError, CommandError, TpuMlirError
from tpu_mlir.runtime import BModel
from tpu_mlir.runtime.assembly import assemble


def test_listed_is_assembled(twice: Path) -> None:
    whole, listed = twice.read_bytes(), 0
    for seed in range(400):
        damage = with_damaged_commands if seed % 4 else with_damaged_tables
        model = BModel(damage(whole, seed))
        try:
            text = "".join(f"{line}\n" for line in listing(model))
        except (BModelError, CommandError):
            continue  # it says why
        listed += 1
        assert assemble(text, model).data == model.data, f"seed {seed}"
    assert listed > 100


def test_networks_of_one_name(variant) -> None:
    model = BModel(variant(nets=("network one", "network two")).read_bytes().replace(b"network two", b"network one"))
    text = "\n".join(listing(model))
    assert assemble(text, model).data == model.data
    with pytest.raises(CommandError, match="this group is in the listing twice"):
        assemble(f"{text}\n{text}", model)


def test_numbers_of_changed_streams_count(twice: Path) -> None:
    """A wrong number is as it was in an unchanged stream, and a mistake in another."""
    whole = twice.read_bytes()
    changed = next(
        model
        for seed in range(1, 400, 2)
        if (model := BModel(with_damaged_commands(whole, seed))) and _first_number(model) not in (None, 1)
    )
    lines = list(listing(changed, ("tiu",)))
    assert assemble("\n".join(lines), changed).data == changed.data
    with pytest.raises(CommandError, match="expected tiu command 1, found .*; an engine's count from 1: --renumber"):
        assemble("\n".join([*lines, lines[-1]]), changed)


def _first_number(model: BModel) -> int | None:
    try:
        line = list(listing(model, ("tiu",)))[1]
    except (TpuMlirError, IndexError):
        return None
    return int(line.split()[1].rstrip(":"))


def test_nothing_to_list(twice: Path) -> None:
    with pytest.raises(CommandError, match="expected a listing as tpuc disasm writes it"):
        assemble("\n", BModel.load(twice))
