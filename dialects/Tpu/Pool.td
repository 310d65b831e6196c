//===- Pool.td - Pooling and reduction over h and w -------------*- tablegen -*-===//
#ifndef TPU_MLIR_TPU_POOL
#define TPU_MLIR_TPU_POOL

include "dialects/Tpu/TpuBase.td"

def Tpu_PoolKind : Tpu_Enum<"PoolKind", "what a window becomes", [
    I32EnumAttrCase<"max", 0>, I32EnumAttrCase<"sum", 1>]>;
def Tpu_PoolKindAttr : EnumAttr<Tpu_Dialect, Tpu_PoolKind, "pool_kind">;

def Tpu_PoolOp : Tpu_Op<"pool"> {
  let summary = "result = max of each window, or scale * its sum + offset";
  let description = [{
    `kernel` and `strides` are [h, w]; `pads` are [top, left, bottom, right], `input_zero_point` for sums and
    the least value for maxima. A mean over the whole window is a sum with `scale` = 1 / (kh * kw).

    A sum of 8-bit elements is exact in i32; the result is saturate(round(f32(sum) * scale + offset)), product and sum
    rounded to f32, all roundings to nearest even.

    (C1) The result's shape follows from the input's; n and c stay.
    (C2) Strides are 1 to 15, pads 0 to 15: the fields of the command.
    (C3) The result has the input's element type, or for sums of 8-bit elements i8 or ui8.
    (C4) `input_zero_point` is a value of the input's integer type; it and `offset` are 0 in floating point.

    Example: `%r = tpu.pool max %x {kernel = array<i64: 3, 3>, ...} : tensor<1x64x112x112xf16> -> tensor<1x64x56x56xf16>`
  }];
  let arguments = (ins Tpu_PoolKindAttr:$kind, Tpu_NumberTensor:$input, DenseI64ArrayAttr:$kernel,
                       DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$pads,
                       DefaultValuedAttr<F32Attr, "1.0f">:$scale, DefaultValuedAttr<F32Attr, "0.0f">:$offset,
                       DefaultValuedAttr<I64Attr, "0">:$input_zero_point);
  let results = (outs Tpu_NumberTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$kind $input attr-dict `:` type($input) `->` type($result)";
}

#endif
