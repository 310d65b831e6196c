"""Constants in all spellings, and what follows from static shapes."""

import numpy as np
import pytest
from onnx import numpy_helper
from tpu_mlir.errors import ModelError
from tpu_mlir.frontend.onnx import import_model
from tpu_mlir.testing import Fixed, NodeCase, case, check_round_trip, integers, uniform

X = uniform(2, 3, 4)
TENSOR = numpy_helper.from_array(uniform(2, 2))

LIMITS = [Fixed(np.array(value, np.float32)) for value in (1, 7, 2)]
NEWEST = [case("Range", *LIMITS, opset=27)]  # newer than some ONNX Runtimes

CONSTANTS = [
    *(case("Constant", opset=opset, value=TENSOR) for opset in (7, 9, 11, 12, 13, 19, 21)),
    case("Constant", opset=12, value_float=1.5),
    case("Constant", opset=12, value_floats=[1.5, 2.5]),
    case("Constant", opset=13, value_int=3),
    case("Constant", opset=13, value_ints=[3, -4]),
    *(case("Shape", X, opset=opset) for opset in (7, 13, 15, 19, 21)),
    case("Shape", X, opset=15, start=-2),
    case("Shape", X, opset=15, start=1, end=-1),
    *(case("Size", X, opset=opset) for opset in (7, 13, 19, 21)),
    case("EyeLike", uniform(3, 4), opset=9, k=1),
    case("EyeLike", uniform(3, 4), opset=9, dtype=7),
    *(case("ConstantOfShape", integers([2, 3]), opset=opset) for opset in (9, 20, 21)),
    case("ConstantOfShape", integers([2]), value=numpy_helper.from_array(np.array([7], np.int64))),
    case("Range", *LIMITS, opset=11),
    *(case("NonZero", Fixed(np.array([0, 1, 1], np.float32)), opset=opset) for opset in (9, 13)),
]


@pytest.mark.parametrize("tried", CONSTANTS, ids=lambda tried: f"{tried.op}-{tried.opset}")
def test_agrees_with_onnx_runtime(tried: NodeCase) -> None:
    module = check_round_trip(tried.model(), tried.feeds())
    operations = {op.operation.name for op in module.body.operations[0].regions[0].blocks[0].operations}
    assert operations == {"top.weight", "func.return"}


@pytest.mark.parametrize("tried", NEWEST, ids=str)
def test_newest_range(tried: NodeCase) -> None:
    try:
        module = import_model(tried.model())
    except ModelError as error:
        if "Current official support for domain ai.onnx is till opset" not in str(error):
            raise
        pytest.skip("this ONNX Runtime, which folds constants, does not know the opset")
    constant = module.body.operations[0].regions[0].blocks[0].operations[0]
    assert constant.operation.name == "top.weight"
    assert str(constant.results[0].type) == "tensor<3xf32>"


@pytest.mark.parametrize("op", ["ConstantOfShape", "NonZero"])
def test_refuses_shapes_that_are_computed(op: str) -> None:
    tried = case(op, np.array([2, 3], np.int64), opset=13)
    with pytest.raises(ModelError, match=f"'node': {op} gives a shape that depends on the network's inputs"):
        import_model(tried.model())
