//===- Constant.td - Values known at compile time ---------------*- tablegen -*-===//
#ifndef TPU_MLIR_TOP_CONSTANT
#define TPU_MLIR_TOP_CONSTANT

include "dialects/Top/TopBase.td"

def Top_WeightOp : Top_Op<"weight", [ConstantLike, InferTypeOpAdaptor]> {
  let summary = "result = value";
  let description = [{
    A constant of the network. The bytes live in a `dense_resource` blob, which passes read in place.

    Example: `%w = top.weight dense_resource<w0> : tensor<64x3x7x7xf32>`
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs AnyStaticShapeTensor:$output);
  let hasFolder = 1;
  let assemblyFormat = "attr-dict $value";
}

#endif
