//===- Conv.td - Convolutions of the chip -----------------------*- tablegen -*-===//
#ifndef TPU_MLIR_TPU_CONV
#define TPU_MLIR_TPU_CONV

include "dialects/Tpu/TpuBase.td"

class Tpu_ConvBase<string mnemonic> : Tpu_Op<mnemonic> {
  dag window = (ins DenseI64ArrayAttr:$kernel, DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$pads,
                    DenseI64ArrayAttr:$dilations);
  let results = (outs Tpu_FloatTensor:$result);
  let hasVerifier = 1;
}

def Tpu_ConvOp : Tpu_ConvBase<"conv"> {
  let summary = "result[n, o, y, x] = bias[o] + sum over i, ky, kx of input[n, i, ..] * filter[o, i, ky, kx]";
  let description = [{
    `kernel`, `strides`, `dilations` and `insertion` are [h, w]; `pads` are [top, left, bottom, right]; `insertion`
    puts that many zeros after each element of the input but the last of a row or column (transposed convolution).

    (C1) The filter is packed as the chip reads it: [1, oc, ceil(ic / P) * kh * kw, P] with P = 1 in f32 and 32 in
    16-bit types, missing input channels zero.
    (C2) The bias is f32 [1, oc, 1, 1].
    (C3) The result's shape follows from the input's.
    (C4) Strides are 1 to 15, pads 0 to 15, dilations 1 to 16, insertions 0 to 15: the fields of the command.

    Example:
    `%r = tpu.conv %x, %f, %b {kernel = array<i64: 3, 3>, ...} : (...) -> tensor<1x64x56x56xf16>`
  }];
  let arguments = !con((ins Tpu_FloatTensor:$input, Tpu_FloatTensor:$filter, Optional<Tpu_FloatTensor>:$bias), window,
                       (ins DefaultValuedAttr<DenseI64ArrayAttr, "{0, 0}">:$insertion, UnitAttr:$relu));
  let assemblyFormat = [{
    $input `,` $filter (`,` $bias^)? attr-dict `:` functional-type(operands, results)
  }];
}

def Tpu_DepthwiseOp : Tpu_ConvBase<"depthwise"> {
  let summary = "result[n, c, y, x] = bias[c] + sum over ky, kx of input[n, c, ..] * filter[c, ky, kx]";
  let description = [{
    (C1) The filter is [1, c, kh, kw].
    (C2) The bias is [1, c, 1, 1] and has the element type of the input.
    (C3), (C4) As for `tpu.conv`.

    Example: `%r = tpu.depthwise %x, %f, %b {...} : (...) -> tensor<1x32x56x56xf16>`
  }];
  let arguments = !con((ins Tpu_FloatTensor:$input, Tpu_FloatTensor:$filter, Optional<Tpu_FloatTensor>:$bias), window,
                       (ins DefaultValuedAttr<DenseI64ArrayAttr, "{0, 0}">:$insertion, UnitAttr:$relu));
  let assemblyFormat = [{
    $input `,` $filter (`,` $bias^)? attr-dict `:` functional-type(operands, results)
  }];
}

#endif
