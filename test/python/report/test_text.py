"""Names in pages: they neither overflow nor lose anything."""

import html
import re
from pathlib import Path

import pytest
from tpu_mlir.cli import main
from tpu_mlir.report.text import breakable, escape

PATHS = "/model/encoder/layers.0/self_attention/query_projection/MatMul_output_" * 3
LONGEST = 32  # characters without a place for a line's end; the column of names has room for some 40


@pytest.mark.parametrize("name", [PATHS[:200], "a" * 200, "&<>" * 70, "backbone.stage2.block.conv_dw.weight_quantized"])
def test_long_names_can_be_broken(name: str) -> None:
    pieces = [html.unescape(piece) for piece in breakable(name).split("<wbr>")]
    assert "".join(pieces) == name and max(map(len, pieces)) <= LONGEST


def test_names_break_behind_their_separators() -> None:
    pieces = breakable(PATHS[:200]).split("<wbr>")
    assert all(piece[-1] in "/._" for piece in pieces[:-1])


def test_prose_and_short_names_stay() -> None:
    assert breakable("conv1/Relu <b> takes 12.3 %") == "conv1/Relu &lt;b&gt; takes 12.3 %"


def test_what_does_not_print_is_escaped() -> None:
    assert escape("a\x1b\udcff") == breakable("a\x1b\udcff") == r"a\x1b\xff"


def test_a_page_of_long_names(variant, tmp_path: Path) -> None:
    """No text of the page, outside of its charts, style and script, holds a longer word than a column has room for."""
    path = variant(nets=(PATHS[:200],))
    assert main(["profile", str(path), "--report", str(tmp_path / "r.html")]) == 0
    text = (tmp_path / "r.html").read_text()
    assert html.escape(PATHS[:200]) in re.sub("<wbr>", "", text)
    body = re.sub(r"<(svg|script|style|title)\b.*?</\1>", " ", text, flags=re.S)
    words = re.sub(r"<wbr>|<[^>]*>", " ", body).split()
    assert max(len(html.unescape(word)) for word in words if str(path) not in word) <= LONGEST
