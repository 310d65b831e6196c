"""Random streams: the race detector agrees with a search over the graph of everything that must happen before."""

import re
from itertools import product

import numpy as np
import pytest
from streams import Streams, X, Y, model, stage
from tpu_mlir._native.runtime import Feed, Program
from tpu_mlir.errors import RunError

DATA = np.zeros((1, 64, 1, 16), np.float32)
ROW = 64  # bytes of a lane that each command reads or writes
Node = tuple[str, int]  # engine, id
Access = tuple[str, int, bool]  # memory, first byte, whether it writes


def random_streams(seed: int) -> tuple[Streams, dict[Node, list[Access]], dict[Node, int]]:
    """Streams that cannot deadlock, what each command touches, and what it waits for."""
    rng = np.random.default_rng(seed)
    streams = Streams()
    accesses: dict[Node, list[Access]] = {}
    waits: dict[Node, int] = {}
    for _ in range(int(rng.integers(3, 14))):
        kind = rng.choice(["load", "store", "pool"])
        unit = 64 if kind == "pool" else 32  # transfers may overlap half a row
        first = unit * int(rng.integers(0, 384 // unit))
        second = unit * int(rng.integers(0, 384 // unit)) + 4096 * int(rng.integers(0, 2))
        other = len(streams.gdma) if kind == "pool" else len(streams.tiu)
        wait = int(rng.integers(0, other + 1)) if rng.random() < 0.7 else 0
        if kind == "pool":
            node = ("TIU", streams.pool(first, second, waits_for=wait))
            accesses[node] = [("local", first, False), ("local", second, True)]
        elif kind == "load":
            node = ("GDMA", streams.load(X, second, waits_for=wait))
            accesses[node] = [("global", X, False), ("local", second, True)]
        else:
            node = ("GDMA", streams.store(first, Y, waits_for=wait))
            accesses[node] = [("local", first, False), ("global", Y, True)]
        waits[node] = wait
    return streams, accesses, waits


def before(waits: dict[Node, int]) -> set[tuple[Node, Node]]:
    """Pairs (a, b) where a must be over when b starts: the transitive closure of stream order and waiting."""
    other = {"TIU": "GDMA", "GDMA": "TIU"}
    pairs = {((engine, number), (engine, number + 1)) for engine, number in waits if (engine, number + 1) in waits}
    pairs |= {((other[node[0]], wait), node) for node, wait in waits.items() if wait}
    for middle, first, last in product(waits, repeat=3):
        if (first, middle) in pairs and (middle, last) in pairs:
            pairs.add((first, last))
    return pairs


def races(accesses: dict[Node, list[Access]], waits: dict[Node, int]) -> set[tuple[int, int]]:
    """TIU and GDMA ids of the commands that race."""
    ordered = before(waits)
    found = set[tuple[int, int]]()
    for a, b in product(accesses, repeat=2):
        if a[0] != "TIU" or b[0] != "GDMA" or (a, b) in ordered or (b, a) in ordered:
            continue
        for (memory, begin, writes), (other_memory, other_begin, other_writes) in product(accesses[a], accesses[b]):
            if memory == other_memory and abs(begin - other_begin) < ROW and (writes or other_writes):
                found.add((a[1], b[1]))
    return found


@pytest.mark.parametrize("timed", [False, True], ids=["untimed", "timed"])
def test_agrees_with_the_graph(timed: bool) -> None:
    counts = {True: 0, False: 0}
    for seed in range(150):
        streams, accesses, waits = random_streams(seed)
        expected = races(accesses, waits)
        counts[bool(expected)] += 1
        program = Program(model(stage([streams])))
        try:
            program.run("net", [Feed("x", "f32", DATA)], check_races=True, timed=timed)
            reported = set[tuple[int, int]]()
        except RunError as error:
            lines = str(error).splitlines()[1:]
            reported = set[tuple[int, int]]()
            for line in lines:
                ids = {engine: int(number) for engine, number in re.findall(r"(TIU|GDMA) command (\d+)", line)}
                if ids:
                    reported.add((ids["TIU"], ids["GDMA"]))
        assert bool(reported) == bool(expected), f"seed {seed}: {expected}"
        assert reported <= expected, f"seed {seed}"
    assert min(counts.values()) > 20, counts
