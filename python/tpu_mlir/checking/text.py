"""A check in words."""

from collections.abc import Collection

from tpu_mlir.checking.records import Check

_SHOWN = 3  # outputs with figures of their own


def headline(check: Check) -> str:
    """Return the verdict with the figures of the outputs, the worst ones if there are many, in one line."""
    where = f"on {check.data}, {check.seconds:.1f} s"
    if check.stopped:
        return f"the simulator cannot run the bmodel: {check.stopped}; {where}"
    if check.unfinished:
        return f"not finished, so nothing is known: {check.unfinished}; {where}"
    worst = sorted(check.outputs, key=lambda each: (not each.fault, each.figures.cosine))
    figures = "; ".join(f"{each.text}{f' ({each.fault})' if each.fault else ''}" for each in worst[:_SHOWN])
    more = f"; {len(worst) - _SHOWN} outputs no worse" if len(worst) > _SHOWN else ""
    if check.follows:
        names = ", ".join(f"'{name}'" for name in check.follows[:_SHOWN]) + (", ..." if check.follows[_SHOWN:] else "")
        more += f"; the host makes other values of {names}, which choose by small differences"
    verdict = f"{len(check.faults)} of {len(worst)} outputs differ from" if check.faults else "agrees with"
    return f"{verdict} ONNX Runtime: {figures}{more}; {where}"


def remedies(check: Check, precision: str, overrides: Collection[str] = ()) -> list[str]:
    """Return what may help, a line each, the first wrong layer's name in it unless it has an override already."""
    if not check.has_failed:
        return []
    if check.stopped or precision == "f32":
        return ["this is a fault of the compiler: please report it with the model"]
    found: list[str] = []
    if check.first and check.first not in overrides:
        found.append(f"--precision-override '{check.first}:f32' computes the first wrong tensor in f32")
    if any(each.figures.not_finite for each in (*check.outputs, *check.layers)) and precision == "f16":
        found.append("--precision bf16 has the range of f32")
    if precision == "int8":
        found.append("--precision auto finds the layers that have to stay floats")
        found.append("calibration data like the inputs in use give better ranges")
    return found or ["--precision f32, or --tolerance if the model is known to be that sensitive"]
