"""ONNX Runtime's contributed attention, against ONNX Runtime."""

import numpy as np
import pytest
from tpu_mlir.errors import ModelError
from tpu_mlir.frontend.onnx import import_model
from tpu_mlir.frontend.onnx.schemas.versions import MICROSOFT
from tpu_mlir.testing import Fixed, NodeCase, Operand, case, check_round_trip, uniform

BATCH, LENGTH, HEADS, SIZE, PAST = 2, 5, 4, 8, 3
WIDTH = HEADS * SIZE
X = uniform(BATCH, LENGTH, 12)
W, B = Fixed(uniform(12, 3 * WIDTH, seed=1)), Fixed(uniform(3 * WIDTH, seed=2))
Q, K, V = (uniform(BATCH, LENGTH, WIDTH, seed=seed) for seed in (3, 4, 5))
ENDS = np.array([5, 2], np.int32)
KEPT = (np.arange(LENGTH) < ENDS[:, None]).astype(np.int32)
BIAS = uniform(1, HEADS, LENGTH, LENGTH, seed=6)
PAST_K, PAST_V = (uniform(BATCH, HEADS, PAST, SIZE, seed=seed) for seed in (7, 8))


def microsoft(op: str, *operands: Operand, outputs: int = 1, **attributes: object) -> NodeCase:
    return case(op, *operands, domain=MICROSOFT, outputs=outputs, **attributes)


def angles(length: int, size: int = SIZE) -> tuple[Fixed, Fixed]:
    """Return cosines and sines [length, size / 2]."""
    turns = np.arange(length)[:, None] / 10.0 ** np.arange(size // 2)
    return Fixed(np.cos(turns).astype(np.float32)), Fixed(np.sin(turns).astype(np.float32))


ATTENTION = [
    microsoft("Attention", X, W, B, num_heads=HEADS),
    microsoft("Attention", X, W, B, num_heads=HEADS, unidirectional=1, scale=0.25),
    microsoft("Attention", X, W, B, ENDS, num_heads=HEADS),
    microsoft("Attention", X, W, B, KEPT, num_heads=HEADS),
    microsoft("Attention", X, W, B, KEPT[:, None].repeat(LENGTH, 1), num_heads=HEADS),
    microsoft("Attention", X, W, B, KEPT, None, BIAS, num_heads=HEADS),
    microsoft(
        "Attention",
        X,
        Fixed(uniform(12, 16 + 16 + 24)),
        Fixed(uniform(16 + 16 + 24)),
        num_heads=HEADS,
        qkv_hidden_sizes=[16, 16, 24],
    ),
    microsoft("Attention", X, W, B, None, np.stack([PAST_K, PAST_V]), num_heads=HEADS, unidirectional=1, outputs=2),
]
HEADED = [
    microsoft("MultiHeadAttention", Q, K, V, num_heads=HEADS),
    microsoft("MultiHeadAttention", Q, K, V, B, num_heads=HEADS),
    microsoft("MultiHeadAttention", Q, K, V, None, KEPT, num_heads=HEADS),
    microsoft("MultiHeadAttention", Q, K, V, B, KEPT, BIAS, num_heads=HEADS, scale=0.5),
    microsoft("MultiHeadAttention", Q, K, V, num_heads=HEADS, unidirectional=1),
    microsoft("MultiHeadAttention", Q, PAST_K, PAST_V, num_heads=HEADS),
    microsoft("MultiHeadAttention", Q, K, V, None, None, None, PAST_K, PAST_V, num_heads=HEADS, outputs=3),
]
Q16 = uniform(BATCH, LENGTH, HEADS * 16, seed=12)  # ONNX Runtime rotates multiples of 16
SHARED_K, SHARED_V = (uniform(BATCH, LENGTH, 2 * 16, seed=seed) for seed in (9, 10))
NONE, SOME = (uniform(BATCH, 2, count, 16, seed=11) for count in (0, PAST))


def lengths(keys: int) -> tuple[Fixed, Fixed]:
    return Fixed(np.full(BATCH, keys - 1, np.int32)), Fixed(np.array(keys, np.int32))


def grouped(*operands: Operand, **attributes: object) -> NodeCase:
    return microsoft("GroupQueryAttention", *operands, num_heads=HEADS, kv_num_heads=2, outputs=3, **attributes)


GROUPED = [
    grouped(Q16, SHARED_K, SHARED_V, None, None, *lengths(LENGTH)),
    grouped(Q16, SHARED_K, SHARED_V, None, None, *lengths(LENGTH), *angles(16, 16), do_rotary=1),
    grouped(uniform(BATCH, LENGTH, 8 * 16), None, None, None, None, *lengths(LENGTH), *angles(16, 16), do_rotary=1),
    grouped(
        Q16[:, :1], SHARED_K[:, :1], SHARED_V[:, :1], SOME, SOME, *lengths(PAST + 1), *angles(16, 16), do_rotary=1,
        rotary_interleaved=1,
    ),
]  # fmt: skip
PLACES = np.array([[0, 1, 2, 3, 4], [3, 1, 4, 1, 5]])
ROTARY = [
    microsoft("RotaryEmbedding", Q, Fixed(PLACES), *angles(8)),
    microsoft("RotaryEmbedding", Q, Fixed(PLACES), *angles(8), interleaved=1),
    microsoft("RotaryEmbedding", Q, Fixed(np.array([2])), *angles(8)),
    microsoft("RotaryEmbedding", uniform(BATCH, HEADS, LENGTH, SIZE), Fixed(PLACES), *angles(8)),
    microsoft("RotaryEmbedding", Q, Fixed(PLACES), *angles(8, 4), num_heads=HEADS, rotary_embedding_dim=4),
]


@pytest.mark.parametrize("item", ATTENTION + HEADED + GROUPED + ROTARY, ids=str)
def test_agrees_with_onnx_runtime(item: NodeCase) -> None:
    check_round_trip(item.model(), item.feeds(), relative=1e-5)


def test_groups_without_a_past_start_with_none() -> None:
    """Exporters write a past of no keys."""
    item = grouped(Q16, SHARED_K, SHARED_V, NONE, NONE, *lengths(LENGTH))
    check_round_trip(item.model(), item.feeds())


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (
            grouped(Q16, SHARED_K, SHARED_V, None, None, ENDS, Fixed(np.array(5, np.int32))),
            "expects a constant seqlens_k",
        ),
        (grouped(Q16, SHARED_K, SHARED_V, None, None, *lengths(3)), "expects sequences of 5 keys, found seqlens_k"),
        (grouped(Q16, SHARED_K, SHARED_V, None, None, *lengths(5), softcap=1.0), "expects no softcap"),
        (microsoft("Attention", X, W, B, np.zeros(6, np.int32), num_heads=HEADS), "expects a mask"),
        (microsoft("MultiHeadAttention", Q, num_heads=HEADS), "expects queries of rank 3, keys and values apart"),
    ],
    ids=["computed", "padded", "softcap", "mask", "packed"],
)
def test_refused(item: NodeCase, reason: str) -> None:
    with pytest.raises(ModelError, match=reason):
        import_model(item.model())
