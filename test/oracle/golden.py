"""Golden vectors: what the chip model did, kept so that the default tests hold without it.

    PYTHONPATH=build/python_packages:test python -m oracle.golden --oracle DIR [PATTERN ...]

writes test/golden/<generator>.npz: small cases of each form on zeroed memory, with the bytes that the chip model
changed. An
archive holds `data`, all bytes one after the other, and `index`, JSON that says how to cut them: {"oracle":
version, "cases":
[{"form", "seed", "commands": [[engine, size]], "blocks": [[space, offset, stride, rows, columns]], "changes":
[[space, count]]}]};
a change is `count` offsets (int32) and as many values.
"""

import argparse
import io
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from oracle.case import Case
from oracle.forms import all_forms, make_case
from oracle.machines import ROWS, Block, Change, ChipModel, Engine, zero_background

GOLDEN = Path(__file__).parent.parent / "golden"
CASES = 2  # of each form


@dataclass(frozen=True)
class Vector:
    """One recorded case: commands, memory before, and what changed."""

    form: str
    seed: int
    commands: tuple[tuple[Engine, bytes], ...]
    blocks: tuple[Block, ...]
    changes: list[Change]


def pack(name: str, seed: int, case: Case, changes: list[Change]) -> tuple[dict[str, Any], bytes]:
    """The index entry and the bytes of one case."""
    changed = [change for change in changes if len(change.offsets)]
    entry = {
        "form": name,
        "seed": seed,
        "commands": [[engine, len(command)] for engine, command in case.commands],
        "blocks": [[b.space, b.offset, b.stride, *b.content.shape] for b in case.blocks],
        "changes": [[change.space, len(change.offsets)] for change in changed],
    }
    parts = [command for _, command in case.commands] + [block.content.tobytes() for block in case.blocks]
    parts += [change.offsets.astype(np.int32).tobytes() + change.values.tobytes() for change in changed]
    return entry, b"".join(parts)


def read(path: Path) -> list[Vector]:
    """The vectors of an archive."""
    with np.load(path) as archive:
        index: dict[str, Any] = json.loads(archive["index"].item())
        data = io.BytesIO(archive["data"].tobytes())
    return [unpack(entry, data) for entry in index["cases"]]


def unpack(entry: dict[str, Any], data: io.BytesIO) -> Vector:
    commands = tuple((engine, data.read(size)) for engine, size in entry["commands"])
    blocks = tuple(
        Block(space, offset, stride, np.frombuffer(data.read(rows * columns), np.uint8).reshape(rows, columns))
        for space, offset, stride, rows, columns in entry["blocks"]
    )
    found = {space: Change(space, np.zeros(0, np.int64), np.zeros(0, np.uint8)) for space in ROWS}
    for space, count in entry["changes"]:
        offsets = np.frombuffer(data.read(4 * count), np.int32).astype(np.int64)
        found[space] = Change(space, offsets, np.frombuffer(data.read(count), np.uint8))
    return Vector(entry["form"], entry["seed"], commands, blocks, list(found.values()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--oracle", type=Path, default=Path("build/oracle"), help="where the chip model is installed")
    parser.add_argument("patterns", nargs="*", metavar="PATTERN", help="generators to record, all by default")
    options = parser.parse_args()
    version = next(options.oracle.glob(".complete-*")).name.removeprefix(".complete-")
    chip = ChipModel(options.oracle, zero_background())
    by_module: dict[str, list[str]] = {}
    for name, (module, _) in sorted(all_forms().items()):
        if not options.patterns or any(pattern in module for pattern in options.patterns):
            by_module.setdefault(module, []).append(name)
    GOLDEN.mkdir(exist_ok=True)
    for module, names in by_module.items():
        entries: list[dict[str, Any]] = []
        data: list[bytes] = []
        for name in names:
            for seed in range(1, CASES + 1):
                case = make_case(name, all_forms()[name][1], seed, small=True)
                entry, content = pack(name, seed, case, chip.run(case.blocks, case.commands))
                entries.append(entry)
                data.append(content)
        index = np.array(json.dumps({"oracle": version, "cases": entries}))
        path = GOLDEN / f"{module}.npz"
        np.savez_compressed(path, index=index, data=np.frombuffer(b"".join(data), np.uint8))
        print(f"{path.name}: {len(entries)} cases, {path.stat().st_size} bytes")
    chip.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
