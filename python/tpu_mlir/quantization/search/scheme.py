"""A network and how its integers are made: what all trials of a search have in common."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from tpu_mlir._mlir import ir
from tpu_mlir.compiler import compile, pipeline, run_passes
from tpu_mlir.quantization.calibration import quantize_in_f32
from tpu_mlir.quantization.operations import Operation, copy, operations
from tpu_mlir.quantization.pixels import bmodel_feeds
from tpu_mlir.quantization.preprocess import Preprocess
from tpu_mlir.quantization.quality import Run
from tpu_mlir.quantization.ranges import Ranges
from tpu_mlir.runtime import BModel, Session
from tpu_mlir.runtime.profile import profile


@dataclass(frozen=True, eq=False)
class Scheme:
    """A cleaned `top` module, the ranges of its values, and the options that say what integers are made of them.

    overrides: precisions that the user has chosen, which no search changes. fuse_preprocess and chip are as in
        CompileOptions.
    """

    module: ir.Module
    ranges: Ranges
    fallback: str = "f16"
    asymmetric: bool = False
    quantize_outputs: bool = False
    overrides: Mapping[str, str] = field(default_factory=dict[str, str])
    fuse_preprocess: Preprocess | None = None
    chip: str = "bm1684x"

    def operations(self, floats: Collection[str] = ()) -> list[Operation]:
        """Return the operations as they are computed when some stay floats."""
        return operations(self.typed(floats))

    def candidates(self) -> list[Operation]:
        """Return the operations that could be floats: those that compute on integers of calibration, no override's."""
        own = copy(self.module)
        run_passes(own, pipeline("top-fuse-quantization"))
        given = {op.name for op in operations(own) if op.on_integers}.union(self.overrides)
        return [op for op in self.operations() if op.on_integers and not op.moves and op.name not in given]

    def typed(self, floats: Collection[str] = ()) -> ir.Module:
        """Return the quantized module for ONNX Runtime, with some operations in floats beside the overrides."""
        return self._typed(floats, self.quantize_outputs)

    def alone(self, integers: Collection[Operation]) -> ir.Module:
        """Return the module with only some operations on integers, even where only floats read their results."""
        kept = {name for op in integers for name in (op.name, op.beside)}
        every = operations(self._typed((), quantize_outputs=True))
        others = [op.name for op in every if op.on_integers and not op.moves and op.name not in kept]
        return self._typed(others, quantize_outputs=True)

    def compile(self, floats: Collection[str] = (), name: str | None = None) -> BModel:
        """Return the bmodel with some operations in the fallback beside the overrides. Raises as `compile` does."""
        return compile(
            copy(self.module),
            precision="int8",
            chip=self.chip,
            ranges=self.ranges,
            asymmetric=self.asymmetric,
            quantize_outputs=self.quantize_outputs,
            fallback=self.fallback,
            precision_overrides=self.all_overrides(floats),
            fuse_preprocess=self.fuse_preprocess,
            name=name,
        )

    def cycles(self, floats: Collection[str] = ()) -> int:
        """Return how long the bmodel takes by the cycle model. Raises as `compile` does."""
        return profile(self.compile(floats)).cycles

    def runner(self, bmodel: BModel) -> Run:
        """Return what runs a bmodel of this scheme on the simulator, on the network's own inputs."""
        session, preprocess = Session(bmodel), self.fuse_preprocess or Preprocess()
        return lambda feeds: session.run(bmodel_feeds(session, feeds, preprocess))

    def all_overrides(self, floats: Collection[str]) -> dict[str, str]:
        """Return the overrides with those of operations that stay floats."""
        return {**dict.fromkeys(floats, self.fallback), **self.overrides}

    def _typed(self, floats: Collection[str], quantize_outputs: bool) -> ir.Module:
        return quantize_in_f32(
            self.module,
            self.ranges,
            asymmetric=self.asymmetric,
            quantize_outputs=quantize_outputs,
            precision_overrides=self.all_overrides(floats),
        )
