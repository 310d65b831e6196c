"""Judges networks in a process that may crash or hang, and is then started anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import onnx
from fuzz.networks.files import write
from fuzz.networks.trial import Verdict
from fuzz.networks.worker import work
from tpu_mlir.frontend.onnx.tensors import Array

SECONDS = 300.0  # for a network in a precision; the slowest take about 2 on an idle machine


@dataclass(eq=False)
class Judge:
    """A worker process; use it in a `with` statement."""

    _worker: "tuple[BaseProcess, Connection] | None" = None
    _folder: TemporaryDirectory[str] = field(default_factory=TemporaryDirectory)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()
        self._folder.cleanup()

    def seed(self, seed: int, precisions: Sequence[str]) -> list[Verdict]:
        """Return the verdict on the network of a seed in each precision."""
        return self._ask(seed, precisions)

    def model(self, model: onnx.ModelProto, feeds: Mapping[str, Array], precision: str) -> Verdict:
        """Return the verdict on a network."""
        path = Path(self._folder.name) / "network.onnx"
        write(model, feeds, path)
        return self._ask(path, [precision])[0]

    def _ask(self, what: int | Path, precisions: Sequence[str]) -> list[Verdict]:
        found: list[Verdict] = []
        while len(found) < len(precisions):
            process, connection = self._start()
            try:
                connection.send((what, precisions[len(found) :]))
            except BrokenPipeError:  # it ended while nobody asked
                self._stop()
                continue
            while len(found) < len(precisions) and self._worker is not None:
                found.append(self._answer(process, connection))
        return found

    def _answer(self, process: BaseProcess, connection: Connection) -> Verdict:
        try:
            if connection.poll(SECONDS):
                return connection.recv()
        except EOFError:
            process.join()
            code = process.exitcode
            self._stop()
            return Verdict("crash", f"the process ended with {code}")
        self._stop()
        return Verdict("hang", f"no answer in {SECONDS:g} seconds")

    def _start(self) -> tuple[BaseProcess, Connection]:
        if self._worker is None:
            context = get_context("spawn")
            here, there = context.Pipe()
            process = context.Process(target=work, args=(there,), daemon=True)
            process.start()
            there.close()  # so that this end notices when the worker ends
            self._worker = process, here
        return self._worker

    def _stop(self) -> None:
        if self._worker is not None:
            process, connection = self._worker
            connection.close()
            process.kill()
            process.join()
            self._worker = None
