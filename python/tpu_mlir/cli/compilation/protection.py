"""What `tpuc compile --precision int8` leaves in floats by itself, and says of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tpu_mlir.cli.calibration import progress_bar
from tpu_mlir.cli.compilation.job import Job
from tpu_mlir.cli.compilation.options import Precision
from tpu_mlir.cli.compilation.scheme import scheme_of, trials_of
from tpu_mlir.cli.console import output as results
from tpu_mlir.cli.console import print_warning
from tpu_mlir.errors import CompileError

if TYPE_CHECKING:
    from tpu_mlir.quantization import Ranges
    from tpu_mlir.quantization.search.prices import Prices
    from tpu_mlir.quantization.search.protection import Protection
    from tpu_mlir.quantization.search.scheme import Scheme

NAMED = 3  # operations in a line


def run_protection(job: Job, ranges: "Ranges | None") -> Sequence[str]:
    """Return what stays floats, after a line that names it; nothing without samples. Raises TpuMlirError."""
    if job.request.precision is not Precision.INT8 or job.integers.strict_int8:
        return ()
    if ranges is None or job.calibration.data is None:
        return ()
    from tpu_mlir.quantization.search.prices import Prices
    from tpu_mlir.quantization.search.protection import protect

    scheme = scheme_of(job, ranges)
    with progress_bar(f"judging {job.request.model}") as advance:
        trials = trials_of(job)
        try:
            prices = Prices.of(scheme, scheme.candidates())
        except CompileError as reason:
            print_warning(f"no operation is kept in {scheme.fallback}, for that does not compile: {reason}")
            return ()
        found = protect(scheme, *trials, prices=prices, tell=lambda _, done, total: advance(done, total))
    for line in (_kept(scheme, found, prices), _slower(scheme, found, prices)):
        if line:
            results.print(line)
    return found.floats


def _kept(scheme: "Scheme", found: "Protection", prices: "Prices") -> str:
    """Return the line on what stays floats, empty if nothing does."""
    if not found.floats:
        return ""
    every, floats = scheme.operations(), set(found.floats)
    macs = sum(op.macs for op in every if op.name in floats) / max(sum(op.macs for op in every), 1)
    cycles = scheme.cycles(found.floats) / prices.on_integers - 1
    verb = "stays" if len(floats) == 1 else "stay"
    return (
        f"{len(floats)} of {len(every)} operations {verb} in {scheme.fallback}: {_names(found.floats)} "
        f"({macs:.1%} of the MACs, {cycles:+.1%} cycles); --strict-int8 makes them integers"
    )


def _slower(scheme: "Scheme", found: "Protection", prices: "Prices") -> str:
    """Return the line that says that integers are slower than floats, which then are taken, empty if they are not."""
    if prices.on_integers < prices.in_floats or not found.floats:
        return ""
    return (
        f"int8 takes {prices.on_integers:,} cycles, {scheme.fallback} {prices.in_floats:,}: {_names(prices.slower())} "
        f"cost it most; --precision {scheme.fallback} is the same and needs no calibration"
    )


def _names(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED]) + (", ..." if len(names) > NAMED else "")
