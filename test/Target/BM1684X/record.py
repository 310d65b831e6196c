"""Write Inputs/commands.json.xz from networks that the vendor's compiler compiled: `python record.py FOLDER`.

FOLDER has one folder for each network, as tools/oracle/compile.sh leaves them: NAME.PRECISION with NAME.bmodel and the
compiler's own compiler_profile_0.txt, which gives each command's cycles. What is written: every command that differs
in more than ids and addresses, as [bytes in hexadecimal, engine, cycles, network].
"""

import json
import lzma
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from tpu_mlir.runtime import BModel
from tpu_mlir.runtime.listing import END_COMMANDS, commands_of

OUTPUT = Path(__file__).parent / "Inputs" / "commands.json.xz"
PROFILED = re.compile(r"\S+\|(\w+)\|s:\d+\|b:\d+\|g:\d+\|e:\d+\|t:(\d+)")


def profile(path: Path) -> dict[str, list[int]]:
    """Return the cycles of each engine's commands in order."""
    found: dict[str, list[int]] = {"tiu": [], "gdma": []}
    for kind, cycles in PROFILED.findall(path.read_text(errors="replace")):
        found["gdma" if kind.startswith("GDMA") else "tiu"].append(int(cycles))
    return found


def commands(folder: Path) -> Iterator[tuple[str, bytes, str, int]]:
    """Yield (what tells it from others, bytes, engine, cycles) for each command of a network."""
    bmodel = BModel.load(folder / f"{folder.name.rpartition('.')[0]}.bmodel")
    cycles = profile(folder / "compiler_profile_0.txt")
    (network,) = bmodel.contents.nets
    (group,) = network.stages[0].groups
    for engine, stream, count in (("tiu", group.tiu, group.tiu_count), ("gdma", group.gdma, group.gdma_count)):
        offset, taken = 0, iter(cycles[engine])
        for command in commands_of(stream, engine, count):
            raw = bytes(stream[offset : offset + command.size])
            offset += command.size
            if command.mnemonic not in END_COMMANDS:
                yield re.sub(r"^[^:]*:|\+ 0x\w+", "", command.text), raw, engine, next(taken)


def main() -> None:
    found: dict[tuple[str, int], list[str | int]] = {}
    for folder in sorted(Path(sys.argv[1]).glob("*.*")):
        if (folder / "compiler_profile_0.txt").is_file():
            for text, raw, engine, cycles in commands(folder):
                found.setdefault((text, cycles), [raw.hex(), engine, cycles, folder.name])
    with lzma.open(OUTPUT, "wt") as file:
        json.dump(list(found.values()), file)
    print(f"{OUTPUT}: {len(found)} commands")


if __name__ == "__main__":
    main()
