"""Each operator through every stage: ONNX to bmodel to the simulated chip, against ONNX Runtime.

Every run looks for races and uninitialised memory. Two tensors agree if they differ by at most the tolerance times the
largest magnitude expected. In f32 only the order of sums and the last bits of functions differ. In f16 operands and
results are rounded to 2^-11 each; the entries of `WIDER` amplify that.
"""

import functools

import pytest
import tpu_mlir
from operators.cases import FAMILIES, refusal
from tpu_mlir.errors import CompileError
from tpu_mlir.frontend.onnx.session import Session as OnnxRuntime
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.runtime import Session
from tpu_mlir.testing import NodeCase, compare

TOLERANCES = {"f32": 1e-6, "f16": 2e-3}
WIDER = {
    "Tan-13": 2e-2,  # next to a pole, where the slope is 23
    "ReduceProd-18(2x3x4x5)": 5e-2,  # a product of 120 rounded numbers
}
BEYOND_F16 = "Round-17(6)"  # one of its inputs is 1e9

CASES = [pytest.param(case, id=f"{family}-{case}") for family, cases in FAMILIES.items() for case in cases]


@functools.cache
def expected(tried: NodeCase) -> dict[str, Array]:
    """Return what ONNX Runtime computes."""
    return OnnxRuntime(tried.model()).run(tried.feeds())


@pytest.mark.parametrize("precision", TOLERANCES)
@pytest.mark.parametrize("tried", CASES)
def test_agrees_with_onnx_runtime_or_is_refused(tried: NodeCase, precision: str) -> None:
    reason = refusal(tried)
    if reason is not None:
        with pytest.raises(CompileError) as caught:
            tpu_mlir.compile(tried.model(), precision=precision, host=False)
        assert reason in str(caught.value)
        return
    if precision == "f16" and str(tried) == BEYOND_F16:
        pytest.skip("holds a number that f16 does not have")
    compiled = tpu_mlir.compile(tried.model(), precision=precision, host=False)
    session = Session(compiled, check_races=True, check_uninitialised=True, threads=1)
    found = session.run(session.convert(tried.feeds()))
    assert found.keys() == expected(tried).keys()
    wider = (tolerance for start, tolerance in WIDER.items() if precision == "f16" and str(tried).startswith(start))
    for name, array in expected(tried).items():
        compare(name, found[name].astype(array.dtype), array, next(wider, TOLERANCES[precision]))


def test_cases_reach_every_family() -> None:
    """Guards against lists that became empty: most cases can be compiled."""
    compiled = {family: sum(refusal(c) is None for c in cases) for family, cases in FAMILIES.items()}
    assert min(compiled.values()) > 0 and sum(compiled.values()) > 400
