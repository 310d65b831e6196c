//===- Conv.td - Convolutions of any number of spatial dimensions -*- tablegen -*-===//
#ifndef TPU_MLIR_TOP_CONV
#define TPU_MLIR_TOP_CONV

include "dialects/Top/TopBase.td"

class Top_ConvLikeOp<string mnemonic, dag parameters> : Top_InferredOp<mnemonic> {
  let arguments = !con((ins Top_FloatTensor:$input, Top_FloatTensor:$filter, Optional<Top_FloatTensor>:$bias,
                            Top_PositiveInts:$strides, Top_NonNegativeInts:$pads, Top_PositiveInts:$dilations),
                       parameters, (ins Top_PositiveInt:$group), Top_FusedRelu);
  let results = (outs Top_FloatTensor:$output);
}

def Top_ConvOp : Top_ConvLikeOp<"conv", (ins)> {
  let summary = "output[n, o, p] = bias[o] + sum over c, k of input[n, c, p * stride + k * dilation - pad] * filter[o, c, k]";
  let description = [{
    With s spatial dimensions: `input` [n, ic, d_1 .. d_s], `filter` [oc, ic / group, k_1 .. k_s], `bias` [oc], result
    [n, oc, o_1 .. o_s] with o_i = floor((d_i + pads_i + pads_{s+i} - (k_i - 1) * dilations_i - 1) / strides_i) + 1.
    `pads` holds the s begins, then the s ends. Output channels fall into `group` runs of oc / group, and run g sees
    input channels from g * ic / group. With `relu` the result is max(x, 0), and with `relu_limit` min of that and it.

    - (C1) `input` and `filter` have the same rank, at least 3.
    - (C2) `strides` and `dilations` have s elements, `pads` has 2 * s.
    - (C3) ic = dimension 1 of `filter` * `group`.
    - (C4) oc is a multiple of `group`.
    - (C5) `bias` has the shape [oc].
    - (C6) The padded input is at least as large as the dilated filter.
    - (C7) `filter` has the element type of `input`, and `bias` that or f32.
    - (C8) `relu_limit` is positive and comes with `relu`.

    Example:
    ```mlir
    %y = top.conv %x, %w, %b strides = [2, 2] pads = [3, 3, 3, 3] dilations = [1, 1] {group = 1 : i64, relu}
       : (tensor<1x3x224x224xf32>, tensor<64x3x7x7xf32>, tensor<64xf32>) -> tensor<1x64x112x112xf32>
    ```
  }];
  let assemblyFormat = [{
    $input `,` $filter (`,` $bias^)? `strides` `=` $strides `pads` `=` $pads `dilations` `=` $dilations
    attr-dict `:` functional-type(operands, results)
  }];
}

def Top_ConvTransposeOp : Top_ConvLikeOp<"conv_transpose", (ins Top_NonNegativeInts:$output_padding)> {
  let summary = "output[n, o, p * stride + k * dilation - pad] = bias[o] + sum over c, p, k of input[n, c, p] * filter[c, o, k]";
  let description = [{
    With s spatial dimensions: `input` [n, ic, d_1 .. d_s], `filter` [ic, oc / group, k_1 .. k_s], `bias` [oc], result
    [n, oc, o_1 .. o_s] with
    o_i = (d_i - 1) * strides_i + (k_i - 1) * dilations_i + 1 + output_padding_i - pads_i - pads_{s+i}.
    `pads` holds the s begins, then the s ends; ONNX's `auto_pad` and `output_shape` are resolved into it.
    `relu` and `relu_limit` as for `top.conv`.

    - (C1) `input` and `filter` have the same rank, at least 3.
    - (C2) `strides`, `dilations` and `output_padding` have s elements, `pads` has 2 * s.
    - (C3) ic = dimension 0 of `filter`.
    - (C4) ic is a multiple of `group`.
    - (C5) `bias` has the shape [oc].
    - (C6) Every o_i is positive.
    - (C7) `filter` has the element type of `input`, and `bias` that or f32.
    - (C8) `relu_limit` is positive and comes with `relu`.
    - (C9) `output_padding` is less than the larger of stride and dilation.

    Example:
    ```mlir
    %y = top.conv_transpose %x, %w strides = [2, 2] pads = [0, 0, 0, 0] dilations = [1, 1] output_padding = [0, 0]
       {group = 1 : i64} : (tensor<1x8x4x4xf32>, tensor<8x4x2x2xf32>) -> tensor<1x4x8x8xf32>
    ```
  }];
  let assemblyFormat = [{
    $input `,` $filter (`,` $bias^)? `strides` `=` $strides `pads` `=` $pads `dilations` `=` $dilations
    `output_padding` `=` $output_padding attr-dict `:` functional-type(operands, results)
  }];
}

#endif
