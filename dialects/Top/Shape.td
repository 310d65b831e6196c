//===- Shape.td - The same elements in another arrangement ------*- tablegen -*-===//
#ifndef TPU_MLIR_TOP_SHAPE
#define TPU_MLIR_TOP_SHAPE

include "dialects/Top/TopBase.td"

class Top_RearrangeOp<string mnemonic, dag parameters> : Top_InferredOp<mnemonic, !listconcat([Top_TakesIntegers]<Trait>, Top_Moves)> {
  let arguments = !con((ins Top_AnyTensor:$input), parameters);
  let results = (outs Top_AnyTensor:$output);
}

def Top_ReshapeOp : Top_RearrangeOp<"reshape", (ins Top_NonNegativeInts:$shape)> {
  let summary = "output = input in the same row-major order with dimensions `shape`";
  let description = [{
    Also ONNX's Squeeze, Unsqueeze and Flatten.

    - (C1) `input` has as many elements as `shape` says.

    Example: `%y = top.reshape %x shape = [1, 512] : (tensor<1x512x1x1xf32>) -> tensor<1x512xf32>`
  }];
  let hasFolder = 1;
  let hasCanonicalizer = 1;
  let assemblyFormat = "$input `shape` `=` $shape attr-dict `:` functional-type(operands, results)";
}

def Top_TransposeOp : Top_RearrangeOp<"transpose", (ins Top_NonNegativeInts:$perm)> {
  let summary = "output[i_perm[0], i_perm[1], ..] = input[i_0, i_1, ..]";
  let description = [{
    Dimension d of the result is dimension perm[d] of `input`.

    - (C1) `perm` is a permutation of 0 .. rank - 1.

    Example: `%y = top.transpose %x perm = [0, 2, 3, 1] : (tensor<1x3x8x9xf32>) -> tensor<1x8x9x3xf32>`
  }];
  let hasFolder = 1;
  let hasCanonicalizer = 1;
  let assemblyFormat = "$input `perm` `=` $perm attr-dict `:` functional-type(operands, results)";
}

def Top_ExpandOp : Top_RearrangeOp<"expand", (ins Top_NonNegativeInts:$shape)> {
  let summary = "output = input broadcast to dimensions `shape`";
  let description = [{
    `shape` is that of the result (ONNX's two-way broadcast is resolved).

    - (C1) Aligned at the last one, each dimension of `input` is 1 or that of `shape`.

    Example: `%y = top.expand %x shape = [2, 8, 4] : (tensor<8x1xf32>) -> tensor<2x8x4xf32>`
  }];
  let hasFolder = 1;
  let assemblyFormat = "$input `shape` `=` $shape attr-dict `:` functional-type(operands, results)";
}

def Top_TileOp : Top_RearrangeOp<"tile", (ins Top_NonNegativeInts:$repeats)> {
  let summary = "output[i_0, i_1, ..] = input[i_0 mod d_0, i_1 mod d_1, ..]";
  let description = [{
    Dimension d of the result is `repeats[d]` times that of `input`.

    - (C1) `repeats` has as many elements as `input` has dimensions.

    Example: `%y = top.tile %x repeats = [1, 2] : (tensor<2x8xf32>) -> tensor<2x16xf32>`
  }];
  let hasFolder = 1;
  let assemblyFormat = "$input `repeats` `=` $repeats attr-dict `:` functional-type(operands, results)";
}

def Top_ConcatOp : Top_InferredOp<"concat", !listconcat([Top_OneElementType, Top_TakesIntegers]<Trait>, Top_Moves)> {
  let summary = "output = the inputs one after the other along `axis`";
  let description = [{
    - (C1) There is at least one input.
    - (C2) `axis` is less than the rank of the inputs.
    - (C3) All inputs have the same rank and, except for `axis`, the same dimensions.

    Example: `%y = top.concat %a, %b {axis = 1 : i64} : (tensor<1x8x4xf32>, tensor<1x4x4xf32>) -> tensor<1x12x4xf32>`
  }];
  let arguments = (ins Variadic<Top_AnyTensor>:$inputs, Top_Axis:$axis);
  let results = (outs Top_AnyTensor:$output);
  let hasFolder = 1;
  let assemblyFormat = "$inputs attr-dict `:` functional-type(operands, results)";
}

def Top_SplitOp : Top_InferredOp<"split", !listconcat([Top_TakesIntegers]<Trait>, Top_Moves)> {
  let summary = "outputs = input cut along `axis` into pieces of the given sizes";
  let description = [{
    One result for each element of `sizes`.

    - (C1) `axis` is less than the rank of `input`.
    - (C2) The sum of `sizes` is the dimension `axis` of `input`.

    Example: `%a, %b = top.split %x sizes = [8, 4] {axis = 1 : i64} : (tensor<1x12xf32>) -> (tensor<1x8xf32>, tensor<1x4xf32>)`
  }];
  let arguments = (ins Top_AnyTensor:$input, Top_Axis:$axis, Top_NonNegativeInts:$sizes);
  let results = (outs Variadic<Top_AnyTensor>:$outputs);
  let hasFolder = 1;
  let assemblyFormat = "$input `sizes` `=` $sizes attr-dict `:` functional-type(operands, results)";
}

def Top_DepthToSpaceMode : Top_Enum<"DepthToSpaceMode", "how a channel splits into block row, block column, channel",
    [I32EnumAttrCase<"Dcr", 0, "dcr">, I32EnumAttrCase<"Crd", 1, "crd">]>;
def Top_DepthToSpaceModeAttr : EnumAttr<Top_Dialect, Top_DepthToSpaceMode, "depth_to_space_mode">;

def Top_DepthToSpaceOp : Top_RearrangeOp<"depth_to_space",
    (ins Top_PositiveInt:$blocksize, Top_DepthToSpaceModeAttr:$mode)> {
  let summary = "output[n, c, h * b + i, w * b + j] = input[n, channel(i, j, c), h, w], b the blocksize";
  let description = [{
    `input` [n, c * b * b, h, w], result [n, c, h * b, w * b]. The channel is (i * b + j) * C + c for `dcr` and
    (c * b + i) * b + j for `crd`, C being the channels of the result.

    - (C1) `input` has rank 4.
    - (C2) The channels of `input` are a multiple of b * b.

    Example: `%y = top.depth_to_space crd %x {blocksize = 3 : i64} : (tensor<1x9x224x224xf32>) -> tensor<1x1x672x672xf32>`
  }];
  let assemblyFormat = "$mode $input attr-dict `:` functional-type(operands, results)";
}

def Top_SpaceToDepthOp : Top_RearrangeOp<"space_to_depth", (ins Top_PositiveInt:$blocksize)> {
  let summary = "output[n, (i * b + j) * C + c, h, w] = input[n, c, h * b + i, w * b + j], b the blocksize";
  let description = [{
    `input` [n, C, h * b, w * b], result [n, C * b * b, h, w].

    - (C1) `input` has rank 4.
    - (C2) Height and width of `input` are multiples of b.

    Example: `%y = top.space_to_depth %x {blocksize = 2 : i64} : (tensor<1x3x8x8xf32>) -> tensor<1x12x4x4xf32>`
  }];
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

#endif
