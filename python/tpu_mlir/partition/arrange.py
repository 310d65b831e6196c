"""Which nodes run where, and in how few parts.

Nodes get levels: a node's is that of what it reads, one more where chip and host meet. All nodes of a level become one
part: no path leaves a part and comes back, and there are no more parts than the longest path changes sides.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from tpu_mlir.partition.prices import Work, size
from tpu_mlir.partition.survey import Tensor
from tpu_mlir.runtime.whole.transfers import START, moving


@dataclass(frozen=True)
class Node:
    """A node that computes: what it reads and makes, constants left out, and its work."""

    key: str
    reads: tuple[str, ...]
    makes: tuple[str, ...]
    work: Work


@dataclass(frozen=True)
class Part:
    """Nodes that run together, in the model's order."""

    on_host: bool
    nodes: tuple[Node, ...]


@dataclass(frozen=True)
class Arrangement:
    """The parts in order, and the nodes that the chip could compute but not faster than the host."""

    parts: tuple[Part, ...]
    cheap: frozenset[str]


def arrange(
    nodes: Sequence[Node], refused: Collection[str], tensors: Mapping[str, Tensor], outputs: Collection[str]
) -> Arrangement:
    """Return the parts: on the host what is refused, and islands of the chip that do not pay."""
    host = set(refused)
    while True:
        parts = _parts(nodes, host)
        lost = {key for part in parts if not part.on_host for key in _lost(part, nodes, tensors, outputs)}
        if not lost:
            return Arrangement(tuple(parts), frozenset(host.difference(refused)))
        host |= lost


def _parts(nodes: Sequence[Node], host: Collection[str]) -> list[Part]:
    """Return the levels, those of the side to begin with that makes fewer."""
    return min((_levels(nodes, host, begins) for begins in (False, True)), key=len)


def _levels(nodes: Sequence[Node], host: Collection[str], begins_on_host: bool) -> list[Part]:
    makers = {name: node for node in nodes for name in node.makes}
    levels: dict[str, int] = {}
    for node in nodes:
        side = node.key in host
        level = int(side != begins_on_host)
        for maker in (makers[name] for name in node.reads if name in makers):
            level = max(level, levels[maker.key] + ((maker.key in host) != side))
        levels[node.key] = level
    found = {level: [node for node in nodes if levels[node.key] == level] for level in sorted(set(levels.values()))}
    return [Part(members[0].key in host, tuple(members)) for members in found.values()]


def _lost(
    part: Part, nodes: Sequence[Node], tensors: Mapping[str, Tensor], outputs: Collection[str]
) -> Collection[str]:
    """Return the nodes of a part for the chip that the host computes in less time than starting and moving take."""
    inside = {node.key for node in part.nodes}
    outside = {name for node in nodes if node.key not in inside for name in node.reads} | set(outputs)
    islands = _islands(part.nodes)
    gains = [_gain(island, tensors, outside) for island in islands]
    stays = sum(gain for gain in gains if gain > 0) > START
    return {node.key for island, gain in zip(islands, gains, strict=True) if not stays or gain <= 0 for node in island}


def _gain(island: Sequence[Node], tensors: Mapping[str, Tensor], outside: Collection[str]) -> float:
    """Return the seconds of the host that the chip saves, less those of moving; the chip's own hardly count."""
    made = {name for node in island for name in node.makes}
    taken = {name for node in island for name in node.reads} - made
    moved = sum(size(tensors[name]) for name in taken | made.intersection(outside))
    return sum(node.work.on_host for node in island) - moving(moved)


def _islands(nodes: Sequence[Node]) -> list[list[Node]]:
    """Return the nodes in groups that share no tensor that one of them makes."""
    makers = {name: node.key for node in nodes for name in node.makes}
    roots = {node.key: node.key for node in nodes}
    root = _finder(roots)
    for node in nodes:
        for name in node.reads:
            if name in makers:
                roots[root(node.key)] = root(makers[name])
    found: dict[str, list[Node]] = {}
    for node in nodes:
        found.setdefault(root(node.key), []).append(node)
    return list(found.values())


def _finder(roots: dict[str, str]) -> Callable[[str], str]:
    """Return what finds the root of a tree, and shortens the way to it."""

    def root(key: str) -> str:
        while roots[key] != key:
            roots[key] = roots[roots[key]]
            key = roots[key]
        return key

    return root
