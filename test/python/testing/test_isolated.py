"""Tasks in processes: answers, crashes and hangs. The tasks are expressions, and what runs them is `eval`."""

import pytest
from tpu_mlir.testing.isolated import Lost, run_all

CRASH, HANG = "__import__('os')._exit(7)", "__import__('time').sleep(600)"


@pytest.mark.parametrize("workers", [1, 3])
def test_others_go_on_behind_a_crash(workers: int) -> None:
    found = dict(run_all(eval, ["1", CRASH, "1 + 1", "3"], workers, 600.0))
    assert found == {"1": 1, "1 + 1": 2, "3": 3, CRASH: Lost("the process ended with code 7")}


def test_a_hang_ends() -> None:
    assert list(run_all(eval, [HANG], 1, 0.5)) == [(HANG, Lost("no answer in 0.5 seconds"))]


def test_no_tasks_need_no_process() -> None:
    assert list(run_all(eval, [], 2, 1.0)) == []
