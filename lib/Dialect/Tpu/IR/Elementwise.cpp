//===- Elementwise.cpp - tpu.binary, tpu.select
//----------------------------===//
#include "lib/Dialect/Tpu/IR/Broadcast.h"

#include "dialects/Tpu/Tpu.h"

using namespace mlir;
using namespace tpu_mlir::tpu;

LogicalResult tpu_mlir::tpu::verifyBroadcast(Operation *op) {
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

LogicalResult tpu_mlir::tpu::verifyJoin(Operation *op) {
  if (failed(verifyBroadcast(op)))
    return failure();
  auto sizeOf = [](Value value, unsigned dim) {
    return cast<RankedTensorType>(value.getType()).getDimSize(dim);
  };
  for (unsigned dim = 0; dim < 4; ++dim) {
    int64_t expected = std::max(sizeOf(op->getOperand(0), dim),
                                sizeOf(op->getOperand(1), dim));
    int64_t found = sizeOf(op->getResult(0), dim);
    if (found != expected)
      return op->emitOpError()
             << "expects dimension " << dim << " of the result to be "
             << expected << ", but found " << found << " (C2)";
  }
  return success();
}

LogicalResult BinaryOp::verify() { return verifyJoin(*this); }

LogicalResult CastOp::verify() {
  if (getInput().getType() == getResult().getType())
    return emitOpError() << "expects another element type than "
                         << getInput().getType().getElementType() << " (C1)";
  return success();
}

LogicalResult SelectOp::verify() {
  Type compared = getLhs().getType().getElementType();
  Type element = getResult().getType().getElementType();
  if (compared != element && !(compared.isInteger(32) && element.isF32()))
    return emitOpError() << "expects to compare " << element
                         << ", or i32 for a result of f32, but found "
                         << compared << " (C2)";
  return verifyBroadcast(*this);
}
