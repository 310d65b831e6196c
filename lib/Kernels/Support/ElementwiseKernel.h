//===- ElementwiseKernel.h - What element-wise kernels share
//---------------===//
#pragma once

#include "dialects/Interfaces/Kernel.h"
#include "lib/Kernels/Operands.h"

namespace tpu_mlir {

/// The slice of an operand that is repeated where its size is 1.
Tile broadcastTile(mlir::Value operand, const Tile &result);
/// An operand as a command reads it for this slice of the result.
LocalView operandView(mlir::Value operand, const LocalBuffer &buffer,
                      const Tile &result);
/// Every lane has its own copy of a channel that all channels use.
Layout broadcastLayout(mlir::Value operand, mlir::Value result);

/// Element-wise ops: any slice needs the same slice of each operand.
template <typename Model, typename Op>
struct ElementwiseBase : KernelOpInterface::ExternalModel<Model, Op> {
  Tile operandTile(mlir::Operation *operation, unsigned operand,
                   const Tile &result) const {
    return broadcastTile(operation->getOperand(operand), result);
  }
  bool sliceable(mlir::Operation *, unsigned) const { return true; }
  Layout operandLayout(mlir::Operation *operation, unsigned operand) const {
    return broadcastLayout(operation->getOperand(operand),
                           operation->getResult(0));
  }
};

} // namespace tpu_mlir
