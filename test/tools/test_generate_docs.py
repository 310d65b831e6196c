"""The reference pages name everything that the sources define."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from tpu_mlir.cli.app import app
from tpu_mlir.frontend.onnx.registry import supported

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the generated pages by name."""
    folder = tmp_path_factory.mktemp("reference")
    command = [sys.executable, "tools/generate_docs.py", "--build", "build", "--output", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return {path.stem: path.read_text("utf-8") for path in folder.glob("*.md")}


def definitions(pattern: str, folder: str) -> set[str]:
    text = "\n".join(path.read_text("utf-8") for path in (ROOT / folder).rglob("*.td"))
    return set(re.findall(pattern, text, re.M))


def test_index_links_every_page(pages: dict[str, str]) -> None:
    linked = set(re.findall(r"\]\((\w+)\.md\)", pages["README"]))
    assert linked == pages.keys() - {"README"}


@pytest.mark.parametrize(("name", "folder"), [("top", "dialects/Top"), ("tpu", "dialects/Tpu")])
def test_every_op(pages: dict[str, str], name: str, folder: str) -> None:
    ops = definitions(r'^def T\w+Op\s*:[^<]*<(?:\w+, *)?"(\w+)"', folder)
    assert len(ops) > 10
    assert [op for op in sorted(ops) if f"### `{name}.{op}`" not in pages[name]] == []


def test_every_pass_and_pipeline(pages: dict[str, str]) -> None:
    passes = definitions(r'^def \w+ : \w+<"([a-z-]+)"', "lib")
    assert {"lower-top-to-tpu", "tpu-form-groups", "tpu-codegen"} <= passes
    assert [name for name in sorted(passes) if f"### `-{name}`" not in pages["passes"]] == []
    assert "| `--tpu-schedule` | group" in pages["passes"]


def test_every_command_with_an_example(pages: dict[str, str]) -> None:
    names = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]
    assert len(names) >= 6
    for name in names:
        assert f"## tpuc {name}\n" in pages["cli"]
        assert f"\ntpuc {name} " in pages["cli"]


def test_every_operator(pages: dict[str, str]) -> None:
    for _, op in supported():
        assert f" | {op} | " in pages["operators"]


def test_instructions(pages: dict[str, str]) -> None:
    page = pages["instructions"]
    titles = {title.lower() for title in re.findall(r"^##+ (.*)$", page, re.M)}
    assert {"conv", "matmul2", "gdmatensor"} <= titles
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= titles
    assert "anonymous" not in page
