"""Every form that the generators know, and its cases."""

import functools
import importlib
import pkgutil
import zlib

import numpy as np

import oracle.generators
from oracle.case import Case, Forms, Generate, Scene


@functools.cache
def all_forms() -> dict[str, tuple[str, Generate]]:
    """Form name -> (generator module, generator), from every file in generators/."""
    forms: dict[str, tuple[str, Generate]] = {}
    for module in pkgutil.iter_modules(oracle.generators.__path__):
        found: Forms = importlib.import_module(f"oracle.generators.{module.name}").FORMS
        for name, generate in found.items():
            if name in forms:
                raise ValueError(f"form {name!r} is in generators {forms[name][0]} and {module.name}")
            forms[name] = (module.name, generate)
    return forms


def make_case(name: str, generate: Generate, seed: int, small: bool = False) -> Case:
    """The case of a seed; the form's name is part of the seed, so forms differ."""
    return generate(Scene(np.random.default_rng([zlib.crc32(name.encode()), seed]), small))
