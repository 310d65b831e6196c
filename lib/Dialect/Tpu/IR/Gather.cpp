//===- Gather.cpp - tpu.gather --------------------------------------------===//
#include "dialects/Tpu/Tpu.h"

using namespace mlir;
using namespace tpu_mlir::tpu;

static LogicalResult verifyShape(GatherOp op, StringRef what,
                                 RankedTensorType type,
                                 ArrayRef<int64_t> expected) {
  if (type.getShape() == expected)
    return success();
  InFlightDiagnostic error = op.emitOpError() << "expects " << what << " [";
  llvm::interleaveComma(expected, error);
  error << "], but found [";
  llvm::interleaveComma(type.getShape(), error);
  return error << "] (C1)";
}

LogicalResult GatherOp::verify() {
  ArrayRef<int64_t> table = getTable().getType().getShape();
  RankedTensorType indices = getIndices().getType();
  int64_t count = indices.getNumElements();
  if (failed(verifyShape(*this, "a table", getTable().getType(),
                         {table[0], table[1], 1, table[3]})) ||
      failed(verifyShape(*this, "indices", indices, {1, 1, 1, count})) ||
      failed(verifyShape(*this, "a result", getResult().getType(),
                         {table[0], count, 1, table[3]})))
    return failure();
  if (!indices.getElementType().isInteger(32))
    return emitOpError() << "expects indices of i32, but found "
                         << indices.getElementType() << " (C2)";
  return success();
}

LogicalResult WrapIndexOp::verify() {
  Type element = getInput().getType().getElementType();
  if (!element.isInteger(32))
    return emitOpError() << "expects i32, but found " << element << " (C1)";
  return success();
}
