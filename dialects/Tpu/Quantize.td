//===- Quantize.td - Arithmetic of quantised numbers ------------*- tablegen -*-===//
#ifndef TPU_MLIR_TPU_QUANTIZE
#define TPU_MLIR_TPU_QUANTIZE

include "dialects/Tpu/Elementwise.td"

// An integer q stands for (q - zero point) * scale. Every rounding is to nearest even, and saturate is to the range of
// the result's type.

def Tpu_QuantizeOp : Tpu_Op<"quantize", [ElementByElement, SameOperandsAndResultShape]> {
  let summary = "result = saturate(round(input / scale) + zero_point)";
  let description = [{
    The quotient is the product f32(input) * f32(1 / scale), rounded to f32. NaN becomes the zero point.

    (C1) `scale` is a positive number of which f32 has the reciprocal.
    (C2) `zero_point` is a value of the result's type.

    Example: `%r = tpu.quantize %x {scale = 0.5 : f32, zero_point = 3 : i64} : tensor<1x3x8x8xf32> -> tensor<1x3x8x8xi8>`
  }];
  let arguments = (ins Tpu_FloatTensor:$input, F32Attr:$scale, DefaultValuedAttr<I64Attr, "0">:$zero_point);
  let results = (outs Tpu_ByteTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

def Tpu_DequantizeOp : Tpu_Op<"dequantize", [ElementByElement, SameOperandsAndResultShape]> {
  let summary = "result = (input - zero_point) * scale";
  let description = [{
    The product is rounded to f32, then to the result's type.

    (C1) `scale` is a positive number of which f32 has the reciprocal.
    (C2) `zero_point` is a value of the input's type.

    Example: `%r = tpu.dequantize %x {scale = 0.5 : f32} : tensor<1x3x8x8xi8> -> tensor<1x3x8x8xf16>`
  }];
  let arguments = (ins Tpu_ByteTensor:$input, F32Attr:$scale, DefaultValuedAttr<I64Attr, "0">:$zero_point);
  let results = (outs Tpu_FloatTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

def Tpu_RequantOp : Tpu_Op<"requant", [ElementByElement, SameOperandsAndResultShape]> {
  let summary = "result = saturate(round((input - input_zero_point) * scale) + zero_point)";
  let description = [{
    `scale` is the input's over the result's. The product is exact: the only rounding is that to an integer.

    (C1) `scale` is from 2^-24 to 2^7.
    (C2) The zero points are values of their type.

    Example: `%r = tpu.requant %x {scale = 0.7 : f32, zero_point = 3 : i64} : tensor<1x3x8x8xui8> -> tensor<1x3x8x8xi8>`
  }];
  let arguments = (ins Tpu_ByteTensor:$input, F32Attr:$scale, DefaultValuedAttr<I64Attr, "0">:$input_zero_point,
                       DefaultValuedAttr<I64Attr, "0">:$zero_point);
  let results = (outs Tpu_ByteTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

def Tpu_QuantizedBinaryOp : Tpu_Op<"quantized_binary"> {
  let summary = "result = saturate(round((lhs - lhs_zero_point) * lhs_scale kind (rhs - rhs_zero_point) * rhs_scale) + zero_point)";
  let description = [{
    The scales are those of the operands over the result's. Of `mul`, whose scales are one factor, the result is
    saturate(round((lhs - lhs_zero_point) * (rhs - rhs_zero_point) * lhs_scale) + zero_point) with the product exact
    and one rounding.

    The other kinds work on multiples of 2^-F: each scaled operand is rounded to one, then all is exact until the result
    is rounded. F is the largest, up to 14, with which |operand - zero point| * scale * 2^F is at most 32767 for every value
    of either operand. So before the last rounding a sum is at most 2^-F steps from the exact one: 2^-7 for scales
    below 1.

    (C1) A dimension of an operand is that of the result, or 1 and then repeated.
    (C2) The result's shape is the broadcast of the operands' shapes.
    (C3) The kind is add, sub, mul, max or min.
    (C4) The scales are from 2^-24 to 2^7; `rhs_scale` of mul is 1.
    (C5) The zero points are values of their type.

    Example: `%r = tpu.quantized_binary add %a, %b {lhs_scale = 0.5 : f32, rhs_scale = 0.7 : f32} : (...) -> tensor<1x64x8x8xi8>`
  }];
  let arguments = (ins Tpu_BinaryKindAttr:$kind, Tpu_ByteTensor:$lhs, Tpu_ByteTensor:$rhs, F32Attr:$lhs_scale,
                       DefaultValuedAttr<F32Attr, "1.0f">:$rhs_scale, DefaultValuedAttr<I64Attr, "0">:$lhs_zero_point,
                       DefaultValuedAttr<I64Attr, "0">:$rhs_zero_point, DefaultValuedAttr<I64Attr, "0">:$zero_point);
  let results = (outs Tpu_ByteTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$kind $lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
}

def Tpu_LookupOp : Tpu_Op<"lookup", [ElementByElement, AllElementTypesMatch<["table", "result"]>]> {
  let summary = "result = table[0, c or 0, 0, bits of input as an unsigned number]";
  let description = [{
    Any function of one quantised value, the same for all channels c or one for each. Entry 255 of the table is that of -1
    for an i8 input.

    (C1) The table is [1, 1, 1, 256], or [1, c, 1, 256] with the c of the input.
    (C2) The result has the shape of the input.

    Example: `%r = tpu.lookup %x, %t : (tensor<1x64x8x8xi8>, tensor<1x1x1x256xui8>) -> tensor<1x64x8x8xui8>`
  }];
  let arguments = (ins Tpu_ByteTensor:$input, Tpu_ByteTensor:$table);
  let results = (outs Tpu_ByteTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$input `,` $table attr-dict `:` functional-type(operands, results)";
}

def Tpu_CurveOp : Tpu_Op<"curve", [ElementByElement, SameOperandsAndResultType]> {
  let summary = "result = saturate(round(slope 2^-slope_shift max(u, 0) + 2^-6 p(min(|u|, limit) - limit / 2) + offset)), u = input - centre";
  let description = [{
    A function of one quantised value in arithmetic of 16 bits, which is faster than a table: SiLU, GELU and hard swish are x
    above zero but for an even function that soon vanishes; a leaky relu has a p of degree 1. `p` has its constant first and
    takes its argument times 2^-argument_shift, in f16; sums have six bits behind the point. `lib/Kernels/Curve.h` has each
    rounding.

    (C1) `centre` and `offset` are values of the type, `limit` is from 1 to 254.
    (C2) `p` has 2 to 8 finite coefficients.
    (C3) `slope` is a value of i16, `argument_shift` is from 0 to 7 and `slope_shift` from 0 to 14.

    Example: `%r = tpu.curve %x {centre = 0 : i64, limit = 90 : i64, argument_shift = 7 : i64, p = array<f32: 0.0, -2.5>,
    slope = 64 : i64, slope_shift = 0 : i64, offset = 0 : i64} : tensor<1x64x8x8xi8>`
  }];
  let arguments = (ins Tpu_SignedByteTensor:$input, I64Attr:$centre, I64Attr:$limit, I64Attr:$argument_shift,
                       DenseF32ArrayAttr:$p, I64Attr:$slope, I64Attr:$slope_shift, I64Attr:$offset);
  let results = (outs Tpu_SignedByteTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

#endif
