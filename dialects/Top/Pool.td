//===- Pool.td - Sliding windows without weights ----------------*- tablegen -*-===//
#ifndef TPU_MLIR_TOP_POOL
#define TPU_MLIR_TOP_POOL

include "dialects/Top/TopBase.td"

class Top_PoolOp<string mnemonic, string formula, string remark, dag parameters, string example>
    : Top_InferredOp<mnemonic, Top_Moves, "inferPool(emit, adaptor.getInput(), adaptor.getKernel(), adaptor.getStrides(), "
                                   "adaptor.getPads(), adaptor.getDilations(), types)"> {
  let summary = "output[n, c, p] = " # formula # " of input[n, c, p * stride + k * dilation - pad] over k";
  let description = [{
    With s spatial dimensions: `input` [n, c, d_1 .. d_s], result [n, c, o_1 .. o_s] with
    o_i = floor((d_i + pads_i + pads_{s+i} - (k_i - 1) * dilations_i - 1) / strides_i) + 1.
    `pads` holds the s begins, then the s ends; ONNX's `auto_pad` and `ceil_mode` are resolved into it, and global
    pooling is `top.reduce`. }] # remark # [{

    - (C1) `input` has at least rank 3.
    - (C2) `kernel`, `strides` and `dilations` have s elements, `pads` has 2 * s.
    - (C3) A pad is smaller than the dilated window, so that no window lies outside of the input, which is not empty.
    - (C4) The padded input is at least as large as the dilated window.

    Example:
    ```mlir
    %y = top.}] # mnemonic # [{ %x kernel = [3, 3] strides = [2, 2] pads = [1, 1, 1, 1] dilations = [1, 1] }] # example # [{
       : (tensor<1x64x112x112xf32>) -> tensor<1x64x56x56xf32>
    ```
  }];
  let arguments = !con((ins Top_FloatTensor:$input, Top_PositiveInts:$kernel, Top_PositiveInts:$strides,
                            Top_NonNegativeInts:$pads, Top_PositiveInts:$dilations), parameters);
  let results = (outs Top_FloatTensor:$output);
  let assemblyFormat = [{
    $input `kernel` `=` $kernel `strides` `=` $strides `pads` `=` $pads `dilations` `=` $dilations
    attr-dict `:` functional-type(operands, results)
  }];
}

def Top_MaxPoolOp : Top_PoolOp<"max_pool", "the largest", "Padding never wins.", (ins), "">;
def Top_AveragePoolOp : Top_PoolOp<"average_pool", "the mean",
    "The divisor counts the elements of the input that the window covers, and with `count_include_pad` its whole size.",
    (ins UnitAttr:$count_include_pad), "{count_include_pad}">;
def Top_LpPoolOp : Top_PoolOp<"lp_pool", "the p-norm (sum of |x|^p)^(1/p)", "Padding counts as zero.",
    (ins Top_PositiveInt:$p), "{p = 2 : i64}">;

#endif
