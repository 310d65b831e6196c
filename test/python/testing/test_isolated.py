"""Tasks in processes: answers, crashes and hangs. The tasks are expressions, and what runs them is `eval`."""

import pytest
from tpu_mlir.testing.isolated import Lost, run_all

CRASH, HANG = "__import__('os')._exit(7)", "__import__('time').sleep(600)"


@pytest.mark.parametrize("workers", [1, 3])
def test_others_go_on_behind_a_crash_and_a_hang(workers: int) -> None:
    found = dict(run_all(eval, ["1", CRASH, "1 + 1", HANG, "3"], workers, 1.5))
    assert [found[task] for task in ("1", "1 + 1", "3")] == [1, 2, 3]
    assert found[CRASH] == Lost("the process ended with code 7")
    assert found[HANG] == Lost("no answer in 1.5 seconds")


def test_no_tasks_need_no_process() -> None:
    assert list(run_all(eval, [], 2, 1.0)) == []
