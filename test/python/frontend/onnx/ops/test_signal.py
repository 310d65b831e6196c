"""Fourier transforms, imported and written back, against NumPy: ONNX Runtime's own are good to 1e-5 only."""

import numpy as np
import onnx
import pytest
from tpu_mlir.errors import ModelError
from tpu_mlir.frontend.onnx import import_model
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.testing import Fixed, NodeCase, case, check_round_trip, uniform

REAL, COMPLEX = uniform(2, 12, 1), uniform(2, 12, 2, seed=1)


def scalar(value: int) -> Fixed:
    return Fixed(np.array(value, np.int64))


DFT = [
    *(case("DFT", x, opset=17, **how) for x in (REAL, COMPLEX) for how in ({}, {"inverse": 1}, {"axis": -2})),
    case("DFT", REAL, opset=17, onesided=1),
    *(case("DFT", x, scalar(length), opset=17) for x in (REAL, COMPLEX) for length in (7, 16)),
    case("DFT", uniform(3, 5, 2), opset=17, axis=0),
    *(case("DFT", x, None, axis, opset=20) for x in (REAL, COMPLEX) for axis in (scalar(1), scalar(-2))),
    case("DFT", COMPLEX, opset=20),
    case("DFT", uniform(2, 3, 9, 1), scalar(11), scalar(2), opset=20, onesided=1),
    case("DFT", uniform(2, 8, 9, 2), None, scalar(1), opset=20, inverse=1),
    *(
        case("DFT", uniform(2, 8, 2), scalar(length) if length else None, opset=20, inverse=1, onesided=1)
        for length in (None, 14, 15, 9, 30)
    ),
]
SIGNAL = uniform(2, 40, 1)
WINDOW = np.hanning(12).astype(np.float32)
STFT = [
    case("STFT", SIGNAL, scalar(4), None, scalar(12)),
    case("STFT", SIGNAL, scalar(5), Fixed(WINDOW), scalar(12)),
    case("STFT", SIGNAL, scalar(8), WINDOW),
    case("STFT", SIGNAL, scalar(3), Fixed(WINDOW), onesided=0),
    case("STFT", uniform(1, 30, 2), scalar(6), Fixed(WINDOW), scalar(12), onesided=0),
]


def value(tried: NodeCase, index: int) -> Array | None:
    """Return an operand, nothing where the node lacks it."""
    found = tried.operands[index] if index < len(tried.operands) else None
    return found.array if isinstance(found, Fixed) else found


def expected(tried: NodeCase) -> dict[str, Array]:
    """Return what ONNX's pages say in terms of NumPy's transforms."""
    x = tried.operands[0]
    assert isinstance(x, np.ndarray)
    signal = x[..., 0] + 1j * x[..., 1] if x.shape[-1] == 2 else x[..., 0]
    if tried.op == "STFT":
        step, window, length = (value(tried, index) for index in (1, 2, 3))
        taps = np.ones(int(length)) if window is None else window
        starts = range(0, signal.shape[1] - taps.size + 1, int(step))
        frames = np.stack([signal[:, start : start + taps.size] * taps for start in starts], 1)
        half = tried.attributes.get("onesided", 1)
        found = np.fft.rfft(frames.real) if half else np.fft.fft(frames)
        return {"out0": np.stack([found.real, found.imag], -1).astype(np.float32)}
    length, given = value(tried, 1), value(tried, 2)
    axis = tried.attributes.get("axis", 1) if tried.opset < 20 else -2 if given is None else given
    size = None if length is None else int(length)
    where = int(axis) % x.ndim  # pyright: ignore[reportArgumentType]
    if tried.attributes.get("onesided") and tried.attributes.get("inverse"):
        return {"out0": np.fft.irfft(signal, size, where)[..., None].astype(np.float32)}
    transform = np.fft.ifft if tried.attributes.get("inverse") else np.fft.fft
    if tried.attributes.get("onesided"):
        transform = np.fft.rfft
    found = transform(signal, size, where)
    return {"out0": np.stack([found.real, found.imag], -1).astype(np.float32)}


@pytest.mark.parametrize("tried", DFT + STFT, ids=str)
def test_agrees_with_numpy(tried: NodeCase) -> None:
    check_round_trip(tried.model(), tried.feeds(), expected=expected(tried))


def test_long_transforms_are_refused() -> None:
    with pytest.raises(ModelError, match="at most 4194304 factors, found 4096 \\* 4096"):
        import_model(case("DFT", uniform(1, 4096, 1)).model())


@pytest.mark.parametrize("op", ["HannWindow", "HammingWindow", "BlackmanWindow"])
def test_a_window_of_known_size_is_a_constant(op: str) -> None:
    size = scalar(16)
    model = case(op, size).model()
    model.graph.node.append(onnx.helper.make_node("Mul", ["x", "out0"], ["y"]))
    model.graph.input.append(onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [16]))
    model.graph.output[0].name = "y"
    check_round_trip(model, {"x": uniform(16)})
