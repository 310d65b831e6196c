"""The ONNX models that the networks of a bmodel were compiled from."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import onnx

from tpu_mlir.partition.graphs import key
from tpu_mlir.partition.plan import make_plan
from tpu_mlir.runtime import Session
from tpu_mlir.runtime.whole.parts import HostPart


def sources_of(
    model: str | Path | onnx.ModelProto, session: Session, input_shapes: Mapping[str, Sequence[int]], stage: int = 0
) -> dict[str, onnx.ModelProto]:
    """Return the model of each network of a session, by the network's name.

    The nodes of its parts for the host tell where the model was cut. Raises ModelError.
    """
    parts = session.parts(stage)
    host = (node for part in parts if isinstance(part, HostPart) for node in part.model.graph.node)
    plan = make_plan(model, input_shapes, {key(node): node.doc_string for node in host})
    planned = [part.model for part in plan.parts if not part.on_host]
    return {part.net.name: source for part, source in zip(session.networks(stage), planned, strict=True)}
