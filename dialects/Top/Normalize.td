//===- Normalize.td - Normalisations ----------------------------*- tablegen -*-===//
#ifndef TPU_MLIR_TOP_NORMALIZE
#define TPU_MLIR_TOP_NORMALIZE

include "dialects/Top/TopBase.td"

def Top_BatchNormOp : Top_InferredOp<"batch_norm", [SameOperandsElementType]> {
  let summary = "output = scale * (input - mean) / sqrt(variance + epsilon) + bias, by channel";
  let description = [{
    Inference only. `input` [n, c, ..], the other operands [c]; the result has the type of `input`.

    - (C1) `input` has at least rank 2.
    - (C2) `scale`, `bias`, `mean` and `variance` have the shape [c].

    Example: `%y = top.batch_norm %x, %s, %b, %m, %v {epsilon = 1.0e-5 : f32} : (tensor<1x8x4x4xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<1x8x4x4xf32>`
  }];
  let arguments = (ins Top_FloatTensor:$input, Top_FloatTensor:$scale, Top_FloatTensor:$bias, Top_FloatTensor:$mean,
                       Top_FloatTensor:$variance, F32Attr:$epsilon);
  let results = (outs Top_FloatTensor:$output);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

class Top_ChannelNormOp<string mnemonic, string what, string constraints, string example, dag parameters = (ins)>
    : Top_InferredOp<mnemonic, [SameOperandsElementType, Top_ReadsWide]> {
  let summary = "output = scale * (input - mean) / sqrt(variance + epsilon) + bias over " # what;
  let description = [{
    `input` [n, c, ..], `scale` and `bias` [c]; the result has the type of `input`. Mean and (population) variance are
    taken over }] # what # [{.

    - (C1) `input` has at least rank 3.
    - (C2) `scale` and `bias` have the shape [c].
    }] # constraints # [{

    Example: `%y = top.}] # mnemonic # [{ %x, %s, %b }] # example # [{ : (tensor<1x8x4x4xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<1x8x4x4xf32>`
  }];
  let arguments = !con((ins Top_FloatTensor:$input, Top_FloatTensor:$scale, Top_FloatTensor:$bias), parameters,
                       (ins F32Attr:$epsilon));
  let results = (outs Top_FloatTensor:$output);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

def Top_InstanceNormOp : Top_ChannelNormOp<"instance_norm", "the spatial dimensions of each channel", "",
    "{epsilon = 1.0e-5 : f32}">;
def Top_GroupNormOp : Top_ChannelNormOp<"group_norm", "the channels and spatial dimensions of each group",
    "- (C3) c is a multiple of `num_groups`.", "{epsilon = 1.0e-5 : f32, num_groups = 2 : i64}",
    (ins Top_PositiveInt:$num_groups)>;

class Top_TrailingNormOp<string mnemonic, string formula, string operands, dag affine, list<Trait> traits = []>
    : Top_InferredOp<mnemonic, !listconcat(traits, [Top_ReadsWide]<Trait>)> {
  let summary = "output = " # formula # ", over the dimensions from `axis`";
  let description = [{
    The result has the type of `input`; mean and (population) variance are taken over the dimensions from `axis` on.
    An absent scale is 1, an absent bias 0.

    - (C1) `axis` is less than the rank of `input`.
    - (C2) }] # operands # [{ broadcast to the shape of `input` from `axis` on.
    - (C3) All operands have the same element type.

    Example: `%y = top.}] # mnemonic # [{ %x scale = %s {axis = 2 : i64, epsilon = 1.0e-5 : f32} : (tensor<1x197x768xf32>, tensor<768xf32>) -> tensor<1x197x768xf32>`
  }];
  let arguments = !con((ins Top_FloatTensor:$input), affine, (ins Top_Axis:$axis, F32Attr:$epsilon));
  let results = (outs Top_FloatTensor:$output);
}

def Top_LayerNormOp : Top_TrailingNormOp<"layer_norm", "scale * (input - mean) / sqrt(variance + epsilon) + bias",
    "`scale` and `bias`", (ins Optional<Top_FloatTensor>:$scale, Optional<Top_FloatTensor>:$bias),
    [AttrSizedOperandSegments]> {
  let assemblyFormat = [{
    $input (`scale` `=` $scale^)? (`bias` `=` $bias^)? attr-dict `:` functional-type(operands, results)
  }];
}
def Top_RmsNormOp : Top_TrailingNormOp<"rms_norm", "scale * input / sqrt(mean(input^2) + epsilon)", "`scale`",
    (ins Optional<Top_FloatTensor>:$scale)> {
  let assemblyFormat = "$input (`scale` `=` $scale^)? attr-dict `:` functional-type(operands, results)";
}

def Top_LpNormalizationOp : Top_InferredOp<"lp_normalization", [Top_ReadsWide, Top_Refines]> {
  let summary = "output = input / (sum of |input|^p)^(1/p), along `axis`";
  let description = [{
    Any shape, which the result keeps. A line of zeros stays zero.

    - (C1) `axis` is less than the rank of `input`.
    - (C2) `p` is 1 or 2.

    Example: `%y = top.lp_normalization %x {axis = 1 : i64, p = 2 : i64} : (tensor<1x512xf32>) -> tensor<1x512xf32>`
  }];
  let arguments = (ins Top_FloatTensor:$input, Top_Axis:$axis, Top_PositiveInt:$p);
  let results = (outs Top_FloatTensor:$output);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

def Top_LrnOp : Top_InferredOp<"lrn"> {
  let summary = "output[n, c] = input[n, c] / (bias + alpha / size * sum of input[n, i]^2 over near channels i)^beta";
  let description = [{
    `input` [n, c, ..], which the result keeps. The near channels of c are those of
    [c - floor((size - 1) / 2), c + ceil((size - 1) / 2)] that exist.

    - (C1) `input` has at least rank 3.

    Example: `%y = top.lrn %x {alpha = 1.0e-4 : f32, beta = 0.75 : f32, bias = 1.0 : f32, size = 5 : i64} : (tensor<1x96x55x55xf32>) -> tensor<1x96x55x55xf32>`
  }];
  let arguments = (ins Top_FloatTensor:$input, Top_PositiveInt:$size, F32Attr:$alpha, F32Attr:$beta, F32Attr:$bias);
  let results = (outs Top_FloatTensor:$output);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

#endif
