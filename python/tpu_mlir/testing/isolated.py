"""Runs tasks in processes that may crash or hang, and are then started anew."""

import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

_STARTING = 120.0  # seconds that a process may take until it can work

Work = Callable[[str], Any]


@dataclass(frozen=True)
class Lost:
    """Why a task has no answer: its process has ended, or it has taken longer than it may."""

    reason: str


@dataclass(eq=False)
class _Worker:
    """A process and the task that it works on, "" before it can."""

    process: BaseProcess
    connection: Connection
    task: str = ""
    limit: float = _STARTING
    begin: float = 0.0

    def give(self, task: str, seconds: float) -> None:
        self.task, self.limit, self.begin = task, seconds, time.monotonic()
        self.connection.send(task)

    def answer(self) -> Any:
        try:
            return self.connection.recv() if self.connection.poll() else Lost(f"no answer in {self.limit:g} seconds")
        except EOFError:
            self.process.join()
            return Lost(f"the process ended with code {self.process.exitcode}")

    def stop(self) -> None:
        self.connection.close()
        self.process.kill()
        self.process.join()


def run_all(work: Work, tasks: Sequence[str], workers: int, seconds: float) -> Generator[tuple[str, Any]]:
    """Yield each task with what `work` returns for it, in the order in which they end; with Lost after a crash or hang.

    `work` is imported by the processes that call it. Each task has its `seconds`.
    """
    pending = list(reversed(tasks))
    running: list[_Worker] = []
    try:
        while pending or any(each.task for each in running):
            while len(running) < min(workers, len(pending) + len(running)):
                running.append(_start(work))
            for worker in _heard(running):
                answer, task = worker.answer(), worker.task
                if isinstance(answer, Lost):
                    worker.stop()
                    running.remove(worker)
                worker.task = ""
                if pending and not isinstance(answer, Lost):
                    worker.give(pending.pop(), seconds)
                if task:
                    yield task, answer
                elif isinstance(answer, Lost):
                    raise RuntimeError(f"a process for tasks has not started: {answer.reason}")
    finally:
        for worker in running:
            worker.stop()


def _start(work: Work) -> _Worker:
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(work, there), daemon=True)
    process.start()
    there.close()  # so that this end notices when the process ends
    return _Worker(process, here, begin=time.monotonic())


def _serve(work: Work, connection: Connection) -> None:
    """Say that tasks may come, and answer them until the other end closes."""
    connection.send(None)
    while True:
        try:
            task = connection.recv()
        except EOFError:
            return
        connection.send(work(task))


def _heard(running: Sequence[_Worker]) -> list[_Worker]:
    """Wait for the first that says something, has ended or is out of time; return all such."""
    busy = [each for each in running if each.task or each.limit == _STARTING]
    deadline = min(each.begin + each.limit for each in busy)
    heard = wait([each.connection for each in busy], max(0.0, deadline - time.monotonic()))
    now = time.monotonic()
    return [each for each in busy if each.connection in heard or each.begin + each.limit <= now]
