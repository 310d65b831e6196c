//===- Activation.td - Non-linear functions of one value --------*- tablegen -*-===//
#ifndef TPU_MLIR_TOP_ACTIVATION
#define TPU_MLIR_TOP_ACTIVATION

include "dialects/Top/TopBase.td"

def Top_ReluOp : Top_Op<"relu", [SameOperandsAndResultType]> {
  let summary = "output = max(input, 0)";
  let description = "Example: `%y = top.relu %x : tensor<1x64x56x56xf32>`";
  let arguments = (ins AnyStaticShapeTensor:$input);
  let results = (outs AnyStaticShapeTensor:$output);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

#endif
