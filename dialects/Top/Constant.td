//===- Constant.td - Values known at compile time ---------------*- tablegen -*-===//
#ifndef TPU_MLIR_TOP_CONSTANT
#define TPU_MLIR_TOP_CONSTANT

include "dialects/Top/TopBase.td"

def Top_WeightOp : Top_InferredOp<"weight"> {
  let summary = "output = value";
  let description = [{
    A constant of the network. The bytes live in a `dense_resource` blob, which passes read in place; small ones may be
    `dense`. The op is not `ConstantLike`: MLIR's folder would merge and move such ops and drop their locations, which are
    the names of the weights.

    Example: `%w = top.weight dense_resource<w0> : tensor<64x3x7x7xf32>`
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Top_AnyTensor:$output);
  let assemblyFormat = "attr-dict $value";
}

#endif
