"""The end of the process by a signal."""

def watch(pipe: int, seconds: float) -> None:
    """End the process `seconds` after the number of a signal that ends it comes through a pipe."""

def announce(signal: int) -> None:
    """Say once on stderr that a signal ends the process."""

def add_unfinished(path: bytes) -> None:
    """Have a file or folder removed at such an end."""

def drop_unfinished(path: bytes) -> None:
    """Leave it be."""
