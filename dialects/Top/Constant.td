//===- Constant.td - Values known at compile time ---------------*- tablegen -*-===//
#ifndef TPU_MLIR_TOP_CONSTANT
#define TPU_MLIR_TOP_CONSTANT

include "dialects/Top/TopBase.td"

def Top_WeightOp : Top_InferredOp<"weight"> {
  let summary = "output = value";
  let description = [{
    A constant of the network. The bytes live in a `dense_resource` blob, which passes read in place; small ones may be
    `dense`. The op is not `ConstantLike`: MLIR's folder would merge and move such ops and drop their locations, which are
    the names of the weights. With `quantized`, an 8-bit quantized element type, the elements are its stored integers.

    - (C1) `quantized` is an 8-bit quantized type, and the elements are of the type that it is stored as, i8 or ui8.
    - (C2) A type with a scale for each index of an axis has as many as that dimension is large.

    Example: `%w = top.weight dense_resource<w0> : tensor<64x3x7x7xf32>`; of stored integers 1 and -127
    `dense<[1, -127]> : tensor<2xi8> as !quant.uniform<i8:f32, 0.5>`.
  }];
  let arguments = (ins ElementsAttr:$value, OptionalAttr<TypeAttr>:$quantized);
  let builders = [OpBuilder<(ins "::mlir::ElementsAttr":$value), "build($_builder, $_state, value, ::mlir::TypeAttr());">];
  let results = (outs Top_AnyTensor:$output);
  let assemblyFormat = "attr-dict $value (`as` $quantized^)?";
}

#endif
