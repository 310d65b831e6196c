"""Fourier transforms."""

import numpy as np
from fuzz.networks.draft import Draft
from fuzz.networks.operators.registry import writes


@writes("DFT")
def transform(d: Draft, op: str) -> list[str]:
    x = d.fresh((d.integer(1, 4), d.integer(2, 30), d.integer(1, 2)))
    half = d.values[x].shape[2] == 1 and d.chance(0.5)
    axis = {"axis": 1} if d.opset < 20 else {}
    operands = [x] if d.opset < 20 else [x, "", d.parameter(1)]
    return d.emit(op, operands, onesided=int(half), inverse=0 if half else d.integer(0, 1), **axis)


@writes("STFT")
def short_time_transform(d: Draft, op: str) -> list[str]:
    length = d.integer(2, 16)
    x = d.fresh((d.integer(1, 3), d.integer(length, 60), 1))
    window = d.parameter(np.hanning(length + 2)[1:-1], np.float32) if d.chance(0.5) else ""
    return d.emit(op, [x, d.parameter(d.integer(1, 8)), window, d.parameter(length)], onesided=d.integer(0, 1))
