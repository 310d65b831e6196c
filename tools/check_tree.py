"""Refuse what the style guide refuses: giant files, crowded folders, unfinished marks, dead CHECK lines."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

MAX_LINES = 800
MAX_FILES = 25
SOURCES = {".cpp", ".h", ".td", ".py", ".cmake", ".mlir", ".sh"}
DEAD_CHECK = re.compile(r"^\s*//\s*(CHECK[A-Z0-9-]*)\s+\S")
RUNTIME = re.compile(r"""\bInferenceSession\(|import_module\("onnxruntime|^\s*(import|from) onnxruntime\b""")
RUNTIME_PLACES = {
    "python/tpu_mlir/frontend/onnx/session.py",  # exact sums, no telemetry: the one place that opens sessions
    "bench/calibrate.py",  # measures ONNX Runtime's own quantisation
    "tools/check_tree.py",
    "bench/rivals.py",  # its quantiser, not a session
}
# A question about one chip: its namespace, its folder, an instruction by name.
INSTRUCTION = re.compile(r"^def (\w+) : Instruction<", re.MULTILINE)
CHIP_ROOMS = ("lib/Isa/", "lib/Target/", "lib/Simulator/", "lib/Kernels/BM1684X/", "test/")
CHIP_LISTS = ("lib/Kernels/Verbs.cpp",)  # one line for each chip
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")


def problems_of(path: Path) -> list[str]:
    """Return the complaints about one file, each `path:line: text`."""
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [f"{path}: {len(lines)} lines, the limit is {MAX_LINES}"] if len(lines) > MAX_LINES else []
    runs = "\n".join(line for line in lines if "RUN:" in line)
    for number, line in enumerate(lines, 1):
        if UNFINISHED.search(line):
            found.append(f"{path}:{number}: unfinished mark")
        if path.suffix == ".py" and str(path) not in RUNTIME_PLACES and RUNTIME.search(line):
            found.append(f"{path}:{number}: ONNX Runtime is used through tpu_mlir.frontend.onnx.session only")
        if path.suffix == ".mlir" and (dead := DEAD_CHECK.match(line)) and f"{dead[1]}:" not in line:
            found.append(f"{path}:{number}: '{dead[1]}' without a colon is never checked")
    if path.suffix == ".mlir" and any("CHECK" in line for line in lines) and "FileCheck" not in runs:
        found.append(f"{path}: CHECK lines, but no RUN line calls FileCheck")
    return found


def questions_about_a_chip(paths: list[Path]) -> list[str]:
    """Return the lines of C++ that ask which chip it is, outside of the rooms where chips differ."""
    table = "\n".join(path.read_text(encoding="utf-8") for path in Path("dialects/Isa").glob("*.td"))
    names = "|".join(INSTRUCTION.findall(table))
    question = re.compile(rf"\bbm\d+x?(Map\b|::)|/BM\d+X?/|\bisa::({names})(Op)?\b")
    asking = [p for p in paths if not str(p).startswith((*CHIP_ROOMS, *CHIP_LISTS))]
    return [
        f"{path}:{number}: a question about the chip: read it from the Chip, or let its Verbs answer"
        for path in asking
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if question.search(line) and not line.lstrip().startswith("//")
    ]


def main() -> int:
    """Check every tracked file; return the exit code."""
    listed = subprocess.run(["git", "ls-files"], check=True, capture_output=True, text=True).stdout.splitlines()
    tracked = [path for path in map(Path, listed) if path.exists()]
    found = [p for path in tracked if path.suffix in SOURCES for p in problems_of(path)]
    found += questions_about_a_chip([path for path in tracked if path.suffix in {".cpp", ".h"}])
    folders = Counter(path.parent for path in tracked)
    found += [
        f"{folder}: {count} files, the limit is {MAX_FILES}" for folder, count in folders.items() if count > MAX_FILES
    ]
    print("\n".join(found) or "tree: no complaints")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
