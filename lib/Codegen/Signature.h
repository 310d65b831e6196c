//===- Signature.h - Tensors as a bmodel describes them -------------------===//
#pragma once

#include "lib/BModel/Model.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tpu_mlir {

/// A value at its address, with what its integers stand for.
bmodel::Tensor tensorOf(mlir::Value value, llvm::StringRef name);

/// Adds the inputs and outputs of the network under the names that its caller
/// knows.
void describeSignature(mlir::func::FuncOp function, bmodel::Stage &stage);

} // namespace tpu_mlir
