"""Errors of functions over all exponents are at most what docs/targets/numbers.md says, and not far below it."""

import pytest
from operators.function_errors import FUNCTIONS, PRECISIONS, Function, documented, measure

BOUNDS = documented()


def test_every_function_is_documented() -> None:
    assert BOUNDS.keys() == {(function.name, precision) for function in FUNCTIONS for precision in PRECISIONS}


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name.replace(" ", "-"))
def test_error(function: Function, precision: str) -> None:
    error, where = measure(function, precision)
    bound = BOUNDS[function.name, precision]
    assert bound / 2 <= error <= bound, f"{error:.3g} units in the last place at {where}, documented {bound}"
