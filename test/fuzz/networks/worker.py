"""A process that judges networks, one line of its input each: a seed or a file, and precisions.

Its answers are lines of JSON. Whatever a network does to the process, the one that started it goes on.
"""

import json
import os
import sys
from pathlib import Path

from fuzz.networks.files import read
from fuzz.networks.graphs import network
from fuzz.networks.oracle import Oracle
from fuzz.networks.trial import Verdict, judge


def main() -> None:
    """Answer until the input ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # nothing else may write among the answers
    for line in sys.stdin:
        what, *precisions = line.rstrip("\n").split("\t")
        try:
            oracle = _oracle(what)
        except Exception as error:  # noqa: BLE001 (a fault of the fuzzer's own)
            oracle = Verdict("error", f"fuzzer: {type(error).__name__}: {error}")
        for precision in precisions:
            verdict = oracle if isinstance(oracle, Verdict) else judge(oracle, precision)
            print(json.dumps([verdict.kind, verdict.detail]), file=answers, flush=True)


def _oracle(what: str) -> Oracle:
    if what.isdigit():
        found = network(int(what))
        return Oracle(found.model, found.feeds)
    return Oracle(*read(Path(what)))


if __name__ == "__main__":
    main()
