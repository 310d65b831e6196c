//===- MatMul.td - Matrix products ------------------------------*- tablegen -*-===//
#ifndef TPU_MLIR_TPU_MATMUL
#define TPU_MLIR_TPU_MATMUL

include "dialects/Tpu/TpuBase.td"

def Tpu_MatMulOp : Tpu_Op<"matmul"> {
  let summary = "result[b] = lhs[b] x rhs[b], rows in c, columns in w";
  let description = [{
    lhs [b, m, 1, k], rhs [b, k, 1, n] or, with `transpose_rhs`, [b, n, 1, k]; result [b, m, 1, n].

    (C1) The shapes agree as above; rhs may have b = 1 and is then repeated.
    (C2) Floating-point lhs and rhs have the same element type; the result has it too, or f32. In 8 bits lhs and rhs are
    i8 or ui8, the result is of any type.
    (C3) f32 matrices are not transposed: the chip has no such command.

    In 8 bits the result is saturate(round(f32(acc) * scale + offset)) with acc = (lhs - lhs_zero_point) x
    (rhs - rhs_zero_point) in i32, exact; product and sum are rounded to f32, all roundings are to nearest even; a
    floating-point result is f32(acc) * scale + offset, then rounded to its type.

    (C4) The zero points are values of their operand's integer type; in floating point they are 0, `scale` is 1 and
    `offset` 0.

    Example: `%r = tpu.matmul %a, %b : (tensor<8x197x1x64xf16>, tensor<8x64x1x197xf16>) -> tensor<8x197x1x197xf16>`
  }];
  let arguments = (ins Tpu_NumberTensor:$lhs, Tpu_NumberTensor:$rhs, UnitAttr:$transpose_rhs,
                       DefaultValuedAttr<I64Attr, "0">:$lhs_zero_point, DefaultValuedAttr<I64Attr, "0">:$rhs_zero_point,
                       DefaultValuedAttr<F32Attr, "1.0f">:$scale, DefaultValuedAttr<F32Attr, "0.0f">:$offset);
  let results = (outs Tpu_NumberTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
}

#endif
