"""The project's documents: links lead somewhere, and so do the paths that they name."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
DOCUMENTS += sorted((ROOT / "docs").rglob("*.md"))
ROOMS = "dialects|docs|examples|lib|python|test|tools"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links(document: Path) -> None:
    text = document.read_text("utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if not link.startswith("https:")]
    assert [link for link in links if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_named_files(document: Path) -> None:
    """Paths in backquotes; those with a placeholder or braces stand for several files and are left out."""
    text = document.read_text("utf-8")
    paths = re.findall(rf"`((?:{ROOMS})/[\w./-]+)`", text)
    assert [path for path in paths if not (ROOT / path).exists()] == []
