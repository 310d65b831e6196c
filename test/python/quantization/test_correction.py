"""What `correct` tries and keeps."""

from collections.abc import Callable

import numpy as np
import pytest
import tpu_mlir
from onnx import helper
from python.quantization.networks import feeds, model
from tpu_mlir.errors import CalibrationError
from tpu_mlir.quantization import Scheme, calibrate, correct, held_out, search_precision
from tpu_mlir.quantization.correction import Corrected
from tpu_mlir.quantization.corrections import CORRECTIONS
from tpu_mlir.quantization.quality import split
from tpu_mlir.quantization.search.mixed_precision import Goal
from tpu_mlir.runtime import Session

RANDOM = np.random.default_rng(2)
SHAPE = (1, 4, 6, 6)
REACHES = np.array([100, 1, 0.1, 0.01]).reshape(-1, 1, 1, 1)
NETWORK = model(
    [
        helper.make_node("Conv", ["x", "w"], ["a"]),
        helper.make_node("Sigmoid", ["a"], ["s"]),
        helper.make_node("Mul", ["a", "s"], ["b"]),
        helper.make_node("Conv", ["b", "v"], ["y"]),
    ],
    {
        "w": RANDOM.normal(size=(4, 4, 1, 1)) * REACHES,
        "v": RANDOM.normal(size=(3, 4, 3, 3)) / REACHES.reshape(1, -1, 1, 1),
    },
    SHAPE,
)
DATA = feeds(SHAPE, 16)


def cosine(found: Corrected | None) -> float:
    """Return the mean cosine of the bmodel's output with the float model, on other inputs."""
    ranges = found.ranges if found else calibrate(NETWORK, DATA)
    session = Session(tpu_mlir.compile(found.module if found else NETWORK, precision="int8", ranges=ranges))
    floats = Session(tpu_mlir.compile(NETWORK))
    cosines: list[float] = []
    for item in feeds(SHAPE, 6, seed=1):
        a, b = (np.ravel(each.run(item)["y"]).astype(np.float64) for each in (session, floats))
        cosines.append(float(a @ b / np.linalg.norm(a) / np.linalg.norm(b)))
    return float(np.mean(cosines))


def test_auto_keeps_what_helps() -> None:
    found = correct(NETWORK, DATA)
    assert [step.correction for step in found.steps] == list(CORRECTIONS)
    steps = {step.correction: step for step in found.steps}
    assert steps["equalize"].is_kept and steps["equalize"].after > steps["equalize"].before
    assert not steps["smooth-quant"].changes and not steps["smooth-quant"].is_kept
    for step, following in zip(found.steps, found.steps[1:], strict=False):
        assert step.is_kept == (step.after > step.before)
        assert following.before == (step.after if step.is_kept else step.before)
    assert cosine(found) > 0.998
    assert cosine(None) < 0.98


def test_auto_keeps_nothing_without_need() -> None:
    found = correct(NETWORK, DATA, judge=lambda run: 1.0)
    assert not any(step.is_kept for step in found.steps)
    plain = calibrate(NETWORK, DATA)
    assert found.ranges.entries == plain.entries
    before = tpu_mlir.compile(NETWORK, precision="int8", ranges=plain)
    assert tpu_mlir.compile(found.module, precision="int8", ranges=found.ranges, name=before.name).data == before.data


def test_a_judge_decides() -> None:
    scores = iter((0.5, 0.7, 0.6, 0.65))  # before, equalize, adaround, bias-correction
    found = correct(NETWORK, DATA, judge=lambda run: next(scores))
    assert [step.correction for step in found.steps if step.is_kept] == ["equalize"]


def test_what_is_named_is_made_in_order() -> None:
    found = correct(NETWORK, DATA, corrections=["bias-correction", "equalize"], judge=lambda run: 0.0)
    assert [(step.correction, step.is_kept) for step in found.steps] == [("equalize", True), ("bias-correction", True)]
    assert correct(NETWORK, DATA, corrections="adaround").steps[0].changes == 2


def test_names_that_are_none() -> None:
    with pytest.raises(CalibrationError, match="unknown correction 'cle': expected one of equalize, smooth-quant"):
        correct(NETWORK, DATA, corrections=["equalize", "cle"])


def test_overrides_follow_the_names() -> None:
    found = correct(NETWORK, DATA, corrections=["equalize"], precision_overrides={"y": "f32"})
    assert found.rename({"b": "f16", "y": "f32"}) == {"b": "f16", "y": "f32"}
    relu = model(
        [
            helper.make_node("Conv", ["x", "w"], ["a"]),
            helper.make_node("Relu", ["a"], ["b"]),
            helper.make_node("Conv", ["b", "v"], ["y"]),
        ],
        {"w": RANDOM.normal(size=(4, 4, 1, 1)) * REACHES, "v": RANDOM.normal(size=(3, 4, 3, 3))},
        SHAPE,
    )
    found = correct(relu, DATA, corrections=["equalize"], precision_overrides={"b": "f32"})
    assert found.rename({"b": "f16"}) == {"b/scaled": "f16"}


def test_mixed_precision_of_a_corrected_network() -> None:
    """It is compared with the network as it was."""
    found = correct(NETWORK, DATA, corrections=["equalize", "bias-correction"])
    search = search_precision(Scheme(found.module, found.ranges), *held_out(NETWORK, DATA), Goal(0.998))
    assert search.chosen.floats == ()
    assert search.chosen.quality >= 0.998


@pytest.mark.parametrize(("count", "held"), [(1, 1), (3, 3), (4, 1), (12, 3), (100, 8)])
def test_samples_are_held_out(count: int, held: int) -> None:
    fitted, judged = split(list(range(count)))  # pyright: ignore[reportArgumentType]
    assert len(judged) == held
    assert sorted({*fitted, *judged}, key=int) == list(range(count))  # pyright: ignore[reportArgumentType]
    assert count < 4 or not {*fitted} & {*judged}


def test_progress_is_told() -> None:
    told: list[tuple[str, int, int]] = []
    tell: Callable[[str, int, int], None] = lambda *what: told.append(what)  # noqa: E731
    correct(NETWORK, DATA, tell=tell)
    assert {what for what, _, _ in told} == {"calibrating", "channels", *CORRECTIONS} - {"smooth-quant"}
    assert all(0 < done <= total for _, done, total in told)


def test_channels_are_one_operation_of_the_search() -> None:
    """A function becomes a float together with the multiplication of its channels, and is tried with its source."""
    found = correct(NETWORK, DATA, corrections=["equalize"])
    search = search_precision(Scheme(found.module, found.ranges), *held_out(NETWORK, DATA), Goal(0.99999))
    found_names = {item.operation.name: item.operation.beside for item in search.sensitivities}
    assert found_names == {"a": "", "b": "a", "y": ""}
    assert {*search.chosen.floats} | {"b"} == {"a", "b", "y"}  # which follows a, named or not
    assert search.chosen.share == 0.0


KINDS = ("int8", "f16", "bf16", "f32")
PLAIN = model(
    [
        helper.make_node("Conv", ["x", "u", "p"], ["a"]),
        helper.make_node("Relu", ["a"], ["b"]),
        helper.make_node("Conv", ["b", "v", "q"], ["c"]),
        helper.make_node("Sigmoid", ["c"], ["s"]),
        helper.make_node("Mul", ["c", "s"], ["d"]),
        helper.make_node("Conv", ["d", "w"], ["y"]),
    ],
    {
        "u": RANDOM.uniform(0, 1, (4, 4, 1, 1)),
        "p": np.ones(4),
        "v": RANDOM.uniform(0, 1, (5, 4, 3, 3)),
        "q": np.ones(5),
        "w": RANDOM.uniform(0, 1, (3, 5, 1, 1)),
    },
    SHAPE,
)


# Nothing is subtracted, so relative errors add up: of six roundings, of values and weights, each by half a step of a
# 127th of the largest, about twice a mean magnitude. Roundings to bf16, by 2^-9 at most, are smaller.
@pytest.mark.parametrize("fallback", KINDS[1:])
@pytest.mark.parametrize("correction", CORRECTIONS)
def test_every_override_goes_with_every_correction(correction: str, fallback: str) -> None:
    held = feeds(SHAPE, 4, seed=1)
    floats = Session(tpu_mlir.compile(PLAIN))
    expected = np.stack([floats.run(item)["y"] for item in held])
    for first in KINDS:
        second = KINDS[(KINDS.index(first) + list(CORRECTIONS).index(correction)) % len(KINDS)]
        overrides = {"b": first, "d": second}
        found = correct(PLAIN, DATA, corrections=[correction], precision_overrides=overrides)
        bmodel = tpu_mlir.compile(
            found.module,
            precision="int8",
            ranges=found.ranges,
            fallback=fallback,
            precision_overrides=found.rename(overrides),
        )
        session = Session(bmodel)
        error = np.stack([session.run(item)["y"] for item in held]) - expected
        assert np.linalg.norm(error) <= 6 * 2 / 254 * np.linalg.norm(expected), overrides
