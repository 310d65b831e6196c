"""F16 and BF16 that keep what the model means: norms, masks, small and large constants, long sums.

Expectations are ONNX Runtime's on the f32 model. Tolerances are relative to the largest magnitude expected: a few
roundings of 2^-11 (f16) and 2^-8 (bf16), of the inputs, of the result and of what lies between.
"""

import warnings
from collections.abc import Sequence

import numpy as np
import onnx
import pytest
import tpu_mlir
from onnx import parser
from tpu_mlir.errors import TpuMlirWarning
from tpu_mlir.frontend.onnx.session import Session as Reference
from tpu_mlir.quantization import calibrate
from tpu_mlir.runtime import Session
from tpu_mlir.testing import uniform

TOLERANCES = {"f16": 4e-3, "bf16": 3e-2}
HALVES = tuple(TOLERANCES)
LARGEST = float(np.finfo(np.float32).max)


def build(signature: str, body: str, *constants: str) -> onnx.ModelProto:
    """Return a model of opset 17 from the text form of ONNX; constants are `float name = {value}`."""
    initializers = f"<{', '.join(constants)}>" if constants else ""
    model = parser.parse_model(f'<ir_version: 8, opset_import: ["": 17]> net {signature} {initializers} {{ {body} }}')
    onnx.checker.check_model(model)
    return model


def run(model: onnx.ModelProto, precision: str, feeds: dict[str, np.ndarray]) -> tuple[list, list, list[str]]:
    """Return what the bmodel and ONNX Runtime compute, and the warnings of the compilation."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", TpuMlirWarning)
        bmodel = tpu_mlir.compile(model, precision=precision)
    outputs = Session(bmodel).run(feeds)
    expected = list(Reference(model).run(feeds).values())
    found = [outputs[value.name] for value in model.graph.output]
    return found, expected, [str(warning.message) for warning in caught]


def check(model: onnx.ModelProto, precision: str, tolerance: float | None = None, **feeds: np.ndarray) -> list[str]:
    """Compare, and return the warnings."""
    found, expected, messages = run(model, precision, feeds)
    for ours, theirs in zip(found, expected, strict=True):
        assert np.isfinite(theirs).all()
        error = np.abs(ours - theirs).max() / np.abs(theirs).max()
        assert error <= (tolerance or TOLERANCES[precision]), f"{error:.3g}"
    return messages


def outliers(*shape: int) -> np.ndarray:
    """Return normal numbers of 30 with channels (the second dimension) of 900 and -700."""
    x = np.random.default_rng(3).standard_normal(shape).astype(np.float32) * 30
    x[:, 5] += 900
    x[:, 40] -= 700
    return x


# ---------------------------------------------------------------------- masks


def mask(constant: float) -> onnx.ModelProto:
    """(1 - mask) * constant before a softmax, as Hugging Face exports it."""
    return build(
        "(float[2,4,16,16] x, float[2,1,1,16] mask) => (float[2,4,16,16] y)",
        "inv = Sub(one, mask) bias = Mul(inv, huge) s = Add(x, bias) y = Softmax<axis=-1>(s)",
        "float one = {1}",
        f"float huge = {{{constant!r}}}",
    )


@pytest.mark.parametrize("precision", HALVES)
@pytest.mark.parametrize("constant", [-LARGEST, -1e12, -1e9, -1e4])
def test_mask_product(precision: str, constant: float) -> None:
    held = np.ones((2, 1, 1, 16), np.float32)
    held[0, ..., 12:] = 0
    messages = check(mask(constant), precision, x=uniform(2, 4, 16, 16, low=-30, high=30), mask=held)
    becomes_infinite = abs(constant) > (65504 if precision == "f16" else 3.3895e38)
    assert len(messages) == becomes_infinite
    if messages:
        assert "'bias': constant 'huge' holds" in messages[0]
        assert "limited" in messages[0]


@pytest.mark.parametrize("precision", HALVES)
def test_mask_of_whole_rows(precision: str) -> None:
    """A row of masks alone is uniform, as in f32, and not NaN; also where scores are far below zero."""
    held = np.zeros((2, 1, 1, 16), np.float32)
    scores = np.full((2, 4, 16, 16), -20, np.float32) + uniform(2, 4, 16, 16, low=-4, high=4)
    check(mask(-LARGEST), precision, x=scores, mask=held)


@pytest.mark.parametrize("precision", HALVES)
@pytest.mark.parametrize("constant", [-LARGEST, -1e12])
def test_mask_chosen_or_added(precision: str, constant: float) -> None:
    causal = "{" + ",".join("1" if column <= row else "0" for row in range(8) for column in range(8)) + "}"
    table = "{" + ",".join("0" if column <= row else repr(constant) for row in range(8) for column in range(8)) + "}"
    model = build(
        "(float[2,8,8] x) => (float[2,8,8] chosen, float[2,8,8] added)",
        "c = Cast<to=9>(causal) w = Where(c, x, huge) chosen = Softmax<axis=-1>(w) "
        "s = Add(x, table) added = Softmax<axis=-1>(s)",
        f"int64[8,8] causal = {causal}",
        f"float huge = {{{constant!r}}}",
        f"float[8,8] table = {table}",
    )
    messages = check(model, precision, x=uniform(2, 8, 8, low=-30, high=30))
    assert all("being a mask" in message for message in messages)


@pytest.mark.parametrize("precision", HALVES)
def test_soft_mask(precision: str) -> None:
    """The product decides: a mask that is nearly one everywhere only lowers scores a little."""
    held = 1 - uniform(2, 1, 1, 16, low=0, high=1e-11)
    model = mask(-1e12)
    check(model, precision, tolerance=0.05, x=uniform(2, 4, 16, 16), mask=held.astype(np.float32))


@pytest.mark.parametrize("precision", HALVES)
def test_mask_as_input(precision: str) -> None:
    """A row of masks alone is uniform, also where the user feeds them."""
    model = build(
        "(float[2,16,16] x, float[2,1,16] mask) => (float[2,16,16] y)", "s = Add(x, mask) y = Softmax<axis=-1>(s)"
    )
    held = np.full((2, 1, 16), -LARGEST, np.float32)
    held[0, :, :9] = 0
    check(model, precision, x=uniform(2, 16, 16, low=-24, high=-16), mask=held)


# ------------------------------------------------------------ other constants


def test_large_constants_stay() -> None:
    """No mask: what reads the constant is computed in f32."""
    model = build(
        "(float[1,64] x) => (float[1,64] y)",
        "a = Mul(x, large) b = Add(a, x) y = Mul(b, small)",
        "float large = {1e6}",
        "float small = {1e-6}",
    )
    messages = check(model, "f16", x=uniform(1, 64))
    assert any("constant 'large' holds 1e+06" in message and "in f32" in message for message in messages)


@pytest.mark.parametrize("precision", HALVES)
def test_logarithm_of_small_sums(precision: str) -> None:
    model = build(
        "(float[1,8,64] x) => (float[1,8,64] y)",
        "p = Mul(x, x) q = Add(p, eps) y = Log(q)",
        "float eps = {1e-10}",
    )
    x = np.random.default_rng(0).normal(0, 1e-4, (1, 8, 64)).astype(np.float32)
    messages = check(model, precision, x=x)
    assert [("'q'" in message, "1e-10" in message) for message in messages] == [(True, True)] * (precision == "f16")


@pytest.mark.parametrize("precision", HALVES)
def test_logarithm_of_probabilities(precision: str) -> None:
    """What is tiny after a softmax or sigmoid is not zero before a logarithm."""
    model = build(
        "(float[4,32] x) => (float[4,32] y, float[4,32] z)",
        "p = Softmax<axis=-1>(x) q = Add(p, eps) y = Log(q) s = Sigmoid(x) t = Clip(s, low) z = Log(t)",
        "float eps = {1e-12}",
        "float low = {1e-12}",
    )
    x = uniform(4, 32, low=-20, high=0)
    (y, z), (expected, _), _ = run(model, precision, {"x": x})
    scale = TOLERANCES[precision] * 20
    assert np.abs(y - expected).max() < scale
    # ONNX Runtime's sigmoid is off by 50 % at -16, and 0 at -20.
    assert np.abs(z + np.log1p(np.exp(-x.astype(np.float64)))).max() < scale


@pytest.mark.parametrize("precision", HALVES)
def test_normalize_with_zero_rows(precision: str) -> None:
    """F.normalize: x / max(|x|, 1e-12), and x / (sum |x| + 1e-8)."""
    model = build(
        "(float[1,20,64] x) => (float[1,20,64] unit, float[1,20,64] l1)",
        "n = ReduceL2<axes=[-1], keepdims=1>(x) m = Clip(n, low) s = Shape(x) e = Expand(m, s) unit = Div(x, e) "
        "a = Abs(x) t = ReduceSum<keepdims=1>(a, axis) u = Add(t, eps) l1 = Div(x, u)",
        "float low = {1e-12}",
        "float eps = {1e-8}",
        "int64[1] axis = {-1}",
    )
    x = np.random.default_rng(7).standard_normal((1, 20, 64)).astype(np.float32) * 100
    x[0, 3] = 0
    x[0, 4] *= 1e-5
    check(model, precision, x=x)


# ---------------------------------------------------------------------- norms

SQUARES = {
    "mul": ("q = Mul(d, d)", ()),
    "pow": ("q = Pow(d, two)", ("float two = {2}",)),
}
MEANS = {
    "mean": ("v = ReduceMean<axes=[AXIS], keepdims=1>(q)", ()),
    "sum": (
        "t = ReduceSum<keepdims=1>(q, axis) v = Mul(t, share)",
        ("int64[1] axis = {AXIS}", "float share = {SHARE}"),
    ),
    "quotient": ("t = ReduceSum<keepdims=1>(q, axis) v = Div(t, n)", ("int64[1] axis = {AXIS}", "float n = {COUNT}")),
}
ROOTS = {
    "div": ("e = Add(v, eps) s = Sqrt(e) y = Div(d, s)", ()),
    "reciprocal": ("e = Add(v, eps) s = Sqrt(e) r = Reciprocal(s) y = Mul(d, r)", ()),
    "rsqrt": ("e = Add(eps, v) r = Pow(e, minus) y = Mul(r, d)", ("float minus = {-0.5}",)),
    "outside": ("s = Sqrt(v) e = Add(s, eps) y = Div(d, e)", ()),
    "guarded": ("g = Max(v, zero) e = Add(g, eps) s = Sqrt(e) y = Div(d, s)", ("float zero = {0}",)),
}


def norm(axis: int, count: int, centred: bool, square: str, mean: str, root: str, eps: float = 1e-6) -> onnx.ModelProto:
    parts = (SQUARES[square], MEANS[mean], ROOTS[root])
    before = f"m = ReduceMean<axes=[{axis}], keepdims=1>(x) d = Sub(x, m)" if centred else "d = Identity(x)"
    values = {"AXIS": str(axis), "SHARE": repr(1 / count), "COUNT": str(count)}
    body, constants = " ".join([before, *(part for part, _ in parts)]), [f"float eps = {{{eps!r}}}"]
    constants += [constant for _, more in parts for constant in more]
    for name, value in values.items():
        body, constants = body.replace(name, value), [constant.replace(name, value) for constant in constants]
    return build("(float[2,96,7,8] x) => (float[2,96,7,8] y)", body, *constants)


@pytest.mark.parametrize("precision", HALVES)
@pytest.mark.parametrize("centred", [True, False], ids=["layer", "rms"])
@pytest.mark.parametrize("axis", [1, 3])
@pytest.mark.parametrize(
    ("square", "mean", "root"),
    [
        ("mul", "mean", "div"),
        ("pow", "sum", "reciprocal"),
        ("mul", "quotient", "rsqrt"),
        ("pow", "mean", "outside"),
        ("mul", "mean", "guarded"),
    ],
)
def test_norms(axis: int, centred: bool, square: str, mean: str, root: str, precision: str) -> None:
    """Of elements whose squares 16 bits would not hold."""
    model = norm(axis, 96 if axis == 1 else 8, centred, square, mean, root)
    # Of elements near 900 f16 keeps 1 / 4 and bf16 2, beside deviations of 30 once the mean is taken away.
    tolerance = {"f16": 2e-2, "bf16": 1e-1}[precision] if centred else None
    check(model, precision, tolerance=tolerance, x=outliers(2, 96, 7, 8))


@pytest.mark.parametrize("precision", HALVES)
@pytest.mark.parametrize("root", sorted(ROOTS))
def test_rms_norm_of_extremes(root: str, precision: str) -> None:
    """Rows of zeros with an epsilon that f16 does not have, rows near its largest number, tiny rows."""
    x = np.random.default_rng(4).standard_normal((2, 96, 7, 8)).astype(np.float32)
    x[0, 3], x[0, 4], x[1, 5] = 0, x[0, 4] * 15000, x[1, 5] * 1e-2
    check(norm(3, 8, False, "mul", "mean", root, 1e-12), precision, x=x)


@pytest.mark.parametrize("precision", HALVES)
def test_variance_as_difference(precision: str) -> None:
    """E[x^2] - E[x]^2, as JAX writes layer norm: the difference has few bits of its operands."""
    model = build(
        "(float[1,4,512] x) => (float[1,4,512] y)",
        "m = ReduceMean<axes=[-1], keepdims=1>(x) xx = Mul(x, x) s2 = ReduceSum<keepdims=1>(xx, axis) "
        "m2 = Mul(s2, share) mm = Mul(m, m) v0 = Sub(m2, mm) v = Max(zero, v0) ve = Add(v, eps) sd = Sqrt(ve) "
        "rs = Reciprocal(sd) d = Sub(x, m) y = Mul(d, rs)",
        "int64[1] axis = {-1}",
        f"float share = {{{1 / 512}}}",
        "float zero = {0}",
        "float eps = {1e-6}",
    )
    x = np.random.default_rng(0).normal(15, 3, (1, 4, 512)).astype(np.float32)
    check(model, precision, x=x)
    check(model, "f16", tolerance=2e-2, x=x + 300)  # of elements that are themselves rounded to 1 / 4


@pytest.mark.parametrize("precision", HALVES)
def test_mean_variance_normalization(precision: str) -> None:
    """Of values whose mean square exceeds f16."""
    model = build("(float[2,3,9,7] x) => (float[2,3,9,7] y)", "y = MeanVarianceNormalization(x)")
    check(model, precision, x=np.round(uniform(2, 3, 9, 7, low=-128, high=128)) * 8)  # which both types hold


# ------------------------------------------------- exponentials and long sums


@pytest.mark.parametrize("precision", HALVES)
@pytest.mark.parametrize("shifted", [True, False])
def test_softmax_spelt_out(shifted: bool, precision: str) -> None:
    before = "h = ReduceMax<axes=[-1], keepdims=1>(x) z = Sub(x, h)" if shifted else "z = Identity(x)"
    model = build(
        "(float[4,64] x) => (float[4,64] y, float[4,64] l, float[4,1] n)",
        f"{before} e = Exp(z) s = ReduceSum<keepdims=1>(e, axis) y = Div(e, s) n = Log(s) l = Sub(z, n)",
        "int64[1] axis = {-1}",
    )
    check(model, precision, x=np.round(uniform(4, 64, low=-40, high=40)))  # which both types hold


@pytest.mark.parametrize("precision", HALVES)
def test_gate_of_exponentials(precision: str) -> None:
    """1 / (1 + e^-x) is 0 far below zero, and softplus x far above."""
    model = build(
        "(float[1,64] x) => (float[1,64] y, float[1,64] z)",
        "n = Neg(x) e = Exp(n) p = Add(one, e) y = Div(one, p) f = Exp(x) q = Add(f, one) z = Log(q)",
        "float one = {1}",
    )
    check(model, precision, x=uniform(1, 64, low=-80, high=80))


@pytest.mark.parametrize("precision", HALVES)
@pytest.mark.parametrize("axes", [(2, 3), (1,)], ids=str)
def test_long_means(axes: Sequence[int], precision: str) -> None:
    shape = (1, 3, 256, 256) if axes == (2, 3) else (1, 65536, 2, 2)
    size = ",".join(map(str, shape))
    reduced = ",".join("1" if axis in axes else str(n) for axis, n in enumerate(shape))
    names = ",".join(map(str, axes))
    model = build(
        f"(float[{size}] x) => (float[{reduced}] y, float[{reduced}] z)",
        f"y = ReduceMean<axes=[{names}], keepdims=1>(x) s = ReduceSum<keepdims=1>(x, axes) z = Mul(s, share)",
        f"int64[{len(axes)}] axes = {{{names}}}",
        f"float share = {{{2**-16}}}",
    )
    check(model, precision, x=uniform(*shape, low=0, high=200))


@pytest.mark.parametrize("precision", HALVES)
def test_cosine_of_large_vectors(precision: str) -> None:
    """sum(x * y) / (|x| * |y|)"""
    model = build(
        "(float[4,512] x, float[4,512] y) => (float[4,1] z)",
        "p = Mul(x, y) s = ReduceSum<keepdims=1>(p, axis) a = ReduceL2<axes=[-1], keepdims=1>(x) "
        "b = ReduceL2<axes=[-1], keepdims=1>(y) n = Mul(a, b) z = Div(s, n)",
        "int64[1] axis = {-1}",
    )
    x = uniform(4, 512, low=-900, high=900)
    check(model, precision, x=x, y=x + uniform(4, 512, low=-300, high=300, seed=1))


# ------------------------------------------------------ overflow by calibration


def test_overflow_by_calibration() -> None:
    """A product of matrices reaches 200,000: infinite in f16 without data, and named and right with."""
    model = build(
        "(float[4,64] x) => (float[4,64] y)",
        "a = MatMul(x, large) b = Relu(a) y = MatMul(b, small)",
        f"float[64,64] large = {{{','.join(['40'] * 4096)}}}",
        f"float[64,64] small = {{{','.join(['0.0001'] * 4096)}}}",
    )
    x = uniform(4, 64, low=60, high=100)
    ranges = calibrate(model, [{"x": x}], method="minmax")
    expected = Reference(model).run({"x": x})["y"]
    assert not np.isfinite(Session(tpu_mlir.compile(model, precision="f16")).run({"x": x})["y"]).all()
    for fallback, tolerance in (("bf16", TOLERANCES["bf16"]), ("f32", TOLERANCES["f16"])):
        with pytest.warns(TpuMlirWarning, match=rf"reaches .* in calibration, .* infinite in 'f16'.* '{fallback}'"):
            bmodel = tpu_mlir.compile(model, precision="f16", ranges=ranges, fallback=fallback)
        found = Session(bmodel).run({"x": x})["y"]
        assert np.abs(found / expected - 1).max() < tolerance
