"""Where the tasks of a calibration run: threads, processes, or an existing Dask cluster."""

import os
import signal
import threading
from collections.abc import Callable, Generator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, Protocol

from tpu_mlir.errors import CalibrationError
from tpu_mlir.quantization.network import Network


class Pending(Protocol):
    """A task that runs or waits."""

    def result(self) -> Any:
        """Wait for the result; raises what the task raised."""
        ...

    def cancel(self) -> object:
        """Do not start the task, if it waits."""
        ...


@dataclass(frozen=True)
class Pool:
    """A place to run tasks that take a network as their first argument; `size` of them at a time."""

    submit: Callable[..., Pending]
    size: int


@contextmanager
def open_pool(network: Network, workers: int | None, scheduler: str | None) -> Generator[Pool]:
    """Yield a pool: threads, one for each core; else `workers` processes, or the Dask cluster at an address."""
    if workers is not None and workers < 1:
        raise CalibrationError(f"the number of workers is expected to be positive, found {workers}")
    if scheduler is not None:
        with _dask(network, scheduler) as pool:
            yield pool
    elif workers is not None:
        # Processes start anew rather than as copies: copies of a process with threads may hang.
        with _processes(workers) as executor:
            try:
                yield Pool(partial(_submit, executor, network), workers)
            except BrokenProcessPool:
                raise CalibrationError(
                    "a worker process ended before its work was done: out of memory, killed, or started by a program "
                    "whose main module lacks 'if __name__ == \"__main__\":'"
                ) from None
    else:
        cores = os.cpu_count() or 1
        with ThreadPoolExecutor(cores) as executor:
            yield Pool(partial(_submit, executor, network), cores)


@contextmanager
def _processes(count: int) -> Generator[ProcessPoolExecutor]:
    """Yield processes that leave interrupts to this one, and end at once if the work is given up."""
    before = set(active_children())
    with ProcessPoolExecutor(count, get_context("spawn"), end_with_parent) as executor:
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        executor.submit(os.getpid)  # starts all of them; they inherit the mask
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        try:
            yield executor
        except BaseException:
            for process in set(active_children()) - before:
                process.kill()
            raise


def end_with_parent() -> None:
    """Let this worker end when the process that started it is gone, even killed."""
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def _submit(executor: Executor, network: Network, task: Callable[..., Any], *rest: Any) -> Pending:
    return executor.submit(task, network, *rest)


@contextmanager
def _dask(network: Network, address: str) -> Generator[Pool]:
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        raise CalibrationError(
            "a scheduler needs the package distributed; install it with pip install 'tpu-mlir[dask]'"
        ) from None
    try:
        client: Any = distributed.Client(address, timeout=10, set_as_default=False)
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise CalibrationError(f"no Dask scheduler answers at '{address}': {reason}") from None
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise CalibrationError(f"the Dask cluster at '{address}' has no workers")
        model = network.model.read_bytes() if isinstance(network.model, Path) else network.model
        remote = client.scatter(replace(network, model=model), broadcast=True)

        def submit(task: Callable[..., Any], *rest: Any) -> Pending:
            return client.submit(task, remote, *rest, pure=False)

        yield Pool(submit, threads)
