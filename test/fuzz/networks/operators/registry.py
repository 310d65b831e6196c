"""Which function writes a node of which operator."""

from collections.abc import Callable, Mapping

from fuzz.networks.draft import Draft

Writer = Callable[[Draft, str], list[str]]

_writers: dict[tuple[str, str], Writer] = {}


def writes(*ops: str, domain: str = "") -> Callable[[Writer], Writer]:
    """Register the decorated function, which appends a node and returns its results, or nothing where none fits."""

    def register(function: Writer) -> Writer:
        for op in ops:
            assert (domain, op) not in _writers, op
            _writers[domain, op] = function
        return function

    return register


def writers() -> Mapping[tuple[str, str], Writer]:
    """Return the functions by domain and operator."""
    return _writers
