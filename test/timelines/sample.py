"""Choose the commands of Inputs/sample.jsonl.xz: the first of each op, attributes and kinds of operands.

python -m timelines.sample FOLDER (with test/ and the built package in PYTHONPATH)
"""

import json
import lzma
import re
import sys
from pathlib import Path

SAMPLE = Path(__file__).parent / "Inputs" / "sample.jsonl.xz"
KEPT = ("engine", "id", "waits_for", "op", "attrs", "operands", "results")


def kind(operand: str) -> str:
    """Return the operand's memory and type, whether a lane is named, and whether a stride repeats elements."""
    place, _, rest = operand.partition(":")
    kind = re.sub(r"\d+x|, strides: .*", "", rest)
    return f"{place[1]} {'L' in place} {kind} {' 0' in rest}"


def choose(folder: Path) -> list[str]:
    """Return lines in the timelines' own form."""
    chosen: dict[str, str] = {}
    for path in sorted(folder.glob("*.jsonl.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as file:
            for entry in map(json.loads, file):
                key = [entry["op"], entry["attrs"], [kind(each) for each in entry["operands"] + entry["results"]]]
                chosen.setdefault(json.dumps(key), json.dumps({name: entry[name] for name in KEPT}))
    return list(chosen.values())


if __name__ == "__main__":
    SAMPLE.write_bytes(lzma.compress("".join(f"{line}\n" for line in choose(Path(sys.argv[1]))).encode()))
