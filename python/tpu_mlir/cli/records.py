"""Commands whose options are the fields of frozen dataclasses."""

import dataclasses
import functools
import inspect
from collections.abc import Callable
from typing import Any

_KIND = inspect.Parameter.KEYWORD_ONLY


def takes_records(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command, in place of each parameter whose type is a dataclass, the fields of it as options.

    A field's type is an option type as Typer takes it; options stand in the help in the order of parameters and fields.
    """
    own = inspect.signature(command).parameters
    records: dict[str, Any] = {
        name: item.annotation for name, item in own.items() if dataclasses.is_dataclass(item.annotation)
    }
    options: list[inspect.Parameter] = []
    for name, item in own.items():
        options += _options(records[name]) if name in records else [item.replace(kind=_KIND)]

    @functools.wraps(command)
    def flat(**values: Any) -> None:
        filled: dict[str, Any] = {
            name: record(**{each.name: values.pop(each.name) for each in dataclasses.fields(record)})
            for name, record in records.items()
        }
        command(**values, **filled)

    flat.__dict__["__signature__"] = inspect.Signature(options)
    flat.__annotations__ = {item.name: item.annotation for item in options}
    return flat


def _options(record: Any) -> list[inspect.Parameter]:
    missing, empty = dataclasses.MISSING, inspect.Parameter.empty
    return [
        inspect.Parameter(
            each.name, _KIND, default=empty if each.default is missing else each.default, annotation=each.type
        )
        for each in dataclasses.fields(record)
    ]
