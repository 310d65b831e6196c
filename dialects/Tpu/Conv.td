//===- Conv.td - Convolutions of the chip -----------------------*- tablegen -*-===//
#ifndef TPU_MLIR_TPU_CONV
#define TPU_MLIR_TPU_CONV

include "dialects/Tpu/TpuBase.td"

class Tpu_ConvBase<string mnemonic> : Tpu_Op<mnemonic, [AttrSizedOperandSegments]> {
  dag window = (ins DenseI64ArrayAttr:$kernel, DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$pads,
                    DenseI64ArrayAttr:$dilations);
  let arguments = !con((ins Tpu_NumberTensor:$input, Tpu_NumberTensor:$filter, Optional<Tpu_FloatTensor>:$bias,
                        Optional<Tpu_FloatTensor>:$requant), window,
                       (ins DefaultValuedAttr<DenseI64ArrayAttr, "{0, 0}">:$insertion, UnitAttr:$relu,
                        DefaultValuedAttr<I64Attr, "0">:$input_zero_point));
  let results = (outs Tpu_NumberTensor:$result);
  let assemblyFormat = [{
    $input `,` $filter (`,` $bias^)? (`requant` $requant^)? attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def Tpu_ConvOp : Tpu_ConvBase<"conv"> {
  let summary = "result[n, o, y, x] = bias[o] + sum over i, ky, kx of input[n, i, ..] * filter[o, i, ky, kx]";
  let description = [{
    `kernel`, `strides`, `dilations` and `insertion` are [h, w]; `pads` are [top, left, bottom, right]; `insertion`
    puts that many zeros after each element of the input but the last of a row or column (transposed convolution).

    (C1) The filter is packed as the chip reads it: [1, oc, ceil(ic / P) * kh * kw, P] with P = 1 in f32, 32 in
    16-bit and 64 in 8-bit types, missing input channels zero.
    (C2) The bias of a floating-point convolution is f32 [1, oc, 1, 1].
    (C3) The result's shape follows from the input's.
    (C4) Strides are 1 to 15, pads 0 to 15, dilations 1 to 16, insertions 0 to 15: the fields of the command.

    In 8 bits, acc[o] is the sum in i32, exact; padding holds `input_zero_point`. `requant` has a scale and an offset for
    each output channel; in the offset is all that does not depend on the input: bias, zero points. The result is
    saturate(round(f32(acc[o]) * scale[o] + offset[o])), product and sum rounded to f32, all roundings to nearest
    even; a floating-point result is f32(acc[o]) * scale[o] + offset[o], then rounded to its type. `relu` makes what is
    below 0 in the result's elements 0.

    (C5) An i8 or ui8 input comes with a filter of i8, no bias and f32 `requant` [1, oc, 1, 2]; the result is of any
    type. Floating-point operands have no `requant` and a floating-point result.
    (C6) `input_zero_point` is a value of the input's integer type; 0 in floating point, and with insertions, whose
    elements are zeros.

    Example:
    `%r = tpu.conv %x, %f, %b {kernel = array<i64: 3, 3>, ...} : (...) -> tensor<1x64x56x56xf16>`
    `%r = tpu.conv %x, %f requant %t {kernel = array<i64: 3, 3>, ...} : (...) -> tensor<1x64x56x56xui8>`
  }];
}

def Tpu_DepthwiseOp : Tpu_ConvBase<"depthwise"> {
  let summary = "result[n, c, y, x] = bias[c] + sum over ky, kx of input[n, c, ..] * filter[c, ky, kx]";
  let description = [{
    (C1) The filter is [1, c, kh, kw].
    (C2) The bias of a floating-point convolution is [1, c, 1, 1] and has the element type of the input.
    (C3), (C4), (C5), (C6) As for `tpu.conv`, and so are the roundings in 8 bits.

    Example: `%r = tpu.depthwise %x, %f, %b {...} : (...) -> tensor<1x32x56x56xf16>`
  }];
}

#endif
