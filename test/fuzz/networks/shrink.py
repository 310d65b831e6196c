"""Makes a network that fails smaller, as long as it fails in the same way."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import onnx
from fuzz.networks.draft import FLOAT
from fuzz.networks.nodes import reads
from fuzz.networks.oracle import Oracle
from fuzz.networks.trial import Verdict
from onnx import helper, numpy_helper
from tpu_mlir.frontend.onnx.session import Session, SessionError
from tpu_mlir.frontend.onnx.tensors import Array, onnx_type

Judge = Callable[[onnx.ModelProto, Mapping[str, Array]], Verdict]


@dataclass(frozen=True, eq=False)
class Failing:
    """A network and its inputs."""

    model: onnx.ModelProto
    feeds: dict[str, Array]


def shrink(failing: Failing, verdict: Verdict, judge: Judge, seconds: float = 60) -> tuple[Failing, Verdict]:
    """Return the smallest network found that fails alike, and the verdict on it."""
    end = time.monotonic() + seconds
    progress = True
    while progress:
        progress = False
        for candidate in _smaller(failing):
            if time.monotonic() > end:
                return failing, verdict
            if not _runs(candidate):
                continue
            found = judge(candidate.model, candidate.feeds)
            if signature(found) == signature(verdict):
                failing, verdict, progress = candidate, found, True
                break
    return failing, verdict


def signature(verdict: Verdict) -> str:
    """Return what two failures of the same fault have in common."""
    if verdict.kind != "wrong":
        return verdict.kind + re.sub(r"'[^']*'|\d+|<[^>]*>", "", verdict.detail)[:80]
    pair = re.search(r" is (\S+), expected (\S+) within", verdict.detail)
    return verdict.kind + ("" if pair is None else "".join(_class(text) for text in pair.groups()))


def _class(text: str) -> str:
    return text if text.lstrip("-") in ("nan", "inf") else "number"


def _runs(candidate: Failing) -> bool:
    try:
        Session(candidate.model).run(candidate.feeds)
    except SessionError:
        return False
    return True


def _smaller(failing: Failing) -> Iterator[Failing]:
    exact = Oracle(failing.model, failing.feeds).exact
    nodes = list(failing.model.graph.node)
    for count in range(1, len(nodes)):  # an earlier tensor as the only output
        for name in nodes[count - 1].output:
            if name in exact and exact[name].dtype == FLOAT:
                yield _rebuilt(failing, nodes[:count], [name], {})
    if len(failing.model.graph.output) > 1:
        for item in failing.model.graph.output:
            yield _rebuilt(failing, nodes, [item.name], {})
    outputs = [item.name for item in failing.model.graph.output]
    for index in reversed(range(len(nodes))):  # a computed tensor as an input
        made = {name: exact[name] for name in nodes[index].output if name in exact}
        if len(nodes) > 1 and not made.keys() & set(outputs) and all(a.dtype == FLOAT for a in made.values()):
            yield _rebuilt(failing, nodes[:index] + nodes[index + 1 :], outputs, made)
    yield from _shorter(failing, nodes, outputs)


def _shorter(failing: Failing, nodes: list[onnx.NodeProto], outputs: list[str]) -> Iterator[Failing]:
    """Cut each size that occurs down to its half, or to 1, wherever it occurs."""
    fixed = {item.name: numpy_helper.to_array(item) for item in failing.model.graph.initializer}
    leaves = {**failing.feeds, **{name: array for name, array in fixed.items() if name[0] == "w"}}
    for size in sorted({dim for array in leaves.values() for dim in array.shape if dim > 1}, reverse=True):
        for new in (1, size // 2, size - 1):
            cut = {
                name: np.asarray(array[tuple(slice(new) if dim == size else slice(None) for dim in array.shape)])
                for name, array in leaves.items()
            }
            yield _rebuilt(failing, nodes, outputs, cut)


def _rebuilt(failing: Failing, nodes: list[onnx.NodeProto], outputs: list[str], values: Mapping[str, Array]) -> Failing:
    """Return the network of some nodes and outputs without what they do not need; `values` are inputs or weights."""
    wanted, kept = set(outputs), list[onnx.NodeProto]()
    for node in reversed(nodes):
        if wanted & set(node.output):
            kept.insert(0, node)
            wanted.update(reads(node))
    old = {item.name: numpy_helper.to_array(item) for item in failing.model.graph.initializer}
    fixed = {name: values.get(name, array) for name, array in old.items() if name in wanted}
    feeds = {name: array for name, array in {**failing.feeds, **values}.items() if name in wanted and name not in fixed}
    inputs = [helper.make_tensor_value_info(name, onnx_type(a.dtype), a.shape) for name, a in feeds.items()]
    results = [onnx.ValueInfoProto(name=name) for name in outputs]
    weights = [numpy_helper.from_array(array, name) for name, array in fixed.items()]
    graph = helper.make_graph(kept, "fuzzed", inputs, results, weights)
    imports, version = failing.model.opset_import, failing.model.ir_version
    return Failing(helper.make_model(graph, opset_imports=imports, ir_version=version), feeds)
