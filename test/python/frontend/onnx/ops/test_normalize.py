"""Normalisations, imported and written back, against ONNX Runtime."""

import numpy as np
import pytest
from onnx.reference import ReferenceEvaluator
from tpu_mlir.testing import Fixed, NodeCase, case, check_round_trip, uniform

X = uniform(2, 6, 4, 5)
PER_CHANNEL = [Fixed(uniform(6, low=0.5, seed=seed)) for seed in range(4)]
S, B = uniform(5, seed=1), uniform(5, seed=2)

VOLUME = uniform(2, 6, 3, 4, 5)
NORMS = [
    *(case("BatchNormalization", X, *PER_CHANNEL, opset=opset, epsilon=1e-3) for opset in (7, 9, 14, 15)),
    case("BatchNormalization", uniform(3, 6), *PER_CHANNEL),
    case("BatchNormalization", VOLUME, *PER_CHANNEL),
    *(case("InstanceNormalization", x, *PER_CHANNEL[:2], epsilon=1e-3) for x in (X, VOLUME)),
    case("GroupNormalization", X, Fixed(uniform(3)), Fixed(uniform(3, seed=1)), opset=18, num_groups=3),
    case("GroupNormalization", X, *PER_CHANNEL[:2], opset=21, num_groups=2, epsilon=1e-3),
    case("LayerNormalization", X, Fixed(S), Fixed(B)),
    case("LayerNormalization", X, Fixed(S)),
    case("LayerNormalization", X, Fixed(S), Fixed(B), outputs=3),
    case("LayerNormalization", X, Fixed(uniform(4, 5)), uniform(4, 5, seed=1), axis=2, epsilon=1e-2),
    *(case("LpNormalization", X, p=p, axis=axis) for p, axis in ((1, 1), (2, -1), (2, 0))),
    *(case("LRN", X, opset=opset, size=3) for opset in (7, 13)),
    case("LRN", X, size=5, alpha=0.5, beta=0.6, bias=2.0),
    *(case("MeanVarianceNormalization", X, opset=opset) for opset in (9, 13)),
    case("MeanVarianceNormalization", X, opset=13, axes=[1, 2]),
]


@pytest.mark.parametrize("tried", NORMS, ids=str)
def test_agrees_with_onnx_runtime(tried: NodeCase) -> None:
    check_round_trip(tried.model(), tried.feeds())


TRAINED = [
    case("BatchNormalization", X, *PER_CHANNEL, opset=opset, outputs=3, training_mode=1, momentum=0.7, epsilon=1e-3)
    for opset in (14, 15)
]


@pytest.mark.parametrize("tried", TRAINED, ids=str)
def test_training_takes_the_statistics_of_the_batch(tried: NodeCase) -> None:
    """ONNX Runtime does not train."""
    wanted = ReferenceEvaluator(tried.model()).run(None, tried.feeds())
    expected = {f"out{index}": np.asarray(array, np.float32) for index, array in enumerate(wanted)}
    check_round_trip(tried.model(), tried.feeds(), expected=expected)
