"""What the package ships beside its modules."""

from importlib.resources import files


def test_types_are_for_users() -> None:
    """PEP 561: type checkers read the annotations of a package with this file."""
    assert files("tpu_mlir").joinpath("py.typed").is_file()
