"""Random networks in every precision, beside ONNX Runtime: a few of those that `make fuzz-networks` tries."""

from collections.abc import Iterator
from multiprocessing import active_children

import numpy as np
import onnx
import pytest
from fuzz.networks.draft import Draft
from fuzz.networks.graphs import is_supported, network
from fuzz.networks.operators import writers
from fuzz.networks.oracle import Oracle
from fuzz.networks.pool import Judge
from fuzz.networks.refusals import is_documented
from fuzz.networks.shrink import Failing, shrink
from fuzz.networks.trial import PRECISIONS, Verdict
from onnx import TensorProto, helper
from tpu_mlir import compile
from tpu_mlir.errors import TpuMlirError
from tpu_mlir.frontend.onnx import registry
from tpu_mlir.frontend.onnx.schemas.versions import NEWEST_RUNTIME, OLDEST_RUNTIME
from tpu_mlir.frontend.onnx.tensors import Array

SEEDS = range(200)


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with Judge() as worker:
        yield worker


@pytest.mark.parametrize("seed", SEEDS)
def test_network(judge: Judge, seed: int) -> None:
    """One precision each; 4 * 136 seeds would try every operator in all of them."""
    (verdict,) = judge.seed(seed, [PRECISIONS[seed % len(PRECISIONS)]])
    if verdict.kind == "refused":
        assert is_documented(verdict.detail), verdict.detail
    else:
        assert verdict.kind == "clean", verdict.detail


def test_every_operator_is_tried() -> None:
    """Those that are written in terms of others are tried as these: test_microsoft.py.

    Those of opsets that no ONNX Runtime computes are not tried at all.
    """
    opsets = range(OLDEST_RUNTIME, NEWEST_RUNTIME + 1)
    known = {key for key in registry.supported() if any(is_supported(*key, opset) for opset in opsets)}
    assert set(writers()) == known - {key for key in known if registry.composition(key[1], key[0])}


def compiles(domain: str, op: str) -> bool:
    """Return whether one of a few random nodes of an operator that reads an input compiles."""
    opset = next(o for o in range(NEWEST_RUNTIME, OLDEST_RUNTIME - 1, -1) if is_supported(domain, op, o))
    for seed in range(40):
        draft = Draft(np.random.default_rng(seed), opset, special=False)
        writers()[domain, op](draft, op)
        if not draft.inputs or op not in [node.op_type for node in draft.nodes]:
            continue
        try:
            compile(draft.model(), host=False)
        except TpuMlirError:
            continue
        return True
    return False


@pytest.mark.filterwarnings("ignore::tpu_mlir.errors.TpuMlirWarning")
def test_the_list_of_operators_is_true() -> None:
    """`tpuc operators` says "with constant operands" of those operators alone of which nothing else compiles."""
    made = {"ConstantOfShape", "NonZero", "Range"}  # by writers with constant operands, beside which an input stands
    made_of_floats = {"CastLike", "MatMulInteger", "ConvInteger", "DynamicQuantizeLinear"}  # integers, by their writers
    for each in registry.operators():
        domain = "" if each.domain == "ai.onnx" else each.domain
        if each.computed != registry.CHIP or each.name in made_of_floats or (domain, each.name) not in writers():
            continue
        expected = each.only != registry.ONLY_CONSTANT or each.name in made
        assert compiles(domain, each.name) == expected, each


def test_a_seed_is_a_network() -> None:
    """Two calls give the same model and inputs; other seeds give others."""
    one, again, other = network(3), network(3), network(4)
    assert one.model == again.model and one.model != other.model
    assert all(np.array_equal(one.feeds[name], again.feeds[name], equal_nan=True) for name in one.feeds)


def test_a_worker_that_dies_is_replaced() -> None:
    with Judge() as judge:
        assert judge.seed(2, ["f32"]) == [Verdict("clean")]
        for child in active_children():
            child.kill()
            child.join()
        assert judge.seed(2, ["f32", "f16"]) == [Verdict("clean")] * 2


def chain() -> tuple[onnx.ModelProto, dict[str, Array]]:
    """Return y = floor(exp(x)), x of 24 elements, half of them where exp is a whole number but for rounding."""
    nodes = [helper.make_node("Exp", ["x"], ["e"]), helper.make_node("Floor", ["e"], ["y"])]
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, 3, 4])]
    graph = helper.make_graph(nodes, "chain", inputs, [onnx.ValueInfoProto(name="y")])
    numbers = np.concatenate([np.log(np.arange(1, 13)), np.linspace(0.1, 2, 12)]).astype(np.float32)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return model, {"x": numbers.reshape(2, 3, 4)}


@pytest.mark.parametrize("precision", PRECISIONS)
def test_oracle_accepts_what_rounding_explains(precision: str) -> None:
    """A whole number that rounding may push below itself floors to either neighbour."""
    oracle = Oracle(*chain())
    lower = oracle.exact["y"].copy()
    lower.flat[2] -= 1  # exp(log 3)
    assert not oracle.differences({"y": lower}, precision)


@pytest.mark.parametrize("precision", ["f32", "f16", "bf16"])
def test_oracle_refuses_what_it_does_not(precision: str) -> None:
    oracle = Oracle(*chain())
    for change in (1.0, np.nan, np.inf):
        moved = oracle.exact["y"].copy()
        moved.flat[16] += change  # exp(0.79) = 2.2
        (difference,) = oracle.differences({"y": moved}, precision)
        assert difference.output == "y" and difference.place == (1, 1, 0)


def pool(op: str) -> Oracle:
    """Return y = op(x) over two lines, with a NaN in the first."""
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 2, 1, 3])]
    graph = helper.make_graph([helper.make_node(op, ["x"], ["y"])], "pool", inputs, [onnx.ValueInfoProto(name="y")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return Oracle(model, {"x": np.float32([[[[7, np.nan, 2]], [[4, 5, 6]]]])})


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("op", ["GlobalMaxPool", "GlobalAveragePool"])
def test_oracle_knows_what_is_left_open(op: str, precision: str) -> None:
    """Only where the NaN is."""
    oracle = pool(op)
    found = oracle.exact["y"].copy()
    found[0, 0] = 2
    assert not oracle.differences({"y": found}, precision)
    found[0, 1] = 2
    (difference,) = oracle.differences({"y": found}, precision)
    assert difference.place == (0, 1, 0, 0) and difference.share == 0.5


def test_shrinking_keeps_what_fails() -> None:
    """A network that is wrong where it holds Floor shrinks to that node and one element."""
    model, feeds = chain()

    def fails(candidate: onnx.ModelProto, _: object) -> Verdict:
        return Verdict("wrong" if "Floor" in [node.op_type for node in candidate.graph.node] else "clean")

    small, verdict = shrink(Failing(model, feeds), Verdict("wrong"), fails)
    assert verdict.kind == "wrong"
    assert [node.op_type for node in small.model.graph.node] == ["Floor"]
    assert [array.shape for array in small.feeds.values()] == [(1, 1, 1)]
