"""Which nodes become one part: as few as the longest path changes sides, and no islands that do not pay."""

from collections.abc import Sequence

import pytest
from tpu_mlir.partition.arrange import Arrangement, Node, arrange
from tpu_mlir.partition.prices import HOST_MACS, Work
from tpu_mlir.partition.survey import Tensor
from tpu_mlir.runtime.whole.transfers import BANDWIDTH, START

LARGE = int(HOST_MACS)  # a second on the host


def node(text: str, macs: int = LARGE) -> Node:
    """Return a node of "x y > z"."""
    reads, _, makes = text.partition(">")
    return Node(makes.split()[0], tuple(reads.split()), tuple(makes.split()), Work(macs, 0))


def arranged(nodes: Sequence[Node], host: str, outputs: str, elements: int = 1) -> Arrangement:
    tensors = {name: Tensor(1, (elements,)) for each in nodes for name in (*each.reads, *each.makes)}
    return arrange(nodes, frozenset(host.split()), tensors, outputs.split())


def texts(found: Arrangement) -> list[str]:
    return [("host " if part.on_host else "chip ") + "".join(each.key for each in part.nodes) for part in found.parts]


def test_a_tail() -> None:
    nodes = [node("x > a"), node("a > b"), node("b > c"), node("c > d")]
    assert texts(arranged(nodes, "c d", "d")) == ["chip ab", "host cd"]


def test_a_head() -> None:
    nodes = [node("x > a"), node("a > b"), node("b > c")]
    assert texts(arranged(nodes, "a", "c")) == ["host a", "chip bc"]


def test_the_middle() -> None:
    nodes = [node("x > a"), node("a > b"), node("b > c")]
    assert texts(arranged(nodes, "b", "c")) == ["chip a", "host b", "chip c"]


def test_branches_share_parts() -> None:
    """Two heads, each with work of the host in it: three parts, not six."""
    nodes = [node(f"x > {a}") for a in "ab"] + [node("a > c"), node("b > d"), node("c > e"), node("d > f")]
    assert texts(arranged(nodes, "c d", "e f")) == ["chip ab", "host cd", "chip ef"]


def test_no_part_is_left_and_entered_again() -> None:
    """c reads a of the chip directly and by way of the host: it cannot be in the part of a."""
    nodes = [node("x > a"), node("a > b"), node("a b > c")]
    assert texts(arranged(nodes, "b", "c")) == ["chip a", "host b", "chip c"]


def test_a_graph_that_begins_on_both_sides() -> None:
    nodes = [node("x > a"), node("y > b"), node("a b > c"), node("c > d")]
    assert texts(arranged(nodes, "b", "d")) == ["host b", "chip acd"]


@pytest.mark.parametrize(("starts", "parts"), [(0.9, ["host abc"]), (1.1, ["host a", "chip b", "host c"])])
def test_an_island_has_to_pay_its_start(starts: float, parts: list[str]) -> None:
    nodes = [node("x > a"), node("a > b", int(starts * START * HOST_MACS)), node("b > c")]
    found = arranged(nodes, "a c", "c", elements=0)
    assert texts(found) == parts and found.cheap == ({"b"} if len(parts) == 1 else frozenset())


@pytest.mark.parametrize(("share", "parts"), [(1.1, ["host abc"]), (0.9, ["host a", "chip b", "host c"])])
def test_an_island_has_to_pay_for_moving(share: float, parts: list[str]) -> None:
    """Two tensors of f32 are moved in a second, less START."""
    elements = int(share * (1 - START) * BANDWIDTH / 8)
    nodes = [node("x > a"), node("a > b"), node("b > c")]
    assert texts(arranged(nodes, "a c", "c", elements=elements)) == parts


def test_small_work_beside_large_work_needs_no_start_of_its_own() -> None:
    nodes = [node("x > a"), node("x > b", LARGE // 10**6), node("a b > c")]
    assert texts(arranged(nodes, "c", "c", elements=0)) == ["chip ab", "host c"]


def test_nothing_pays() -> None:
    nodes = [node("x > a", 1), node("a > b", 1)]
    assert texts(arranged(nodes, "b", "b")) == ["host ab"]
