//===- MatMul.td - Matrix products ------------------------------*- tablegen -*-===//
#ifndef TPU_MLIR_TPU_MATMUL
#define TPU_MLIR_TPU_MATMUL

include "dialects/Tpu/TpuBase.td"

def Tpu_MatMulOp : Tpu_Op<"matmul"> {
  let summary = "result[b] = lhs[b] x rhs[b], rows in c, columns in w";
  let description = [{
    lhs [b, m, 1, k], rhs [b, k, 1, n] or, with `transpose_rhs`, [b, n, 1, k]; result [b, m, 1, n].

    (C1) The shapes agree as above; rhs may have b = 1 and is then repeated.
    (C2) lhs and rhs have the same element type; the result has it too, or f32.
    (C3) f32 matrices are not transposed: the chip has no such command.

    Example: `%r = tpu.matmul %a, %b : (tensor<8x197x1x64xf16>, tensor<8x64x1x197xf16>) -> tensor<8x197x1x197xf16>`
  }];
  let arguments = (ins Tpu_FloatTensor:$lhs, Tpu_FloatTensor:$rhs, UnitAttr:$transpose_rhs);
  let results = (outs Tpu_FloatTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
}

#endif
