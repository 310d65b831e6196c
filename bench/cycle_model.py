"""How near the cycle model is to the vendor's, on the commands that test/Target/BM1684X keeps."""

import sys

from tpu_mlir._native.runtime import cycles

from bench.zoo import ROOT

CLOSE, SHARE = 0.05, 0.95  # relative distance; least share of a timeline's commands within it


def cycle_rows() -> tuple[list[tuple[str, ...]], list[str]]:
    """Return a row for each timeline, and what is further away than 5 %."""
    sys.path.insert(0, str(ROOT / "test/Target/BM1684X"))
    from samples import read, replay

    samples, timelines = read()
    ours = [cycles(sample.engine, sample.encoded()) for sample in samples]
    theirs = [sample.cycles for sample in samples]
    rows: list[tuple[str, ...]] = []
    failures: list[str] = []
    for name, commands in timelines.items():
        close = sum(abs(ours[n] - theirs[n]) <= CLOSE * theirs[n] for n, _ in commands)
        end, expected = (replay(commands, samples, each) for each in (ours, theirs))
        difference = end / expected - 1
        rows.append((name, f"{len(commands):,}", f"{close:,}", f"{end:,}", f"{expected:,}", f"{difference:+.4%}"))
        if close < SHARE * len(commands) or abs(difference) > CLOSE:
            failures.append(f"{name}: {close} of {len(commands)} commands within 5 %, total {difference:+.2%}")
    return rows, failures
