"""Write Inputs/samples.json.xz from the timelines of the vendor's cycle model: `python extract.py FOLDER`.

The folder holds NAME.jsonl.xz, a command a line: engine, id, waits_for, op, attrs, operands, results, cycles. What is
written: "samples", every distinct command as [op, attributes, operands, results, cycles, width], and "timelines", for
each name its commands in order as [sample, waits_for]. `width`, of commands with matrices, is the columns that a lane
holds. The text of a matrix does not tell it; other commands that use the same place in local memory do. Nor does it
tell layouts with the same strides apart: where the vendor's compiler adds partial sums of a matrix product, its bmodels
have both operands in the strided layout.
"""

import json
import lzma
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from samples import INPUTS, TIMELINES, Ref, ref

NEAR = 40  # commands around one in which others use the same tensor
MATRICES = ("dma.matrix", "mm.normal")
ATTRIBUTES = ("kernel", "stride", "l_trans", "res_add", "iter", "rsqrt_n")  # that decide how long a command takes


def read(path: Path) -> list[dict[str, Any]]:
    with lzma.open(path, "rt") as file:
        return [json.loads(line) for line in file]


def refs(command: dict[str, Any]) -> Iterator[Ref]:
    return (ref(text) for text in command["operands"] + command["results"])


def width(commands: list[dict[str, Any]], index: int) -> int:
    """Columns in a lane: of a 4-D tensor at the same place, else of the rows that a transfer leaves there."""
    command = commands[index]
    if command["op"] not in MATRICES:
        return 0
    matrix = ref(command["operands"][1] if command["op"] == "mm.normal" else local_side(command))
    near = sorted(range(len(commands)), key=lambda other: abs(other - index))[: 2 * NEAR]
    for other in (commands[number] for number in near):
        for tensor in refs(other):
            if (tensor.space, tensor.address) != ("R", matrix.address) or len(tensor.shape) != 4:
                continue
            n, lanes, height, columns = tensor.shape
            if n == matrix.shape[0] and height == 1 and lanes == math.ceil(matrix.shape[1] / columns):
                return columns
    for other in (commands[number] for number in near):
        if other["op"] == "dma.matrix" and ref(local_side(other)).address == matrix.address:
            return ref(local_side(other)).strides[1]
    raise ValueError(f"no command tells the width of {command}")


def local_side(command: dict[str, Any]) -> str:
    target = command["results"][0]
    return target if target.startswith("%R") else command["operands"][0]


def main(folder: Path) -> None:
    samples: dict[str, int] = {}
    timelines: dict[str, list[tuple[int, int]]] = {}
    for name in TIMELINES:
        commands = read(folder / f"{name}.jsonl.xz")
        timelines[name] = []
        for index, command in enumerate(commands):
            attributes = {key: command["attrs"][key] for key in ATTRIBUTES if key in command["attrs"]}
            if command["op"] == "arith.adds" and command["layer"].startswith("MatMul"):
                attributes["strided"] = True
            entry = [command["op"], attributes, command["operands"], command["results"], command["cycles"]]
            number = samples.setdefault(json.dumps([*entry, width(commands, index)]), len(samples))
            timelines[name].append((number, command["waits_for"]))
    with lzma.open(INPUTS, "wt", preset=9) as file:
        json.dump({"samples": [json.loads(text) for text in samples], "timelines": timelines}, file)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
