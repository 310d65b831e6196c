//===- Sizes.td - How large tensors and the numbers of ops may be -*- tablegen -*-===//
#ifndef TPU_MLIR_INTERFACES_SIZES
#define TPU_MLIR_INTERFACES_SIZES

include "mlir/IR/OpBase.td"

/// No tensor of the op, and no number in its attributes, exceeds kMaxElements (Sizes.h).
def BoundedSizes : NativeOpTrait<"BoundedSizes"> {
  let cppNamespace = "::tpu_mlir";
}

def HasElementsPred : CPred<"::tpu_mlir::hasElements($_self)">;

#endif
