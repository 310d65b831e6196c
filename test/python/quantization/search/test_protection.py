"""What stays floats by default: found by dividing a loss whose places are known."""

import dataclasses
from collections.abc import Collection, Sequence

import numpy as np
import onnx
import pytest
from onnx import helper
from python.quantization.networks import feeds, model
from tpu_mlir.quantization import calibrate
from tpu_mlir.quantization.calibration import clean_module
from tpu_mlir.quantization.operations import Operation, copy
from tpu_mlir.quantization.quality import held_out
from tpu_mlir.quantization.search.division import divide, parts_within
from tpu_mlir.quantization.search.prices import Prices
from tpu_mlir.quantization.search.protection import GOOD, SLOWEST, affordable, protect
from tpu_mlir.quantization.search.scheme import Scheme

SHAPE = (1, 2, 16, 16)
DEAR = Prices(on_integers=1000, in_floats=2000, layers={})  # floats, in all


def chain(*, outlier: float, length: int = 8) -> onnx.ModelProto:
    """Return convolutions; the sixth ignores a channel that is `outlier` times the others."""
    random = np.random.default_rng(4)
    nodes, constants, channels, last = [], {}, 2, "x"
    for index in range(length):
        filters = random.normal(0, 1 / np.sqrt(channels), (4, channels, 1, 1))
        if index == 4:
            filters[0] *= outlier
        if index == 5:
            filters[:, 0] = 0
        constants[f"w{index}"] = filters
        result = "y" if index == length - 1 else f"c{index}"
        nodes.append(helper.make_node("Conv", [last, f"w{index}"], [result]))
        channels, last = 4, result
    return model(nodes, constants, SHAPE)


def scheme_of(network: onnx.ModelProto, data: list[dict[str, np.ndarray]], **options: object) -> Scheme:
    module = clean_module(network)
    return Scheme(module, calibrate(copy(module), data, method="minmax"), **options)


def test_what_costs_most_stays_a_float() -> None:
    network, data = chain(outlier=300), feeds(SHAPE, 16)
    scheme = scheme_of(network, data)
    prices = dataclasses.replace(DEAR, on_integers=scheme.cycles(), in_floats=10**9)
    found = protect(scheme, *held_out(network, data), prices=prices)
    assert "c5" in found.floats  # reads the channels that the large one drowns
    assert len(found.floats) <= 4
    assert found.before > 0.05
    assert found.after < found.before / 10
    assert scheme.cycles(found.floats) <= (1 + SLOWEST) * scheme.cycles()
    assert protect(scheme, *held_out(network, data), prices=prices) == found


def test_nothing_stays_a_float_without_need() -> None:
    network, data = chain(outlier=1, length=2), feeds(SHAPE, 16)
    found = protect(scheme_of(network, data), *held_out(network, data), prices=DEAR)
    assert found.before == found.after < GOOD
    assert found.floats == ()


@pytest.mark.parametrize("in_floats", [900, 1000])
def test_all_are_floats_where_that_is_no_slower(in_floats: int) -> None:
    network, data = chain(outlier=1, length=2), feeds(SHAPE, 16)
    prices = dataclasses.replace(DEAR, in_floats=in_floats)
    found = protect(scheme_of(network, data), *held_out(network, data), prices=prices)
    assert found.floats == ("c0", "y") and found.after < found.before


class Converting(Scheme):
    """A scheme of which each float costs 50 cycles of 1000, for what converts to and fro."""

    def cycles(self, floats: Collection[str] = ()) -> int:
        return 1000 + 50 * len(floats)


def test_some_floats_are_not_dearer_than_all() -> None:
    network, data = chain(outlier=300), feeds(SHAPE, 16)
    plain = scheme_of(network, data)
    scheme = Converting(plain.module, plain.ranges)
    some = protect(scheme, *held_out(network, data), prices=Prices(1000, 1150, layers={})).floats
    assert 1 < len(some) < 4
    assert len(protect(scheme, *held_out(network, data), prices=Prices(1000, 1050, layers={})).floats) == 8


def test_an_override_is_no_candidate() -> None:
    network, data = chain(outlier=300), feeds(SHAPE, 16)
    found = protect(scheme_of(network, data, overrides={"c5": "int8"}), *held_out(network, data), prices=DEAR)
    assert "c5" not in found.floats


def operation(name: str, macs: int = 1) -> Operation:
    return Operation(name, "conv", macs, on_integers=True, moves=False)


def test_the_loss_is_divided_down_to_its_places() -> None:
    ops = [operation(f"op{index}") for index in range(100)]
    noise = {"op17": 1.0, "op83": 0.5}
    asked: list[int] = []

    def measure(part: Sequence[Operation]) -> float:
        asked.append(len(part))
        return sum(noise.get(op.name, 1e-5) for op in part)

    parts = list(divide([ops], measure, 40, lambda done: None))
    assert len(asked) <= 40
    assert sorted(op.name for part in parts for op in part.operations) == sorted(op.name for op in ops)
    assert {part.operations[0].name for part in parts if part.gain > 0.1} == set(noise)
    assert all(len(part.operations) == 1 for part in parts if part.gain > 0.1)


def test_no_more_parts_than_the_limit() -> None:
    ops = [operation(f"op{index}") for index in range(64)]
    done: list[int] = []
    list(divide([ops], lambda part: float(len(part)), 7, done.append))
    assert done == list(range(1, 8))


@pytest.mark.parametrize(
    ("macs", "operations", "parts"),
    [(0, 0, 40), (10**10, 200, 40), (2 * 10**10, 200, 20), (10**13, 200, 6), (0, 600, 20), (0, 10**5, 6)],
)
def test_large_networks_are_divided_less(macs: int, operations: int, parts: int) -> None:
    assert parts_within(macs, operations, 40) == parts


def test_what_is_dear_is_left() -> None:
    ops = [operation(name) for name in ("dear", "cheap")]
    parts = list(divide([ops], lambda part: float(len(part)), 24, lambda done: None))
    prices = Prices(on_integers=1000, in_floats=1500, layers={"dear": 400, "cheap": 10})
    assert affordable(parts, prices, 40) == ["cheap"]


def test_layers_that_make_integers_slower() -> None:
    prices = Prices(on_integers=1000, in_floats=900, layers={"a": -150, "b": 100, "c": -50})
    assert prices.slower() == ["a", "c"]
    assert prices.share("a") == 0
    assert prices.share("b") == pytest.approx(0.1)
    assert Prices(on_integers=900, in_floats=900, layers={"a": -150}).slower() == []
