"""A process that judges networks: it is sent a seed or a file with precisions, and answers with a verdict for each."""

import os
from multiprocessing.connection import Connection
from pathlib import Path

from fuzz.networks.files import read
from fuzz.networks.graphs import network
from fuzz.networks.oracle import Oracle
from fuzz.networks.trial import Verdict, judge


def work(connection: Connection) -> None:
    """Answer until the other end closes. Whatever a network does to this process, the one that started it goes on."""
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    while True:
        try:
            what, precisions = connection.recv()
        except EOFError:
            return
        try:
            oracle = _oracle(what)
        except Exception as error:  # noqa: BLE001 (a fault of the fuzzer's own)
            oracle = Verdict("error", f"fuzzer: {type(error).__name__}: {error}")
        for precision in precisions:
            connection.send(oracle if isinstance(oracle, Verdict) else judge(oracle, precision))


def _oracle(what: int | Path) -> Oracle:
    if isinstance(what, Path):
        return Oracle(*read(what))
    found = network(what)
    return Oracle(found.model, found.feeds)
