//===- Constant.td - Values known at compile time ---------------*- tablegen -*-===//
#ifndef TPU_MLIR_TOP_CONSTANT
#define TPU_MLIR_TOP_CONSTANT

include "dialects/Top/TopBase.td"

def Top_WeightOp : Top_InferredOp<"weight", [ConstantLike]> {
  let summary = "output = value";
  let description = [{
    A constant of the network. The bytes live in a `dense_resource` blob, which passes read in place; small ones may be
    `dense`.

    Example: `%w = top.weight dense_resource<w0> : tensor<64x3x7x7xf32>`
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Top_AnyTensor:$output);
  let hasFolder = 1;
  let assemblyFormat = "attr-dict $value";
}

#endif
