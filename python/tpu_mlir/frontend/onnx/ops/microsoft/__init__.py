"""Operators that ONNX Runtime's optimiser and exporters of transformers write, in terms of ONNX's own.

Their definitions are in docs/ContribOperators.md of its repository.
"""

from importlib import import_module
from pkgutil import iter_modules

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
