"""The frame of a page, and its tables."""

from collections.abc import Sequence
from importlib.resources import files

from tpu_mlir.report.text import breakable, escape


def document(title: str, body: Sequence[str]) -> str:
    """Return a page that holds its own style and script."""
    style, script = (files("tpu_mlir.report").joinpath(name).read_text("utf-8") for name in ("page.css", "sort.js"))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style></head>\n<body>\n"
        + "\n".join(body)
        + f"\n<script>\n{script}</script>\n</body></html>\n"
    )


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table that a click on a heading sorts; the first column holds names."""
    top = "".join(f"<th>{escape(head)}</th>" for head in heads)
    body = "".join(
        f'<tr><td class="name">{breakable(name)}</td>{"".join(f"<td>{breakable(cell)}</td>" for cell in cells)}</tr>'
        for name, *cells in rows
    )
    return f'<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'
