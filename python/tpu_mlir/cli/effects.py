"""Which options have an effect beside which others: an option without effect is a mistake of its user."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import typer

Values = Mapping[str, Any]  # of all options of a command, by their long names


@dataclass(frozen=True)
class Condition:
    """When an option has an effect, and how that is said behind `has no effect`."""

    text: str
    holds: Callable[[Values], bool]


def _given(value: Any) -> bool:
    return value not in (None, False, "none")


def beside(*options: str) -> Condition:
    """Return the condition that one of these options is given."""
    *others, last = options
    return Condition(
        f"without {', '.join(others)}{' or ' if others else ''}{last}",
        lambda values: any(_given(values.get(option)) for option in options),
    )


def without(*options: str) -> Condition:
    """Return the condition that none of these options is given."""
    return Condition(
        f"beside {' or '.join(options)}", lambda values: not any(_given(values.get(option)) for option in options)
    )


def precision(*names: str) -> Condition:
    """Return the condition that the network is compiled to one of these precisions."""
    return Condition(f"without --precision {' or '.join(names)}", lambda values: values["--precision"] in names)


_QUANTIZED = precision("int8", "auto")
_RANGED = precision("int8", "auto", "f16")
_DATA = beside("--calibration-data")
_RANGES = beside("--calibration-data", "--ranges")
_EXCEEDING = Condition(
    "in f16 without --calibration-data or --ranges",
    lambda values: values["--precision"] != "f16" or _RANGES.holds(values),
)
_PIXELS = beside("--calibration-data", "--evaluate", "--fuse-preprocess", "--check-input")
_IMAGES = beside("--calibration-data", "--evaluate", "--check-input")
_CHECKED = Condition("beside --no-check", lambda values: values["--check"])
_SEEDED = Condition("beside --no-check", lambda values: values["--check"] or _given(values["--calibration-data"]))
_ONCE = Condition("beside --precision auto", lambda values: values["--precision"] != "auto")
_TIMED = Condition(
    "without --profile, --repeat or --json",
    lambda values: _given(values["--profile"]) or values["--json"] or values["--repeat"] > 1,
)
_PADDING = beside("--keep-aspect-ratio")
_RESIZING = Condition("beside --resize none", lambda values: values["--resize"] != "none")

# By command and option: all conditions must hold. An option that is not here always has an effect.
EFFECTS: Mapping[str, Mapping[str, tuple[Condition, ...]]] = {
    "compile": {
        "--calibration-data": (_RANGED,),
        "--ranges": (_RANGED,),
        "--asymmetric": (_QUANTIZED, _RANGES),
        "--quantize-outputs": (_QUANTIZED, _RANGES, without("--strict-int8")),
        "--strict-int8": (precision("int8"), _RANGES),
        "--fallback": (_RANGED, _EXCEEDING),
        "--correct": (_QUANTIZED, without("--ranges"), _DATA),
        "--report": (_QUANTIZED, _DATA),
        "--min-cosine": (precision("auto"), without("--max-drop")),
        "--max-drop": (precision("auto"), beside("--evaluate")),
        "--calibration-method": (_QUANTIZED, _DATA, without("--ranges")),
        **dict.fromkeys(("--samples", "--skip-bad", "--workers", "--scheduler"), (_DATA,)),
        **dict.fromkeys(("--save-temps", "--verbose"), (_ONCE,)),
        "--seed": (_SEEDED,),
        **dict.fromkeys(("--check-input", "--check-seconds", "--tolerance"), (_CHECKED,)),
        **dict.fromkeys(("--mean", "--scale", "--pixel-format", "--layout"), (_PIXELS,)),
        "--resize": (_IMAGES,),
        "--keep-aspect-ratio": (_IMAGES, _RESIZING),
        "--pad-value": (_IMAGES, _PADDING),
    },
    "calibrate": {
        "--workers": (without("--scheduler"),),
        "--keep-aspect-ratio": (_RESIZING,),
        "--pad-value": (_PADDING,),
    },
    "run": {"--seed": (without("--input"),), "--cycles": (_TIMED,)},
    "debug": {"--seed": (without("--input"),)},
    "compare": {"--seed": (without("--inputs"),)},
    "profile": {"--top": (without("--json", "--report", "--trace"),)},
}


def check_effects(context: Any) -> None:
    """Raise a usage error for the first option that is given and has no effect."""
    conditions = EFFECTS.get(context.command.name, {})
    names = {_long(each.opts): each.name for each in context.command.params}
    values = {option: context.params.get(name) for option, name in names.items()}
    for option, name in names.items():
        if context.get_parameter_source(name).name != "COMMANDLINE" or not _given(values[option]):
            continue
        for condition in conditions.get(option, ()):
            if not condition.holds(values):
                raise typer.BadParameter(f"has no effect {condition.text}", param_hint=option, ctx=context)


def _long(words: list[str]) -> str:
    return next((word for word in words if word.startswith("--")), "")
