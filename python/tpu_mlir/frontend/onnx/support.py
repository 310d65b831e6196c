"""Finds every node of a model that cannot be compiled, at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import onnx

from tpu_mlir._mlir import ir
from tpu_mlir.frontend.onnx.checking import Checks
from tpu_mlir.frontend.onnx.dynamic_quantization import with_real_products
from tpu_mlir.frontend.onnx.importer import GraphImporter
from tpu_mlir.frontend.onnx.inputs import resolve
from tpu_mlir.frontend.onnx.loading import load
from tpu_mlir.frontend.onnx.refusals.refusal import Origins, Refusal
from tpu_mlir.frontend.onnx.schemas.versions import opsets_of
from tpu_mlir.locations import names
from tpu_mlir.passmanager import Diagnostic, PassManager, run_pass_manager

# As a network in F32 is compiled; what has no integer or 16-bit form is compiled so, too.
_PASSES = (
    "builtin.module(tpu-clean,top-fuse-quantization{{integers=false}},tpu-assign-precision{{precision=f32}},"
    "lower-top-to-tpu{{chip={chip}}})"
)


@dataclass(frozen=True, eq=False)
class Survey:
    """A model as far as it can be imported: what refused nodes compute are arguments of the module's function."""

    graph: onnx.GraphProto
    checks: Checks
    module: ir.Module
    refused: tuple[Refusal, ...]

    def lowered(self, chip: str = "bm1684x") -> tuple[Refusal, ...]:
        """Return the nodes that have no form on a chip, beside those that could not be imported; uses the module up."""
        with self.module.context:
            _, found = run_pass_manager(PassManager.parse(_PASSES.format(chip=chip)), self.module.operation)
        origins = Origins(self.graph)
        known = {each.index for each in self.refused}
        errors = [each for each in found if each.severity == ir.DiagnosticSeverity.ERROR]
        every = [each for error in errors for each in origins.refuse(names(error.location), _reason(error))]
        first = {each.index: each for each in reversed(every) if each.index not in known}
        return tuple(first[index] for index in sorted(first))


def survey(model: onnx.ModelProto, folder: Path | None, input_shapes: Mapping[str, Sequence[int]]) -> Survey:
    """Import a model whose functions are inlined as far as that goes. Raises ModelError for one that is not valid."""
    opsets = opsets_of(model)
    inputs = resolve(model.graph, input_shapes)
    checks = Checks(model, opsets)
    checks.nodes()
    checks.structure()
    with ir.Context(), ir.Location.name(model.graph.name or "model"):
        importer = GraphImporter(opsets, folder, frozen=bool(input_shapes))
        module = importer.build(with_real_products(model.graph), inputs)
    return Survey(model.graph, checks, module, tuple(importer.refused))


def refusals(
    source: str | Path | onnx.ModelProto,
    *,
    input_shapes: Mapping[str, Sequence[int]] | None = None,
    chip: str = "bm1684x",
) -> tuple[Refusal, ...]:
    """Return every node of a model that cannot be compiled for a chip, in the order of the graph, each once.

    Their places are those in the graph of `loading.load(source)`, where local functions are inlined. A node that only
    a pass after the lowering refuses, since its tensors do not fit into the chip's memories, is not among them. Of
    nodes that passes fuse, one may stand for all. Raises ModelError for a model that is not valid.
    """
    found = survey(*load(source), input_shapes or {})
    every = (*found.refused, *found.lowered(chip))
    return tuple(sorted(every, key=lambda each: each.index))


def _reason(diagnostic: Diagnostic) -> str:
    notes = "".join(f"; {note}" for note in diagnostic.notes if "see current operation" not in note)
    return diagnostic.message + notes
