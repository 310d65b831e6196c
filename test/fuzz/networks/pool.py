"""Judges networks in a process that may crash or hang, and is then started anew."""

import json
import os
import selectors
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import onnx
from fuzz.networks.files import write
from fuzz.networks.trial import Verdict
from tpu_mlir.frontend.onnx.tensors import Array

SECONDS = 60.0  # for a network in a precision; the slowest take about 2


@dataclass(eq=False)
class Judge:
    """A worker process; use it in a `with` statement."""

    _process: "subprocess.Popen[str] | None" = None
    _folder: TemporaryDirectory[str] = field(default_factory=TemporaryDirectory)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()
        self._folder.cleanup()

    def seed(self, seed: int, precisions: Sequence[str]) -> list[Verdict]:
        """Return the verdict on the network of a seed in each precision."""
        return self._ask(str(seed), precisions)

    def model(self, model: onnx.ModelProto, feeds: Mapping[str, Array], precision: str) -> Verdict:
        """Return the verdict on a network."""
        path = Path(self._folder.name) / "network.onnx"
        write(model, feeds, path)
        return self._ask(str(path), [precision])[0]

    def _ask(self, what: str, precisions: Sequence[str]) -> list[Verdict]:
        found: list[Verdict] = []
        while len(found) < len(precisions):
            process = self._start()
            assert process.stdin is not None
            process.stdin.write("\t".join([what, *precisions[len(found) :]]) + "\n")
            process.stdin.flush()
            while len(found) < len(precisions):
                answer = self._answer(process)
                found.append(answer)
                if answer.kind in ("crash", "hang"):
                    break
        return found

    def _answer(self, process: "subprocess.Popen[str]") -> Verdict:
        assert process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            if not selector.select(SECONDS):
                self._stop()
                return Verdict("hang", f"no answer in {SECONDS:g} seconds")
        line = process.stdout.readline()
        if line:
            return Verdict(*json.loads(line))
        code = process.wait()
        self._stop()
        return Verdict("crash", f"the process ended with {code}")

    def _start(self) -> "subprocess.Popen[str]":
        if self._process is None:
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
            environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
            command = [sys.executable, "-m", "fuzz.networks.worker"]
            self._process = subprocess.Popen(command, text=True, bufsize=1, env=environment, **pipes)
        return self._process

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None
