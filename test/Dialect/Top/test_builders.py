"""The Python builders infer the result types that ONNX's own shape inference finds, and refuse what it cannot mean."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import onnx
import pytest
from onnx import TensorProto, helper
from tpu_mlir._mlir import ir
from tpu_mlir._mlir.dialects import top

OPSET = 21
SUFFIX = {TensorProto.FLOAT: "f32", TensorProto.INT64: "i64", TensorProto.BOOL: "i1", TensorProto.UINT8: "ui8"}
Shape = tuple[int, ...]
Build = Callable[..., Any]


@dataclass(frozen=True)
class Case:
    """One ONNX node: shapes of its variable inputs, then constants, against the builder that stands for it."""

    op: str
    shapes: Sequence[Shape]
    build: Build
    attributes: dict[str, Any] = field(default_factory=dict)
    constants: Sequence[Sequence[int] | Sequence[float]] = ()
    types: Sequence[int] = ()
    outputs: int = 1


def onnx_types(case: Case) -> list[str]:
    """The result types by onnx.shape_inference, as MLIR writes them."""
    types = [*case.types, *[TensorProto.FLOAT] * len(case.shapes)]
    inputs = [helper.make_tensor_value_info(f"x{i}", types[i], shape) for i, shape in enumerate(case.shapes)]
    constants = [
        helper.make_tensor(
            f"c{i}",
            TensorProto.FLOAT if any(isinstance(v, float) for v in values) else TensorProto.INT64,
            [len(values)],
            values,
        )
        for i, values in enumerate(case.constants)
    ]
    names = [value.name for value in inputs] + [value.name if value.dims[0] else "" for value in constants]
    outputs = [f"y{i}" for i in range(case.outputs)]
    graph = helper.make_graph(
        [helper.make_node(case.op, names, outputs, **case.attributes)],
        "case",
        inputs,
        [helper.make_empty_tensor_value_info(name) for name in outputs],
        [value for value in constants if value.dims[0]],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    found = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True).graph.output
    assert all(value.type.tensor_type.HasField("shape") for value in found), "onnx found no shape"
    return [
        "tensor<"
        + "".join(f"{d.dim_value}x" for d in value.type.tensor_type.shape.dim)
        + SUFFIX[value.type.tensor_type.elem_type]
        + ">"
        for value in found
    ]


CONV = {"strides": [2, 1], "pads": [1, 0, 2, 1], "dilations": [1, 2], "group": 2}
POOL = {"kernel_shape": [3, 2], "strides": [2, 1], "pads": [1, 0, 1, 1], "dilations": [1, 2]}
NEAREST = (top.CoordinateTransformation.Asymmetric, top.NearestMode.Floor, -0.75)


def pool(build: Build, *more: Any, **flags: Any) -> Build:
    return lambda x: build(x, POOL["kernel_shape"], POOL["strides"], POOL["pads"], POOL["dilations"], *more, **flags)


CASES = [
    Case("Add", [(2, 8, 1), (8, 4)], top.add),
    Case("Pow", [(), (3, 1)], top.pow),
    Case("Mod", [(4,), (4,)], lambda a, b: top.mod(a, b, fmod=True), {"fmod": 1}),
    Case("Less", [(2, 1), (1, 3)], top.less),
    Case("Equal", [(2, 1), (1, 3)], top.equal),
    Case("And", [(4, 1), (4,)], top.and_, types=[TensorProto.BOOL, TensorProto.BOOL]),
    Case("Not", [(4, 1)], top.not_, types=[TensorProto.BOOL]),
    Case("Where", [(4, 1), (4,), ()], top.where, types=[TensorProto.BOOL]),
    Case("Exp", [(2, 3)], top.exp),
    Case("IsNaN", [(2, 3)], top.is_nan),
    Case("IsInf", [(2, 3)], lambda x: top.is_inf(x, detect_negative=True, detect_positive=True)),
    Case(
        "Cast",
        [(2, 3)],
        lambda x: top.cast(x, ir.IntegerType.get_unsigned(8)),
        {"to": TensorProto.UINT8},
    ),
    Case("LeakyRelu", [(2, 3)], lambda x: top.leaky_relu(x, 0.01), {"alpha": 0.01}),
    Case("Gelu", [(2, 3)], lambda x: top.gelu(x, top.GeluApproximation.Tanh), {"approximate": "tanh"}),
    Case("PRelu", [(1, 8, 4, 4), (8, 1, 1)], top.prelu),
    Case("Softmax", [(2, 3, 4)], lambda x: top.softmax(x, 1), {"axis": 1}),
    Case(
        "Conv",
        [(2, 4, 12, 11), (6, 2, 3, 2), (6,)],
        lambda x, w, b: top.conv(x, w, **CONV, bias=b, relu=True, relu_limit=6.0),
        CONV,
    ),
    Case("Conv", [(2, 4, 12), (8, 4, 3)], lambda x, w: top.conv(x, w, [1], [0, 0], [1], 1)),
    Case(
        "ConvTranspose",
        [(2, 4, 6, 5), (4, 3, 3, 2), (6,)],
        lambda x, w, b: top.conv_transpose(x, w, **CONV, output_padding=[1, 1], bias=b),
        CONV | {"output_padding": [1, 1]},
    ),
    Case("MatMul", [(5, 1, 2, 8), (3, 8, 4)], top.matmul),
    Case(
        "Gemm",
        [(2, 8), (4, 8), (4,)],
        lambda a, b, c: top.matmul(a, b, bias=c, transpose_rhs=True),
        {"transB": 1},
    ),
    Case("MaxPool", [(1, 3, 9, 10)], pool(top.max_pool), POOL),
    Case("AveragePool", [(1, 3, 9, 10)], pool(top.average_pool, count_include_pad=True), POOL),
    Case("LpPool", [(1, 3, 9, 10)], pool(top.lp_pool, 2), POOL | {"p": 2}),
    Case(
        "ReduceMean",
        [(2, 3, 4)],
        lambda x: top.reduce(x, top.ReduceKind.Mean, [0, 2]),
        {"keepdims": 0},
        constants=[[0, 2]],
    ),
    Case(
        "ReduceMax",
        [(2, 3, 4)],
        lambda x: top.reduce(x, top.ReduceKind.Max, [1], keepdims=True),
        constants=[[1]],
    ),
    Case("ArgMax", [(2, 3, 4)], lambda x: top.arg(x, top.ArgKind.Max, 1, keepdims=True), {"axis": 1}),
    Case("ArgMin", [(2, 3, 4)], lambda x: top.arg(x, top.ArgKind.Min, 2), {"axis": 2, "keepdims": 0}),
    Case("CumSum", [(2, 3)], lambda x: top.cumsum(x, 1, exclusive=True), {"exclusive": 1}, constants=[[1]]),
    Case("BatchNormalization", [(2, 3, 4), *[(3,)] * 4], lambda *x: top.batch_norm(*x, 1e-5)),
    Case("InstanceNormalization", [(2, 3, 4), (3,), (3,)], lambda *x: top.instance_norm(*x, 1e-5)),
    Case(
        "LayerNormalization",
        [(2, 6, 4), (4,), (4,)],
        lambda x, s, b: top.layer_norm(x, 2, 1e-5, scale=s, bias=b),
    ),
    Case("LpNormalization", [(2, 6)], lambda x: top.lp_normalization(x, 1, 2)),
    Case("LRN", [(2, 6, 4, 4)], lambda x: top.lrn(x, 5, 1e-4, 0.75, 1.0), {"size": 5}),
    Case("Reshape", [(2, 6)], lambda x: top.reshape(x, [3, 4]), constants=[[3, -1]]),
    Case("Transpose", [(2, 3, 4)], lambda x: top.transpose(x, [2, 0, 1]), {"perm": [2, 0, 1]}),
    Case("Expand", [(8, 1)], lambda x: top.expand(x, [2, 8, 4]), constants=[[2, 1, 4]]),
    Case("Tile", [(2, 3)], lambda x: top.tile(x, [1, 2]), constants=[[1, 2]]),
    Case("Concat", [(2, 3), (2, 5)], lambda *x: top.concat(x, 1), {"axis": 1}),
    Case("Split", [(2, 8)], lambda x: top.split(x, 1, [3, 5]), {"axis": 1}, constants=[[3, 5]], outputs=2),
    Case(
        "DepthToSpace",
        [(1, 12, 2, 3)],
        lambda x: top.depth_to_space(x, 2, top.DepthToSpaceMode.Crd),
        {"blocksize": 2, "mode": "CRD"},
    ),
    Case("SpaceToDepth", [(1, 3, 4, 6)], lambda x: top.space_to_depth(x, 2), {"blocksize": 2}),
    Case(
        "Slice",
        [(4, 9)],
        lambda x: top.slice(x, [0, 8], [4, 3], [1, -3]),
        constants=[[-1], [-100], [1], [-3]],
    ),
    Case(
        "Pad",
        [(4, 9)],
        lambda x: top.pad(x, top.PadMode.Reflect, [0, 1, 2, 3], 0.0),
        {"mode": "reflect"},
        constants=[[0, 1, 2, 3]],
    ),
    Case("Gather", [(4, 9), (2, 3)], lambda x, i: top.gather(x, i, 1), {"axis": 1}, types=[1, TensorProto.INT64]),
    Case(
        "GatherElements",
        [(4, 9), (2, 3)],
        lambda x, i: top.gather_elements(x, i, 1),
        {"axis": 1},
        types=[1, TensorProto.INT64],
    ),
    Case(
        "Resize",
        [(1, 2, 4, 4)],
        lambda x: top.resize(x, top.ResizeMode.Nearest, [1.0, 1.0, 2.0, 1.5], [1, 2, 8, 6], *NEAREST),
        {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"},
        constants=[[], [1.0, 1.0, 2.0, 1.5]],
    ),
]


@pytest.fixture
def module() -> Iterator[ir.Module]:
    with ir.Context(), ir.Location.name("node"):
        module = ir.Module.create()
        with ir.InsertionPoint(module.body):
            yield module


def tensor(shape: Shape, element: str = "f32") -> Any:
    """A value of the type, without a meaning."""
    kind = ir.Type.parse("tensor<" + "".join(f"{size}x" for size in shape) + element + ">")
    return ir.Operation.create("builtin.unrealized_conversion_cast", results=[kind]).result


@pytest.mark.parametrize("case", CASES, ids=[f"{i}-{case.op}" for i, case in enumerate(CASES)])
def test_inferred_types_are_those_of_onnx(module: ir.Module, case: Case) -> None:
    elements = [SUFFIX[t] for t in case.types] + ["f32"] * len(case.shapes)
    result = case.build(*[tensor(shape, element) for shape, element in zip(case.shapes, elements, strict=False)])
    results = [result] if case.outputs == 1 else list(result)
    assert [str(value.type) for value in results] == onnx_types(case)
    assert module.operation.verify()


def errors_of(module: ir.Module, build: Build) -> str:
    """What a builder says that must fail."""
    messages: list[str] = []

    def collect(diagnostic: ir.Diagnostic) -> bool:
        messages.append(f"{diagnostic.location} {diagnostic.message}")
        return True

    handler = module.context.attach_diagnostic_handler(collect)
    with pytest.raises(Exception):  # noqa: B017 - the bindings raise ValueError or MLIRError
        build()
    handler.detach()
    return "\n".join(messages)


def test_builder_names_the_node_and_the_constraint(module: ir.Module) -> None:
    x, w = tensor((1, 3, 8, 8)), tensor((4, 4, 3, 3))
    errors = errors_of(module, lambda: top.conv(x, w, [1, 1], [0, 0, 0, 0], [1, 1], 1))
    expected = "'top.conv' op expects 4 input channels (4 of the filter in 1 groups), but found 3 (C3)"
    assert errors == f'loc("node") {expected}'


def test_builder_refuses_operands_without_a_shape(module: ir.Module) -> None:
    x, y = (
        tensor((2,)),
        ir.Operation.create("builtin.unrealized_conversion_cast", results=[ir.Type.parse("tensor<?xf32>")]).result,
    )
    errors = errors_of(module, lambda: top.add(x, y))
    assert errors == ("loc(\"node\") 'top.add' op expects statically shaped tensors, but operand #1 is 'tensor<?xf32>'")


def test_builder_refuses_a_bad_attribute(module: ir.Module) -> None:
    errors = errors_of(module, lambda: top.softmax(tensor((2, 3)), -1))
    assert "attribute 'axis' failed to satisfy constraint" in errors


def test_concat_needs_an_input(module: ir.Module) -> None:
    assert "'top.concat' op expects at least one input (C1)" in errors_of(module, lambda: top.concat([], 0))


def test_inference_without_an_operation_reads_attributes(module: ir.Module) -> None:
    interface = ir.InferTypeOpInterface(top.SoftmaxOp)
    axis = ir.IntegerAttr.get(ir.IntegerType.get_signless(64), 1)
    attributes = ir.DictAttr.get({"axis": axis})
    [kind] = interface.inferReturnTypes([tensor((2, 3))], attributes)
    assert str(kind) == "tensor<2x3xf32>"


def test_normalizations_keep_the_type(module: ir.Module) -> None:
    """Where ONNX infers nothing by itself, its specification says: the output has the shape of the input."""
    x, c, last = tensor((2, 6, 4)), tensor((6,)), tensor((4,))
    results = [top.group_norm(x, c, c, 2, 1e-5), top.layer_norm(x, 1, 1e-5), top.rms_norm(x, 2, 1e-5, scale=last)]
    assert [str(value.type) for value in results] == ["tensor<2x6x4xf32>"] * 3
    assert module.operation.verify()
