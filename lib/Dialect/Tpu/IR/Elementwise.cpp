//===- Elementwise.cpp - tpu.binary, tpu.select
//----------------------------===//
#include "dialects/Tpu/Tpu.h"

using namespace mlir;
using namespace tpu_mlir::tpu;

/// (C1): each dimension of each operand is that of the result, or 1.
static LogicalResult verifyBroadcast(Operation *op) {
  auto result = cast<RankedTensorType>(op->getResult(0).getType());
  for (OpOperand &operand : op->getOpOperands()) {
    auto type = cast<RankedTensorType>(operand.get().getType());
    for (auto [dim, sizes] :
         llvm::enumerate(llvm::zip(type.getShape(), result.getShape())))
      if (std::get<0>(sizes) != std::get<1>(sizes) && std::get<0>(sizes) != 1)
        return op->emitOpError()
               << "expects dimension " << dim << " of operand "
               << operand.getOperandNumber() << " to be 1 or "
               << std::get<1>(sizes) << ", but found " << std::get<0>(sizes)
               << " (C1)";
  }
  return success();
}

LogicalResult BinaryOp::verify() {
  if (failed(verifyBroadcast(*this)))
    return failure();
  for (unsigned dim = 0; dim < 4; ++dim) {
    int64_t expected = std::max(getLhs().getType().getDimSize(dim),
                                getRhs().getType().getDimSize(dim));
    if (getResult().getType().getDimSize(dim) != expected)
      return emitOpError() << "expects dimension " << dim
                           << " of the result to be " << expected
                           << ", but found "
                           << getResult().getType().getDimSize(dim) << " (C2)";
  }
  return success();
}

LogicalResult CastOp::verify() {
  if (getInput().getType() == getResult().getType())
    return emitOpError() << "expects another element type than "
                         << getInput().getType().getElementType() << " (C1)";
  return success();
}

LogicalResult SelectOp::verify() { return verifyBroadcast(*this); }
