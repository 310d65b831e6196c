"""ONNX Runtime's contributed operators, against ONNX Runtime."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tpu_mlir.errors import ModelError
from tpu_mlir.frontend.onnx import import_model
from tpu_mlir.frontend.onnx.schemas.versions import MICROSOFT
from tpu_mlir.frontend.onnx.session import Session as OnnxRuntime
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.reference import Reference
from tpu_mlir.testing import Fixed, NodeCase, Operand, case, check_round_trip, uniform

X, SKIP, BIAS = uniform(2, 3, 8), uniform(2, 3, 8, seed=1), Fixed(uniform(8, seed=2))
SCALE, SHIFT = Fixed(uniform(8, low=0.5, seed=3)), Fixed(uniform(8, seed=4))
IMAGE, FILTER = uniform(1, 3, 6, 7), Fixed(uniform(4, 3, 3, 3, seed=5))


def microsoft(op: str, *operands: Operand, outputs: int = 1, **attributes: object) -> NodeCase:
    return case(op, *operands, domain=MICROSOFT, outputs=outputs, **attributes)


ACTIVATIONS = [
    microsoft("Gelu", X),
    microsoft("BiasGelu", X, BIAS),
    microsoft("FastGelu", X),
    microsoft("FastGelu", X, BIAS),
    microsoft("QuickGelu", X),
    microsoft("QuickGelu", X, alpha=1.5),
]
NORMS = [
    case("SimplifiedLayerNormalization", X, SCALE),
    case("SimplifiedLayerNormalization", X, Fixed(uniform(3, 8)), axis=1, epsilon=1e-3),
    microsoft("SkipLayerNormalization", X, SKIP, SCALE),
    microsoft("SkipLayerNormalization", X, SKIP, SCALE, SHIFT, BIAS, epsilon=1e-5),
    microsoft("SkipSimplifiedLayerNormalization", X, SKIP, SCALE),
    microsoft("SkipSimplifiedLayerNormalization", X, SKIP, SCALE, BIAS, epsilon=1e-5),
]
CONVS = [
    microsoft("FusedConv", IMAGE, FILTER),
    microsoft("FusedConv", IMAGE, FILTER, Fixed(uniform(4)), uniform(1, 4, 6, 7), activation="Relu", pads=[1] * 4),
    *(
        microsoft("FusedConv", IMAGE, FILTER, activation=name, activation_params=values, strides=[2, 2])
        for name, values in (("LeakyRelu", [0.25]), ("Clip", [-0.5, 1.0]), ("HardSigmoid", [0.25, 0.5]))
    ),
    *(microsoft("FusedConv", IMAGE, FILTER, activation=name) for name in ("Tanh", "Sigmoid")),
]
PRODUCTS = [
    microsoft("FusedMatMul", uniform(2, 4, 3), uniform(2, 4, 5), transA=1, alpha=0.5),
    microsoft("FusedMatMul", uniform(2, 3, 4), Fixed(uniform(2, 5, 4)), transB=1),
    microsoft("FusedMatMul", uniform(3, 2, 4), uniform(2, 4, 5), transBatchA=1),
    microsoft("FusedMatMul", uniform(2, 3, 4), uniform(5, 2, 4), transBatchB=1, transB=1),
    microsoft("FusedGemm", uniform(4, 3), Fixed(uniform(4, 5)), Fixed(uniform(5)), transA=1, activation="Relu"),
    microsoft(
        "FusedGemm",
        uniform(3, 4),
        Fixed(uniform(4, 5)),
        Fixed(uniform(5)),
        activation="LeakyRelu",
        activation_alpha=0.2,
    ),
]


RANDOM = np.random.default_rng(3)
PIXELS = RANDOM.integers(0, 256, (1, 3, 6, 6), dtype=np.uint8)
IN = (Fixed(np.float32(0.02)), Fixed(np.uint8(120)))
OUT = (Fixed(np.float32(0.01)), Fixed(np.uint8(110)))
ROWS, COLUMNS = (
    RANDOM.integers(0, 256, (3, 8), dtype=np.uint8),
    Fixed(RANDOM.integers(-128, 128, (8, 5), dtype=np.int8)),
)
QUANTIZED = [
    microsoft("QLinearAveragePool", PIXELS, *IN, *OUT, kernel_shape=[2, 2], strides=[2, 2]),
    NodeCase(
        "QLinearSoftmax",
        (PIXELS, *IN, Fixed(np.float32(1 / 256)), Fixed(np.uint8(0))),
        attributes={"axis": -1, "opset": 13},
        domain=MICROSOFT,
    ),
    microsoft("QLinearWhere", PIXELS > 99, PIXELS, *IN, PIXELS[..., ::-1].copy(), *OUT, *OUT),
]
BIAS5 = Fixed(uniform(5))
DYNAMIC = [
    microsoft("MatMulIntegerToFloat", ROWS, COLUMNS, IN[0], OUT[0], IN[1], None, BIAS5),
]


def packed(bits: int, rows: int, columns: int, block: int) -> list[Fixed]:
    """Return random weights of few bits in blocks, and their scales."""
    random = np.random.default_rng(bits)
    blocks = -(-columns // block)
    weight = random.integers(0, 256, (rows, blocks, block * bits // 8), dtype=np.uint8)
    return [Fixed(weight), Fixed(random.uniform(0.01, 0.1, rows * blocks).astype(np.float32))]


def zero_points(bits: int, rows: int, blocks: int) -> Fixed:
    return Fixed(np.random.default_rng(9).integers(0, 256, rows * -(-blocks * bits // 8), dtype=np.uint8))


FEW_BITS = [
    microsoft("MatMulNBits", uniform(2, 3, 64), *packed(4, 5, 64, 32), K=64, N=5, bits=4, block_size=32),
    microsoft(
        "MatMulNBits",
        uniform(3, 80),
        *packed(4, 5, 80, 32),
        zero_points(4, 5, 3),
        None,
        Fixed(uniform(5)),
        K=80,
        N=5,
        bits=4,
        block_size=32,
    ),
    microsoft("MatMulNBits", uniform(3, 64), *packed(8, 5, 64, 32), K=64, N=5, bits=8, block_size=32),
]


@pytest.mark.parametrize("item", ACTIVATIONS + NORMS + CONVS + PRODUCTS, ids=str)
def test_agrees_with_onnx_runtime(item: NodeCase) -> None:
    check_round_trip(item.model(), item.feeds())


@pytest.mark.parametrize("item", FEW_BITS, ids=str)
def test_weights_of_few_bits(item: NodeCase) -> None:
    """ONNX Runtime may quantise the other operand, too, to 8 bits: a step of 1/127 of its largest number."""
    check_round_trip(item.model(), item.feeds(), relative=1e-2)


@pytest.mark.parametrize("item", QUANTIZED, ids=str)
def test_quantized_agrees_within_a_step(item: NodeCase) -> None:
    """ONNX Runtime may compute the reals in another order, so that a number between two steps becomes the other."""
    expected = OnnxRuntime(item.model()).run(item.feeds())["out0"]
    found = Reference(import_model(item.model())).run(item.feeds())["out0"]
    assert found.dtype == expected.dtype
    assert np.abs(found.astype(int) - expected.astype(int)).max() <= 1


@pytest.mark.parametrize("item", DYNAMIC, ids=str)
def test_products_of_integers(item: NodeCase) -> None:
    check_round_trip(item.model(), item.feeds())


def test_sums_and_moments_are_results() -> None:
    item = microsoft("SkipLayerNormalization", X, SKIP, SCALE, SHIFT, BIAS, outputs=4)
    model = item.model()
    del model.graph.output[1:3]  # ONNX Runtime's processor kernel leaves them empty
    check_round_trip(model, item.feeds())


def embeddings(*, segments: bool, mask: bool, places: bool) -> tuple[onnx.ModelProto, dict[str, Array]]:
    """Return a model of one EmbedLayerNormalization with its ids as inputs."""
    random = np.random.default_rng(0)
    ids = {"ids": random.integers(0, 20, (2, 6)), "segment_ids": random.integers(0, 2, (2, 6))}
    ids |= {"mask": np.tri(2, 6, 3), "place_ids": random.integers(0, 8, (2, 6))}
    feeds = {
        name: array.astype(np.int32)
        for name, array in ids.items()
        if name == "ids" or {"segment_ids": segments, "mask": mask, "place_ids": places}[name]
    }
    tables = {"words": uniform(20, 8), "places": uniform(8, 8, seed=1), "segments": uniform(2, 8, seed=2)}
    tables |= {"scale": SCALE.array, "shift": SHIFT.array}
    names = ["ids", "segment_ids", "words", "places", "segments", "scale", "shift", "mask", "place_ids"]
    if not segments:
        tables.pop("segments")
    given = [name if name in feeds or name in tables else "" for name in names]
    results = ["y", "mask_index"]
    node = helper.make_node("EmbedLayerNormalization", given, results, name="node", domain=MICROSOFT)
    graph = helper.make_graph(
        [node],
        "g",
        [helper.make_tensor_value_info(name, TensorProto.INT32, array.shape) for name, array in feeds.items()],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(array, name) for name, array in tables.items()],
    )
    imports = [helper.make_opsetid("", 17), helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(graph, opset_imports=imports, ir_version=8), feeds


@pytest.mark.parametrize(
    ("segments", "mask", "places"), [(True, True, False), (False, False, False), (True, False, True)]
)
def test_embeddings(segments: bool, mask: bool, places: bool) -> None:
    check_round_trip(*embeddings(segments=segments, mask=mask, places=places))


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (microsoft("FusedConv", IMAGE, FILTER, activation="Elu"), "FusedConv with the activation Elu and parameters"),
        (
            microsoft("MatMulNBits", uniform(3, 64), *packed(4, 5, 64, 32), K=64, N=5, bits=3, block_size=32),
            "MatMulNBits expects 2, 4 or 8 bits and a positive block_size, found 3 and 32",
        ),
    ],
    ids=["activation", "bits"],
)
def test_refused(item: NodeCase, reason: str) -> None:
    with pytest.raises(ModelError, match=reason):
        import_model(item.model())
