"""What is printed, whatever names and paths hold."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from tpu_mlir.cli import main
from tpu_mlir.cli.console import numbers, output, print_error, print_table, print_warning

NAMES = (b"a b", b"a\xffb", b"a\x1b[31mred", b"[bold]x", b":x: :smile:", b"a\nb", "\u202eabc".encode(), b"{a,b}'\"")


def shown(name: bytes) -> str:
    return name.replace(b"\xff", b"\\xff").replace(b"\x1b", b"\\x1b").replace(b"\n", b"\\n").decode().replace(
        "\u202e", "\\u202e"
    )  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_any_file_name(name: bytes, twice: Path, tmp_path: Path, capsys) -> None:
    path = tmp_path / os.fsdecode(name)
    path.write_bytes(twice.read_bytes())
    word = str(path)
    archive, page, trace = (f"{word}{suffix}" for suffix in (".npz", ".html", ".json"))
    for words in (
        ["info", word],
        ["info", "--json", word],
        ["disasm", word],
        ["run", word, "-o", archive, "--profile", trace],
        ["run", word, "-i", archive.replace(".npz", ".none")],
        ["profile", word],
        ["profile", word, "--report", page],
        ["debug", word, "-c", "step"],
        ["combine", word, "-o", f"{word}2"],
        ["compile", word, "-o", f"{word}2"],
        ["compare", word, word],
    ):
        assert main(words) in (0, 1)
        captured = capsys.readouterr()
        text = captured.out + captured.err
        assert all(char.isprintable() or char == "\n" for char in text) and "internal" not in text, words
        if words[0] == "info" and len(words) == 2:
            assert text.startswith(f"{tmp_path}/{shown(name)}: BM1684X")
    assert all(Path(each).exists() for each in (archive, page, trace))


@pytest.mark.parametrize("name", ["\x1b[31m", "a\nb", ":x:", "[red]", "\u202e"])
def test_any_network_name(name: str, variant, capsys) -> None:
    path = str(variant(nets=(name,)))
    for words in (["info"], ["disasm"], ["profile"], ["debug", "-c", "where"], ["run"], ["run", "--network", name]):
        assert main([*words, path]) == 0, words
        captured = capsys.readouterr()
        assert all(char.isprintable() or char == "\n" for char in captured.out + captured.err)
        if words == ["info"]:
            assert f"network {shown(name.encode())}, stage 0\n" in captured.out


def test_name_that_is_no_utf8(twice: Path, tmp_path: Path, capsys) -> None:
    """The network of one name is found by it, whatever it is shown as."""
    data = twice.read_bytes()
    path = tmp_path / "m.bmodel"
    path.write_bytes(data.replace(b"twice", b"tw\xffce"))
    for words in (["info"], ["run"], ["profile"], ["debug", "-c", "step"], ["combine", "-o", f"{path}2"]):
        assert main([*words, str(path)]) == 0, words
    capsys.readouterr()
    assert main(["disasm", str(path), "-o", f"{path}.asm"]) == 0
    assert main(["asm", f"{path}.asm", "--base", str(path), "-o", f"{path}.again"]) == 0
    assert Path(f"{path}.again").read_bytes() == path.read_bytes()


def test_messages_are_shown_as_they_are(capsys) -> None:
    print_error("[bold]m[/] :x: \x1b[2J")
    print_warning("two\nlines")
    assert capsys.readouterr().err == "error: [bold]m[/] :x: \\x1b[2J\nwarning: two\nlines\n"


def test_a_row_is_a_line(capsys) -> None:
    name = "a/very/long/name" * 20
    print_table(("name", *numbers("figure")), [(name, "1"), (":x:\n[b]", "20")], "title")
    title, *rows = capsys.readouterr().out.splitlines()
    assert title == "title"
    assert [row.split() for row in rows] == [["name", "figure"], [name, "1"], [":x:\\n[b]", "20"]]


def test_a_terminal_shows_whole_names() -> None:
    """In a terminal of 40 columns, too, the name is there and nothing is cut off."""
    program = (
        "from tpu_mlir.cli.console import numbers, print_table\n"
        "print_table(('name', *numbers('one', 'two', 'three')), [('n' * 50, '123456', '123456', '123456')])"
    )
    mine, its = pty.openpty()
    environment = {**os.environ, "COLUMNS": "40", "TERM": "xterm"}
    subprocess.run([sys.executable, "-c", program], stdout=its, env=environment, check=True)
    os.close(its)
    text = os.read(mine, 4096).decode()
    assert "n" * 50 in text and text.count("123456") == 3


def test_console_is_no_terminal_here() -> None:
    assert not output.is_terminal
