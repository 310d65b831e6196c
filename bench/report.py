"""What all measurements share: the command line, Markdown tables, and limits that must hold."""

import argparse
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.zoo import MODELS, RESNET50, ROOT


@dataclass(frozen=True)
class Report:
    """A page of Markdown, and the limits that did not hold, each in a sentence."""

    text: str
    failures: list[str] = field(default_factory=list[str])


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; all columns but the first are aligned right."""
    rule = "|".join(["---", *["---:"] * (len(headings) - 1)])
    return "\n".join([f"| {' | '.join(headings)} |", f"|{rule}|", *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def machine() -> str:
    """Return where the figures come from."""
    model = next(
        (line.partition(":")[2].strip() for line in _cpuinfo() if line.startswith("model name")), platform.machine()
    )
    return f"{os.cpu_count()} cores, {model}"


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []


def arguments(description: str | None) -> argparse.ArgumentParser:
    """Return a parser with the options that all measurements have."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--models", type=Path, default=MODELS, help="folder with the real models, in its onnx/")
    parser.add_argument(
        "--resnet50", type=Path, default=RESNET50, help="ResNet-50 as make_benchmarks.py of that folder writes it"
    )
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "bench", help="folder for the tables")
    return parser


def finish(name: str, report: Report, folder: Path) -> int:
    """Print the report, write it to `folder`/`name`.md; return 1 if a limit did not hold."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.md").write_text(report.text, encoding="utf-8")
    print(report.text)
    for failure in report.failures:
        print(f"error: {failure}")
    return 1 if report.failures else 0
