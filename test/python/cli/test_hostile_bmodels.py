"""Damaged bmodels in every command: a result or a message, no defect of ours, and nothing a terminal would obey."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from fuzz.bmodel_mutations import with_damaged_commands, with_damaged_tables
from tpu_mlir.cli import main

FILES = 30


@pytest.mark.parametrize(
    "words",
    [
        ("info",),
        ("info", "--json"),
        ("disasm",),
        ("disasm", "--json"),
        ("profile",),
        ("profile", "--report", "OUT"),
        ("run", "--memory-limit", "0.1"),
        ("debug", "--memory-limit", "0.1", "-c", "tensors", "-c", "step 3"),
        ("combine", "-o", "OUT"),
        ("extract", "-o", "OUT"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("damage", [with_damaged_tables, with_damaged_commands])
def test_damaged_bmodels(words: Sequence[str], damage, twice: Path, tmp_path: Path, capsys) -> None:
    path, out = tmp_path / "m.bmodel", tmp_path / "out"
    codes: set[int] = set()
    for seed in range(FILES):
        path.write_bytes(damage(twice.read_bytes(), seed))
        code = main([*(str(out) if word == "OUT" else word for word in words), str(path)])
        captured = capsys.readouterr()
        text = captured.out + captured.err
        assert code in (0, 1) and "internal error" not in text, f"seed {seed}: {text[-500:]}"
        assert all(char.isprintable() or char == "\n" for char in text), f"seed {seed}: {text[-500:]!r}"
        assert code == 0 or captured.err.startswith(("error: ", "inputs: random")), f"seed {seed}: {captured.err}"
        codes.add(code)
    assert 0 in codes
