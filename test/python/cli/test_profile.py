"""`tpuc profile`: table, page, timeline, JSON, and wrong uses."""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tpu_mlir._native import bmodel
from tpu_mlir.cli import main
from tpu_mlir.runtime import BModel

EVIL = '<script>alert("x")</script> & more'


@pytest.fixture
def named(variant: Callable[..., Path]) -> Path:
    """Return the golden model with a layer whose name tries to break the page."""
    table = bmodel.write_tensor_table([], [(0, "tiu", 1, EVIL), (0, "gdma", 1, "moves")])
    return variant(table=table)


def test_table(named: Path, capsys) -> None:
    assert main(["profile", str(named)]) == 0
    out = capsys.readouterr().out
    assert "network twice, stage 0: x f32 1x70x5x9" in out
    assert (
        re.search(r"time: [\d.]+ µs \([\d,]+ cycles at 1 GHz\)", out) and "global memory: 12.6 kB read, 12.6 kB" in out
    )
    assert re.search(r"^moves +dma.tensor +[\d.]+ %", out, re.M) and "moves's load" in out


def test_top(named: Path, capsys) -> None:
    assert main(["profile", str(named), "--top", "1"]) == 0
    assert "and 1 more layers, " in capsys.readouterr().out


def test_json(named: Path, capsys) -> None:
    assert main(["profile", str(named), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["network"], found["bytes_read"], found["bytes_written"]) == ("twice", 12600, 12600)
    (waiting,) = (layer for layer in found["layers"] if layer["name"] == EVIL)
    assert waiting["waits"][0]["for"] == "load" and waiting["waits"][0]["layer"] == "moves"


class Page(HTMLParser):
    """Collects tags, attributes that refer to something, and the text."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.references: list[str] = []
        self.content = ""
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.references += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href")]

    def handle_data(self, data: str) -> None:
        self.content += data


def test_page(named: Path, tmp_path: Path, capsys) -> None:
    path = tmp_path / "report.html"
    assert main(["profile", str(named), "--report", str(path)]) == 0
    assert capsys.readouterr().out == ""
    text = path.read_text("utf-8")
    page = Page(text)
    assert page.references == [] and "http" not in text and "@import" not in text and "url(" not in text
    assert page.tags.count("script") == 1 and EVIL in page.content  # as text, in a cell
    assert page.tags.count("svg") >= 1 and page.tags.count("table") == 2
    for words in (
        "compute engine busy",
        "transfer engine busy",
        "of the floor reached",
        "What the compute engine waits for",
        "Local memory over time",
        "computed buffers stay",
    ):
        assert words in page.content


def test_page_of_a_convolution_has_a_roofline(tmp_path: Path) -> None:
    import onnx
    from tpu_mlir.testing import Fixed, case, uniform

    onnx.save(case("Conv", uniform(1, 8, 16, 16), Fixed(uniform(8, 8, 3, 3))).model(), tmp_path / "m.onnx")
    assert main(["compile", str(tmp_path / "m.onnx"), "-o", str(tmp_path / "m.bmodel")]) == 0
    assert main(["profile", str(tmp_path / "m.bmodel"), "--report", str(tmp_path / "r.html")]) == 0
    page = Page((tmp_path / "r.html").read_text("utf-8"))
    assert "circle" in page.tags and "array, 1,024 a cycle" in page.content


def test_times_of_boards_are_longer(named: Path, capsys) -> None:
    cycles = {}
    for name in ("static", "silicon"):
        assert main(["profile", str(named), "--json", "--cycles", name]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["model"] == name
        cycles[name] = found["cycles"]
    assert cycles["static"] < cycles["silicon"]


def test_trace(named: Path, tmp_path: Path) -> None:
    path = tmp_path / "trace.json"
    assert main(["profile", str(named), "--trace", str(path)]) == 0
    names = {event["name"] for event in json.loads(path.read_text())["traceEvents"]}
    assert {"moves", EVIL, "waits"} <= names


def test_network_and_stage(variant: Callable[..., Path], capsys) -> None:
    path = variant(nets=("a", "b"), shapes=((1, 70, 5, 9), (2, 35, 5, 9)))
    assert main(["profile", str(path), "--network", "b", "--stage", "1"]) == 0
    assert "network b, stage 1: x f32 2x35x5x9" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["none.bmodel"], "none.bmodel: no such file or directory"),
        (["BMODEL", "--network", "c"], "there is no network 'c'; its networks are 'twice'"),
        (["BMODEL", "--stage", "4"], "network 'twice' has no stage 4; its stages count from 0 to 0"),
        (["BMODEL", "--report", "none/r.html"], "none/r.html: no such file or directory"),
        (["BMODEL", "--trace", "."], ".: is a directory"),
    ],
)
def test_errors(words: list[str], message: str, twice: Path, capsys) -> None:
    assert main(["profile", *(str(twice) if word == "BMODEL" else word for word in words)]) == 1
    captured = capsys.readouterr()
    assert captured.out == "" and message in captured.err and captured.err.count("\n") == 1


def test_truncated_file(twice: Path, tmp_path: Path, capsys) -> None:
    path = tmp_path / "m.bmodel"
    path.write_bytes(BModel.load(twice).data[:300])
    assert main(["profile", str(path)]) == 1
    assert capsys.readouterr().err.startswith(f"error: {path}: ")
