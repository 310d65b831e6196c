"""Cycles that the repository keeps: this compiler's and the vendor's, by network and precision."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from tpu_mlir.runtime import BModel
from tpu_mlir.runtime.profile import profile

RECORDS = Path(__file__).parent / "records"
OURS, VENDOR = RECORDS / "ours.json", RECORDS / "vendor.json"


@dataclass(frozen=True)
class Cycles:
    """Simulated cycles of one run by either preset of the cycle model."""

    static: int
    silicon: int

    def ratio(self, other: "Cycles") -> float:
        """Return the larger part of the other's cycles, of the two presets'."""
        return max(self.static / other.static, self.silicon / other.silicon)


def cycles_of(bmodel: BModel) -> Cycles:
    """Return the cycles of a bmodel's first stage."""
    return Cycles(profile(bmodel).cycles, profile(bmodel, cycles="silicon").cycles)


def read(path: Path) -> dict[str, Cycles]:
    """Return the figures of a file by "network precision"; none where there is no file."""
    if not path.is_file():
        return {}
    return {name: Cycles(**each) for name, each in json.loads(path.read_text(encoding="utf-8"))["cycles"].items()}


def write(path: Path, source: str, found: Mapping[str, Cycles | None]) -> None:
    """Replace those figures of a file that are given, None by none; `source` says where they come from."""
    kept = read(path) | dict(found)
    cycles = {name: asdict(each) for name, each in sorted(kept.items()) if each is not None}
    lines = ",\n".join(f"    {json.dumps(name)}: {json.dumps(each)}" for name, each in cycles.items())
    text = f'{{\n  "source": {json.dumps(source)},\n  "cycles": {{\n{lines}\n  }}\n}}\n'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
