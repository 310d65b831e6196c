//===- Normalize.td - Softmax and normalisation over w ----------*- tablegen -*-===//
#ifndef TPU_MLIR_TPU_NORMALIZE
#define TPU_MLIR_TPU_NORMALIZE

include "dialects/Tpu/TpuBase.td"

def Tpu_SoftmaxOp : Tpu_Op<"softmax", [SameOperandsAndResultType]> {
  let summary = "result = exp(input - max) / sum of exp(input - max), over w, computed in f32";
  let description = [{
    With `log`, the logarithm of that.

    Example: `%r = tpu.softmax %x : tensor<8x197x1x197xf16>`
  }];
  let arguments = (ins Tpu_FloatTensor:$input, UnitAttr:$log);
  let results = (outs Tpu_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

def Tpu_NormalizeOp : Tpu_Op<"normalize", [SameOperandsAndResultType]> {
  let summary = "result = (input - mean) / sqrt(variance + epsilon), over w, computed in f32";
  let description = "Example: `%r = tpu.normalize %x {epsilon = 1.0e-5 : f32} : tensor<1x197x1x768xf16>`";
  let arguments = (ins Tpu_FloatTensor:$input, F32Attr:$epsilon);
  let results = (outs Tpu_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

#endif
