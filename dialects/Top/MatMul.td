//===- MatMul.td - Matrix products ------------------------------*- tablegen -*-===//
#ifndef TPU_MLIR_TOP_MATMUL
#define TPU_MLIR_TOP_MATMUL

include "dialects/Top/TopBase.td"

def Top_MatMulOp : Top_InferredOp<"matmul"> {
  let summary = "output[.., i, j] = bias[j] + sum over k of lhs[.., i, k] * rhs[.., k, j]";
  let description = [{
    `lhs` [b.., m, k], `rhs` [b.., k, n], or [b.., n, k] with `transpose_rhs`, `bias` [n], result [b.., m, n]. The
    leading dimensions b broadcast as in NumPy. ONNX's Gemm is this op with its factors multiplied in; operands of rank
    1 are reshaped by the importer. With `relu` the result is max(x, 0), and with `relu_limit` min of that and it.

    - (C1) `lhs` and `rhs` have at least rank 2.
    - (C2) The inner dimensions k are equal.
    - (C3) Aligned at the last one, the leading dimensions are equal or one of them is 1.
    - (C4) `bias` has the shape [n].
    - (C5) `rhs` has the element type of `lhs`, and `bias` that or f32.
    - (C6) `relu_limit` is positive and comes with `relu`.

    Example: `%y = top.matmul %x, %w, %b {transpose_rhs} : (tensor<1x512xf32>, tensor<10x512xf32>, tensor<10xf32>) -> tensor<1x10xf32>`
  }];
  let arguments = !con((ins Top_FloatTensor:$lhs, Top_FloatTensor:$rhs, Optional<Top_FloatTensor>:$bias,
                            UnitAttr:$transpose_rhs), Top_FusedRelu);
  let results = (outs Top_FloatTensor:$output);
  let hasCanonicalizer = 1;
  let assemblyFormat = "$lhs `,` $rhs (`,` $bias^)? attr-dict `:` functional-type(operands, results)";
}

#endif
