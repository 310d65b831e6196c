"""The tests that ship with the onnx package, on every operator that can be imported.

Their expected outputs come from ONNX's reference implementations and, on disk, from PyTorch. The round trip through
`top` has to reproduce them, within the tolerance of the test. The three modules of pooling node tests are left out
because making their data takes 15 s; PyTorch's pooling tests stand in for them.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import numpy as np
import onnx
import onnx.backend.test
import pytest
from onnx import numpy_helper
from onnx.backend.test.case import node as node_tests
from tpu_mlir._mlir import ir
from tpu_mlir.errors import ModelError
from tpu_mlir.frontend.onnx import import_model
from tpu_mlir.frontend.onnx.registry import supported
from tpu_mlir.frontend.onnx.tensors import Array, border
from tpu_mlir.reference import Reference
from tpu_mlir.testing import clean, compare

SLOW = {"averagepool", "lppool", "maxpool"}
DATA = Path(onnx.backend.test.__file__).parent / "data"

# Why a test is refused, or why its result differs: by reason, the beginnings of the tests' names.
NEEDS_CONSTANT = "depends on the network's inputs|expects a constant condition"
REFUSED = {
    "test_constantofshape_": NEEDS_CONSTANT,
    "test_roialign_mode_max": "expects the mode avg, found max",
    "test_equal_string_": "has element type object, which is not supported",
    "test_if": NEEDS_CONSTANT,
    "test_nonzero_example": NEEDS_CONSTANT,
    "test_pow_types_int64_float32": "expects an integer exponent",
    "test_pow_types_int32_float32": "expects an integer exponent",
}
NOT_COMPARED = {
    "test_attention_3d_causal_bf16_": "ONNX Runtime takes no bf16 from NumPy",
    "test_attention_4d_attn_mask_causal_bf16_": "ONNX Runtime takes no bf16 from NumPy",
    "test_attention_4d_causal_bf16_": "ONNX Runtime takes no bf16 from NumPy",
    "test_attention_4d_causal_padded_kv_bf16_": "ONNX Runtime takes no bf16 from NumPy",
    "test_attention_4d_padded_kv_bf16_": "ONNX Runtime takes no bf16 from NumPy",
    "test_celu_bfloat16_": "ONNX Runtime takes no bf16 from NumPy",
    "test_einsum_batch_matmul_bfloat16": "ONNX Runtime takes no bf16 from NumPy",
    "test_einsum_sum_bfloat16": "ONNX Runtime takes no bf16 from NumPy",
    "test_einsum_transpose_bfloat16": "ONNX Runtime takes no bf16 from NumPy",
    "test_reversesequence_bfloat16": "ONNX Runtime takes no bf16 from NumPy",
    **{
        f"test_bitshift_{side}_int{bits}_": "ONNX Runtime has no BitShift of this type"
        for side in ("left", "right")
        for bits in (8, 16, 32, 64)
    },
    **{f"test_bitshift_{side}_uint16": "ONNX Runtime 1.30 has no BitShift of this type" for side in ("left", "right")},
    **{f"test_mod_float{bits}_mixed_sign_fmod_0": "ONNX Runtime has it with fmod only" for bits in (16, 32, 64)},
    "test_mod_float_edge_cases_fmod_0_": "ONNX Runtime has it with fmod only",
    "test_reduce_max_empty_set_bool": "ONNX Runtime has no ReduceMax over nothing of this type",
    "test_max_int16": "ONNX Runtime has no Max of this type",
    "test_max_uint16": "ONNX Runtime has no Max of this type",
    "test_min_int16": "ONNX Runtime has no Min of this type",
    "test_min_uint16": "ONNX Runtime has no Min of this type",
}


@dataclass(frozen=True, eq=False)
class Shipped:
    """A model with inputs and expected outputs."""

    name: str
    model: onnx.ModelProto
    inputs: list[Array]
    outputs: list[Array]
    relative: float


def node_cases() -> Iterator[Shipped]:
    """Make the node tests of the supported operators; the modules compute them when they are imported."""
    names = {op.lower() for _, op in supported()} - SLOW
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for module in iter_modules(node_tests.__path__):
            if module.name.replace("_", "") in names:
                import_module(f"{node_tests.__name__}.{module.name}")
    for found in node_tests._NodeTestCases:
        (inputs, outputs), *_ = found.data_sets
        if all(isinstance(item, np.ndarray) for item in (*inputs, *outputs)):
            yield Shipped(found.name, found.model, list(inputs), list(outputs), max(found.rtol, 1e-3))


def disk_cases() -> Iterator[Shipped]:
    """Read the tests that were exported from PyTorch."""
    for folder in sorted(DATA.glob("pytorch-*/*")):
        data = folder / "test_data_set_0"
        arrays = [
            [
                numpy_helper.to_array(onnx.load_tensor(data / f"{kind}_{index}.pb"))
                for index in range(len(list(data.glob(f"{kind}_*.pb"))))
            ]
            for kind in ("input", "output")
        ]
        yield Shipped(folder.name, onnx.load(folder / "model.onnx"), arrays[0], arrays[1], 1e-3)


def constant_operands(model: onnx.ModelProto, inputs: list[Array]) -> onnx.ModelProto:
    """Return the model with every input but the first as an initializer: axes, shapes and the like must be known."""
    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    names = [value.name for value in changed.graph.input][1:]
    changed.graph.initializer.extend(
        numpy_helper.from_array(array, name) for name, array in zip(names, inputs[1:], strict=True)
    )
    return changed


def import_either_way(case: Shipped) -> ir.Module:
    """Import a model with all operands as network inputs or, where some must be known, with constant ones."""
    try:
        return import_model(case.model)
    except ModelError as error:
        if "constant" not in str(error):
            raise
    return import_model(constant_operands(case.model, case.inputs))


CASES = [*node_cases(), *disk_cases()]


def known(table: dict[str, str], name: str) -> str | None:
    """Return the entry whose key the name is, or begins with where the key ends in an underscore."""
    return next(
        (why for key, why in table.items() if name == key or (key[-1] == "_" and f"{name}_".startswith(key))), None
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_round_trip(case: Shipped) -> None:
    if reason := known(REFUSED, case.name):
        with pytest.raises(ModelError, match=reason):
            import_either_way(case)
        return
    if reason := known(NOT_COMPARED, case.name):
        pytest.skip(reason)
    module = import_either_way(case)
    names = [str(entry["top.name"]).strip('"') for entry in module.body.operations[0].attributes["arg_attrs"]]
    values = {value.name: array for value, array in zip(case.model.graph.input, case.inputs, strict=False)}
    feeds = {name: values[name].astype(border(values[name].dtype)) for name in names}
    for _ in range(2):
        found = Reference(module).run(feeds)
        for value, array in zip(case.model.graph.output, case.outputs, strict=True):
            compare(value.name, found[value.name], array.astype(border(array.dtype)), case.relative)
        clean(module)


def test_most_are_there() -> None:
    """Guard against an empty collection: onnx 1.17 and later ship more than 700 of them."""
    assert len(CASES) > 700
