"""`tpuc asm`: the way back from `tpuc disasm`, and what is said about wrong listings."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tpu_mlir._native import bmodel
from tpu_mlir.cli import main
from tpu_mlir.runtime import BModel, Session

Change = Callable[[str], str]
DIGITS = Path(__file__).parents[3] / "examples" / "digits" / "digits.onnx"


@pytest.fixture
def listing(twice: Path, tmp_path: Path) -> Path:
    """Return the listing of the golden model, on disk."""
    path = tmp_path / "m.asm"
    assert main(["disasm", str(twice), "-o", str(path)]) == 0
    return path


def assembled(listing: Path, base: Path, target: Path) -> BModel:
    assert main(["asm", str(listing), "--base", str(base), "-o", str(target)]) == 0
    return BModel.load(target)


def test_unchanged_listing_gives_the_same_file(listing: Path, twice: Path, tmp_path: Path) -> None:
    assert assembled(listing, twice, tmp_path / "again.bmodel").data == twice.read_bytes()


@pytest.mark.parametrize("precision", ["f32", "f16", "bf16"])
def test_compiled_network(precision: str, tmp_path: Path) -> None:
    """Convolutions, pools, element-wise work and transfers as the compiler writes them, with layers' names."""
    model, path = tmp_path / "m.bmodel", tmp_path / "m.asm"
    shape = ["--input-shape", "images:2x1x8x8"]
    assert main(["compile", str(DIGITS), "-o", str(model), "--precision", precision, *shape]) == 0
    assert main(["disasm", str(model), "-o", str(path)]) == 0
    text = path.read_text()
    assert "conv.normal" in text and "# /refine/refine.0/Conv_output_0" in text
    assert assembled(path, model, tmp_path / "again.bmodel").data == model.read_bytes()


def test_edited_command(listing: Path, twice: Path, tmp_path: Path, capsys) -> None:
    """x + x becomes x - x; everything else of the file stays."""
    listing.write_text(listing.read_text().replace("arith.add", "arith.sub"))
    changed = assembled(listing, twice, tmp_path / "changed.bmodel")
    x = np.random.default_rng(1).standard_normal((1, 70, 5, 9), np.float32)
    assert not Session(changed).run({"x": x})["y"].any()
    (old,), (new,) = BModel.load(twice).contents.nets[0].stages, changed.contents.nets[0].stages
    assert bytes(new.groups[0].gdma) == bytes(old.groups[0].gdma) and bytes(new.coeff) == bytes(old.coeff)
    assert main(["disasm", str(tmp_path / "changed.bmodel"), "-o", str(tmp_path / "again.asm")]) == 0
    assert (tmp_path / "again.asm").read_text() == listing.read_text()


def test_one_more_command(listing: Path, twice: Path, tmp_path: Path) -> None:
    """(x + x) + x: the stream grows, ids and dependencies are the writer's business."""
    lines = listing.read_text().splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("tiu 1 "))
    more = lines[at].replace("tiu 1 after gdma 1", "tiu 2").replace("opd1 = ", "opd1 = ", 1)
    address = re.search(r"res0 = .* at (lane 0 \+ 0x\w+)", lines[at])
    assert address is not None
    more = re.sub(r"(opd0 = \S+ \S+ \S+ \S+ \w+ at )lane 0 \+ 0x0", rf"\g<1>{address[1]}", more, count=1)
    lines[at + 1 : at + 2] = [more, lines[at + 1].replace("tiu 2:", "tiu 3:")]
    text = "\n".join(lines).replace("gdma 2 after tiu 1", "gdma 2 after tiu 2")
    listing.write_text(text)
    x = np.arange(1 * 70 * 5 * 9, dtype=np.float32).reshape(1, 70, 5, 9)
    changed = assembled(listing, twice, tmp_path / "changed.bmodel")
    assert changed.contents.nets[0].stages[0].groups[0].tiu_count == 3
    np.testing.assert_array_equal(Session(changed, check_races=True).run({"x": x})["y"], 3 * x)


def test_labels(listing: Path, twice: Path, tmp_path: Path, capsys) -> None:
    """The same with --renumber: the new command has a word for a number, and the store waits for it."""
    lines = listing.read_text().splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("tiu 1 "))
    new = lines[at].replace("tiu 1 after gdma 1", "tiu new")
    new = new.replace(
        "opd0 = f32[1, 70, 5, 9] aligned at lane 0 + 0x0", "opd0 = f32[1, 70, 5, 9] aligned at lane 0 + 0x4000"
    )
    lines.insert(at + 1, new)
    listing.write_text("\n".join(lines).replace("gdma 2 after tiu 1", "gdma 2 after tiu new"))
    base, target = ["--base", str(twice)], tmp_path / "changed.bmodel"
    assert main(["asm", str(listing), *base, "-o", str(target)]) == 1
    assert "m.asm:4: column 5: expected a number below 2^64, found 'new" in capsys.readouterr().err
    assert main(["asm", str(listing), *base, "-o", str(target), "--renumber"]) == 0
    x = np.arange(1 * 70 * 5 * 9, dtype=np.float32).reshape(1, 70, 5, 9)
    np.testing.assert_array_equal(Session(target, check_races=True).run({"x": x})["y"], 3 * x)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("gdma 3:", "gdma 2:", "m.asm:6: there are two commands gdma 2 in the group"),
        ("gdma 2 after tiu 1", "gdma 2 after tiu x", "m.asm:5: it waits for tiu x, which is not in its group"),
        ("arith.add", "arith.plus", "m.asm:3: there is no operation 'arith.plus'"),
        ("tiu 2:", "tiu 2", "m.asm:4: "),
    ],
)
def test_wrong_labels(old: str, new: str, message: str, listing: Path, twice: Path, tmp_path: Path, capsys) -> None:
    listing.write_text(listing.read_text().replace(old, new))
    words = ["--base", str(twice), "-o", str(tmp_path / "out.bmodel"), "--renumber"]
    assert main(["asm", str(listing), *words]) == 1
    assert message in capsys.readouterr().err and not (tmp_path / "out.bmodel").exists()


def test_unchanged_listing_keeps_its_numbers(listing: Path, twice: Path, tmp_path: Path) -> None:
    target = tmp_path / "again.bmodel"
    assert main(["asm", str(listing), "--base", str(twice), "-o", str(target), "--renumber"]) == 0
    assert target.read_bytes() == twice.read_bytes()


def test_one_engine_alone(twice: Path, tmp_path: Path) -> None:
    path = tmp_path / "gdma.asm"
    assert main(["disasm", str(twice), "--engine", "gdma", "-o", str(path)]) == 0
    assert assembled(path, twice, tmp_path / "again.bmodel").data == twice.read_bytes()


def test_several_networks_and_stages(variant: Callable[..., Path], tmp_path: Path) -> None:
    names = 'two "words"', "zwei\nZeilen"
    base = variant(nets=names, shapes=((1, 70, 5, 9), (2, 35, 5, 9)))
    path = tmp_path / "m.asm"
    assert main(["disasm", str(base), "-o", str(path)]) == 0
    assert path.read_text().count("network ") == 4
    assert assembled(path, base, tmp_path / "again.bmodel").data == base.read_bytes()
    head, *others = re.split(r"(?m)^(?=network )", path.read_text())
    others[2] = others[2].replace("arith.add", "arith.max")
    path.write_text(head + "".join(others))
    nets = assembled(path, base, tmp_path / "changed.bmodel").contents.nets
    changed = [bytes(stage.groups[0].tiu) for net in nets for stage in net.stages]
    assert changed[0] == changed[1] == changed[3] != changed[2]


def first(old: str, new: str) -> Change:
    return lambda text: text.replace(old, new, 1)


HEAD = 'network "twice", stage 0, group 0:'
WRONG: dict[str, tuple[Change, str]] = {
    "nothing": (lambda text: "", "m.asm: expected a listing as tpuc disasm writes it"),
    "no group": (lambda text: text.split("\n", 1)[1], "m.asm:1: expected 'network \"...\", stage 0, group 0:' before"),
    "group line": (
        first(HEAD, 'network "twice", stage x:'),
        "m.asm:1: expected 'network \"...\", stage 0, group 0:', f",
    ),
    "name": (first('"twice"', r'"\q"'), "m.asm:1: expected 'network"),
    "network": (first('"twice"', '"once"'), "twice.bmodel has no network 'once'"),
    "stage": (first("stage 0", "stage 1"), "m.asm:1: network 'twice' has 1 stage(s), found stage 1"),
    "group": (first("group 0", "group 7"), "m.asm:1: stage 0 has 1 group(s) of commands, found group 7"),
    "twice": (lambda text: text + text, "m.asm:7: this group is in the listing twice"),
    "operation": (first("arith.add", "arith.plus"), "m.asm:3: there is no operation 'arith.plus'"),
    "field": (first("tsk_opd_num = ", "tsk_opt = "), "m.asm:3: field tsk_opt: arith.add has no such field"),
    "operand": (first("opd1 = f32[1, 70", "opd1 = f32[1, 71"), "m.asm:3: operand opd1: expected 'f32[1, 70, 5, 9]"),
    "number": (
        first("tiu 1 ", "tiu 2 "),
        "m.asm:3: expected tiu command 1, found 2; an engine's count from 1",
    ),
}


@pytest.mark.parametrize(("change", "message"), WRONG.values(), ids=WRONG)
def test_wrong_listing(change: Change, message: str, listing: Path, twice: Path, tmp_path: Path, capsys) -> None:
    listing.write_text(change(listing.read_text()))
    assert main(["asm", str(listing), "--base", str(twice), "-o", str(tmp_path / "out.bmodel")]) == 1
    error = capsys.readouterr().err
    assert message in error and error.startswith("error: ") and error.count("\n") == 1
    assert not (tmp_path / "out.bmodel").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["none.asm", "--base", "BMODEL"], "none.asm: no such file or directory"),
        (["LISTING", "--base", "none.bmodel"], "none.bmodel: no such file or directory"),
        (["BMODEL", "--base", "BMODEL"], "twice.bmodel: not a text file: byte "),
        (["LISTING", "--base", "LISTING"], "m.asm: not a bmodel"),
    ],
)
def test_wrong_files(words: list[str], message: str, listing: Path, twice: Path, tmp_path: Path, capsys) -> None:
    places = {"BMODEL": str(twice), "LISTING": str(listing)}
    out = tmp_path / "out.bmodel"
    assert main(["asm", *(places.get(word, word) for word in words), "-o", str(out)]) == 1
    assert message in capsys.readouterr().err and not out.exists()


def test_stream_that_the_file_does_not_have(twice: Path, tmp_path: Path) -> None:
    """A damaged listing of a file whose group has one engine's commands only."""
    (stage,) = BModel.load(twice).contents.nets[0].stages
    group = stage.groups[0]
    same = bmodel.CommandGroup(tiu_count=2, gdma_count=3, tiu=bytes(group.tiu), gdma=bytes(group.gdma))
    data = bmodel.replace_commands(twice.read_bytes(), "twice", [(0, 0, 0, same)])
    assert data == twice.read_bytes()
