//===- Integers.cpp - What an element type holds
//---------------------------===//
#include "lib/Dialect/Tpu/IR/Integers.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

bool tpu_mlir::tpu::holds(Type type, int64_t value) {
  unsigned bits = type.getIntOrFloatBitWidth();
  return type.isUnsignedInteger()
             ? value >= 0 && llvm::isUIntN(bits, uint64_t(value))
             : llvm::isIntN(bits, value);
}

LogicalResult tpu_mlir::tpu::verifyZeroPoint(Operation *op, StringRef what,
                                             int64_t zeroPoint, Type type,
                                             StringRef tag) {
  bool fits = type.isInteger() ? holds(type, zeroPoint) : zeroPoint == 0;
  if (fits)
    return success();
  return op->emitOpError() << "expects a zero point of " << what << " that "
                           << type << " has, but found " << zeroPoint << " "
                           << tag;
}
