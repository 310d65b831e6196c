//===- Slice.td - Parts of a tensor, and more around it ---------*- tablegen -*-===//
#ifndef TPU_MLIR_TOP_SLICE
#define TPU_MLIR_TOP_SLICE

include "dialects/Top/TopBase.td"

def Top_SliceOp : Top_InferredOp<"slice", !listconcat([Top_TakesIntegers]<Trait>, Top_Moves)> {
  let summary = "output[i_0, ..] = input[offsets[0] + i_0 * strides[0], ..]";
  let description = [{
    The arrays cover every dimension; ONNX's starts, ends and axes are resolved into them. A stride may be negative.
    The result has the dimensions `sizes`.

    - (C1) `offsets`, `sizes` and `strides` have as many elements as `input` has dimensions.
    - (C2) No stride is zero.
    - (C3) Where the result has elements, the first and the last of every dimension lie inside of `input`.

    Example: `%y = top.slice %x offsets = [0, 1] sizes = [1, 4] strides = [1, 2] : (tensor<1x8xf32>) -> tensor<1x4xf32>`
  }];
  let arguments = (ins Top_AnyTensor:$input, Top_NonNegativeInts:$offsets, Top_NonNegativeInts:$sizes,
                       DenseI64ArrayAttr:$strides);
  let results = (outs Top_AnyTensor:$output);
  let hasFolder = 1;
  let hasCanonicalizer = 1;
  let assemblyFormat = [{
    $input `offsets` `=` $offsets `sizes` `=` $sizes `strides` `=` $strides
    attr-dict `:` functional-type(operands, results)
  }];
}

def Top_PadMode : Top_Enum<"PadMode", "what stands around the input", [
    I32EnumAttrCase<"Constant", 0, "constant">, I32EnumAttrCase<"Reflect", 1, "reflect">,
    I32EnumAttrCase<"Edge", 2, "edge">, I32EnumAttrCase<"Wrap", 3, "wrap">]>;
def Top_PadModeAttr : EnumAttr<Top_Dialect, Top_PadMode, "pad_mode">;

def Top_PadOp : Top_InferredOp<"pad", !listconcat([Top_TakesIntegers]<Trait>, Top_Moves)> {
  let summary = "output[i_0, ..] = input[i_0 - pads[0], ..] inside of the input, and by `mode` outside";
  let description = [{
    `pads` holds the begins of all dimensions, then the ends. Outside stand: `constant`, the `value`; `reflect`, the
    input mirrored at its first and last element, which are not repeated; `edge`, the nearest element; `wrap`, the
    input again. Negative pads of ONNX become a `top.slice`.

    - (C1) `pads` has twice as many elements as `input` has dimensions.
    - (C2) With `reflect`, a pad is less than its dimension; with `wrap`, at most its dimension.
    - (C3) With `edge`, a padded dimension is not empty.

    Example: `%y = top.pad constant %x pads = [0, 1, 0, 1] {value = 0.0 : f32} : (tensor<1x8xf32>) -> tensor<1x10xf32>`
  }];
  let arguments = (ins Top_AnyTensor:$input, Top_PadModeAttr:$mode, Top_NonNegativeInts:$pads, F32Attr:$value);
  let results = (outs Top_AnyTensor:$output);
  let hasFolder = 1;
  let assemblyFormat = "$mode $input `pads` `=` $pads attr-dict `:` functional-type(operands, results)";
}

#endif
