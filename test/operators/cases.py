"""All cases that the importer's tests try, by family, and those that cannot be compiled yet, with the reason."""

from collections.abc import Mapping

from python.frontend.onnx.ops import (
    test_activation,
    test_constant,
    test_conv,
    test_einsum,
    test_elementwise,
    test_gather,
    test_matmul,
    test_normalize,
    test_pool,
    test_recurrent,
    test_reduce,
    test_resize,
    test_shape,
    test_slice,
    test_vision,
)
from tpu_mlir.testing import NodeCase

FAMILIES: Mapping[str, list[NodeCase]] = {
    "elementwise": [
        *test_elementwise.UNARY,
        *test_elementwise.BINARY,
        *test_elementwise.CHAINS,
        *test_elementwise.CLIPS,
        *test_elementwise.CASTS,
    ],
    "activation": [*test_activation.PLAIN, *test_activation.AXES],
    "conv": [*test_conv.CONV, *test_conv.TRANSPOSED],
    "einsum": test_einsum.EINSUM,
    "matmul": [*test_matmul.MATMUL, *test_matmul.GEMM, *test_matmul.DET],
    "pool": [*test_pool.MAX, *test_pool.PLACES, *test_pool.AVERAGE, *test_pool.OTHER],
    "reduce": [*test_reduce.REDUCE, *test_reduce.ARG, *test_reduce.CUMSUM],
    "normalize": test_normalize.NORMS,
    "shape": [*test_shape.ARRANGED, *test_shape.JOINED],
    "recurrent": test_recurrent.RECURRENT,
    "slice": [*test_slice.SLICES, *test_slice.PADS],
    "gather": [
        *test_gather.GATHERS,
        *test_gather.GATHER_ND,
        *test_gather.SCATTERS,
        *test_gather.COMPUTED,
        *test_gather.UNPOOLED,
        *test_gather.ORDERS,
        *test_gather.HOT,
    ],
    "resize": [*test_resize.OLD, *test_resize.NEW, *test_resize.CROPPED],
    "vision": [*test_vision.COLUMNS, *test_vision.SAMPLED, *test_vision.ALIGNED],
    "constant": test_constant.CONSTANTS,
}

REFUSED: tuple[tuple[str, str], ...] = (  # the beginning of a case's name; part of the message
    ("Pow-17(2x2,2)", "its numbers of 64 bits may leave the 32 in which the chip carries them"),
)


def refusal(tried: NodeCase) -> str | None:
    """Return why a case cannot be compiled; nothing if it can be."""
    return next((reason for start, reason in REFUSED if str(tried).startswith(start)), None)
