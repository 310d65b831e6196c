"""Random networks through the compiler and the simulator, beside ONNX Runtime: `make fuzz-networks`.

Every network that fails is made smaller and written with its inputs; `--replay` tries such a file again.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from fuzz.networks.files import read, write
from fuzz.networks.graphs import is_special, network
from fuzz.networks.pool import Judge
from fuzz.networks.refusals import is_documented, reason_of
from fuzz.networks.shrink import Failing, shrink, signature
from fuzz.networks.trial import ASYMMETRIC, PRECISIONS, Verdict
from rich.console import Console
from rich.progress import Progress

FAULTS = ("wrong", "error", "crash", "hang")
ALIKE = 2  # failures of a kind that are made smaller; later networks with these operators that fail alike are not


def main(words: Sequence[str] | None = None) -> int:
    """Try the networks of a range of seeds; return 1 if one fails."""
    options = _parser().parse_args(words)
    with Judge() as judge:
        if options.replay is not None:
            return _replay(judge, options.replay, options.precision)
        return _campaign(judge, options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="fuzz.networks", description=__doc__)
    parser.add_argument("--networks", type=int, default=5000, help="how many")
    parser.add_argument("--seed", type=int, default=0, help="of the first; the next has the next number")
    parser.add_argument("--precision", nargs="+", choices=(*PRECISIONS, ASYMMETRIC), default=PRECISIONS)
    parser.add_argument("--plain", action="store_true", help="leave out networks with infinities, NaN and the like")
    parser.add_argument("--found", type=Path, default=Path("build/fuzz/networks"), help="folder for what fails")
    parser.add_argument("--shrink-seconds", type=float, default=60)
    parser.add_argument("--replay", type=Path, help="an .onnx file with its inputs beside it, instead of seeds")
    return parser


def _replay(judge: Judge, path: Path, precisions: Sequence[str]) -> int:
    verdicts = [judge.model(*read(path), precision) for precision in precisions]
    for precision, verdict in zip(precisions, verdicts, strict=True):
        print(f"{precision}: {verdict.kind} {verdict.detail}")
    return int(any(verdict.kind in FAULTS for verdict in verdicts))


def _campaign(judge: Judge, options: argparse.Namespace) -> int:
    kinds: Counter[tuple[str, str]] = Counter()
    refusals: Counter[str] = Counter()
    met: Counter[tuple[str, ...]] = Counter()
    failed: set[int] = set()
    with Progress(console=Console(stderr=True)) as progress:
        seeds = range(options.seed, options.seed + options.networks)
        for seed in progress.track([s for s in seeds if not (options.plain and is_special(s))], description="networks"):
            for precision, verdict in zip(options.precision, judge.seed(seed, options.precision), strict=True):
                kinds[precision, verdict.kind] += 1
                if verdict.kind == "refused":
                    refusals[reason_of(verdict.detail)] += 1
                if verdict.kind in FAULTS or (verdict.kind == "refused" and not is_documented(verdict.detail)):
                    failed.add(seed)
                    _report(judge, seed, precision, verdict, met, options)
    for precision in options.precision:
        counts = ", ".join(f"{count} {kind}" for (at, kind), count in sorted(kinds.items()) if at == precision)
        print(f"{precision}: {counts}")
    print("refused because of:")
    for reason, count in refusals.most_common():
        print(f"{count:6} {reason}")
    print(f"{options.networks - len(failed)} of {options.networks} networks without a fault")
    return int(bool(failed))


def _report(
    judge: Judge,
    seed: int,
    precision: str,
    verdict: Verdict,
    met: Counter[tuple[str, ...]],
    options: argparse.Namespace,
) -> None:
    """Print a failure; make it smaller and write it, unless some of its kind are written already."""
    found = network(seed)
    kind, present = (precision, signature(verdict)), {node.op_type for node in found.model.graph.node}
    if any(count >= ALIKE and key[:2] == kind and present >= set(key[2:]) for key, count in met.items()):
        return
    small, last = Failing(found.model, found.feeds), verdict
    if options.shrink_seconds:
        small, last = shrink(small, verdict, lambda m, f: judge.model(m, f, precision), options.shrink_seconds)
    operators = [node.op_type for node in small.model.graph.node]
    met[precision, signature(last), *operators] += 1
    path = options.found / f"{seed}-{precision}.onnx"
    write(small.model, small.feeds, path)
    print(f"seed {seed} in {precision}, {last.kind}, {' '.join(operators)}: {last.detail[:600]}")
    print(f"  python -m fuzz.networks --replay {path} --precision {precision}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
