//===- Reduce.td - Reductions along axes ------------------------*- tablegen -*-===//
#ifndef TPU_MLIR_TOP_REDUCE
#define TPU_MLIR_TOP_REDUCE

include "dialects/Top/TopBase.td"

def Top_ReduceKind : Top_Enum<"ReduceKind", "what a reduction computes", [
    I32EnumAttrCase<"Sum", 0, "sum">, I32EnumAttrCase<"Mean", 1, "mean">, I32EnumAttrCase<"Max", 2, "max">,
    I32EnumAttrCase<"Min", 3, "min">, I32EnumAttrCase<"Prod", 4, "prod">, I32EnumAttrCase<"L1", 5, "l1">,
    I32EnumAttrCase<"L2", 6, "l2">, I32EnumAttrCase<"LogSum", 7, "log_sum">,
    I32EnumAttrCase<"LogSumExp", 8, "log_sum_exp">, I32EnumAttrCase<"SumSquare", 9, "sum_square">]>;
def Top_ReduceKindAttr : EnumAttr<Top_Dialect, Top_ReduceKind, "reduce_kind">;

def Top_ReduceOp : Top_InferredOp<"reduce",
    [Top_OwnMagnitude, Top_ReadsWide, Top_PassesOverflow, Top_Refines, Top_TakesIntegers]> {
  let summary = "output = the sum, mean, .. of the elements along `axes`";
  let description = [{
    | kind | of the elements x |
    |---|---|
    | `sum`, `mean`, `max`, `min`, `prod` | as named |
    | `l1` | sum of abs(x) |
    | `l2` | square root of the sum of x^2 |
    | `log_sum` | ln of the sum of x |
    | `log_sum_exp` | ln of the sum of e^x |
    | `sum_square` | sum of x^2 |

    The result has the shape of `input` with the dimensions of `axes` removed, or 1 with `keepdims`. No axes: each
    element is reduced by itself.

    - (C1) Every axis is less than the rank of `input`.
    - (C2) Truth values have `max` and `min` only.

    Example: `%y = top.reduce mean %x axes = [2, 3] {keepdims} : (tensor<1x8x4x4xf32>) -> tensor<1x8x1x1xf32>`
  }];
  let arguments = (ins Top_AnyTensor:$input, Top_ReduceKindAttr:$kind, Top_Axes:$axes, UnitAttr:$keepdims);
  let results = (outs Top_AnyTensor:$output);
  let hasFolder = 1;
  let assemblyFormat = "$kind $input `axes` `=` $axes attr-dict `:` functional-type(operands, results)";
}

def Top_ArgKind : Top_Enum<"ArgKind", "which extremum is sought",
    [I32EnumAttrCase<"Max", 0, "max">, I32EnumAttrCase<"Min", 1, "min">]>;
def Top_ArgKindAttr : EnumAttr<Top_Dialect, Top_ArgKind, "arg_kind">;

def Top_ArgOp : Top_InferredOp<"arg", [Top_ReadsWide, Top_AbsorbsOverflow, Top_TakesIntegers]> {
  let summary = "output = index of the largest or smallest element along `axis`";
  let description = [{
    The result has the shape of `input` with dimension `axis` removed, or 1 with `keepdims`. Of equal elements the
    first counts, or with `select_last_index` the last.

    - (C1) `axis` is less than the rank of `input`.
    - (C2) Where the result has elements, so has the dimension `axis`.

    Example: `%y = top.arg max %x {axis = 1 : i64} : (tensor<1x1000xf32>) -> tensor<1xi64>`
  }];
  let arguments = (ins Top_NumericTensor:$input, Top_ArgKindAttr:$kind, Top_Axis:$axis, UnitAttr:$keepdims,
                       UnitAttr:$select_last_index);
  let results = (outs StaticShapeTensorOf<[I64]>:$output);
  let assemblyFormat = "$kind $input attr-dict `:` functional-type(operands, results)";
}

def Top_CumSumOp : Top_InferredOp<"cumsum", [Top_OwnMagnitude, Top_ReadsWide, Top_Refines, Top_TakesIntegers],
    "inferAlongAxis(emit, adaptor.getInput(), adaptor.getAxis(), types)"> {
  let summary = "output[i] = sum over j <= i of input[j], along `axis`";
  let description = [{
    Any shape, which the result keeps. `exclusive`: j < i. `reverse`: from the end, j >= i (both: j > i).

    - (C1) `axis` is less than the rank of `input`.

    Example: `%y = top.cumsum %x {axis = 1 : i64, exclusive} : (tensor<2x8xf32>) -> tensor<2x8xf32>`
  }];
  let arguments = (ins Top_NumericTensor:$input, Top_Axis:$axis, UnitAttr:$exclusive, UnitAttr:$reverse);
  let results = (outs Top_NumericTensor:$output);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

#endif
