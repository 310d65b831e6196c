"""What operations take on integers and in floats, by the chip's cycle model: networks are compiled, but not run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tpu_mlir.quantization.operations import Operation
from tpu_mlir.quantization.search.scheme import Scheme
from tpu_mlir.runtime.profile import profile


@dataclass(frozen=True)
class Prices:
    """Cycles of the network on integers and in floats; `layers` tells how many more each operation takes in floats."""

    on_integers: int
    in_floats: int
    layers: Mapping[str, int]

    @classmethod
    def of(cls, scheme: Scheme, candidates: Sequence[Operation]) -> "Prices":
        """Compile and time both. Raises TpuMlirError."""
        integers, floats = (profile(scheme.compile(names)) for names in ((), [op.name for op in candidates]))
        before = {layer.name: layer.share for layer in integers.layers}
        after = {layer.name: layer.share for layer in floats.layers}
        names = dict.fromkeys([*before, *after])
        return cls(integers.cycles, floats.cycles, {name: after.get(name, 0) - before.get(name, 0) for name in names})

    def share(self, name: str) -> float:
        """Return what an operation takes longer in floats, nothing if it does not, as a share of all on integers."""
        return max(self.layers.get(name, 0), 0) / max(self.on_integers, 1)

    def slower(self, count: int = 3) -> list[str]:
        """Return the layers that take longest on integers beside floats, if the whole network is slower on integers."""
        if self.on_integers <= self.in_floats:
            return []
        worst = sorted((name for name in self.layers if self.layers[name] < 0), key=lambda name: self.layers[name])
        return worst[:count]
