//===- Integer.cpp - Integers, truth values and choices by them -----------===//
#include "dialects/Tpu/Tpu.h"
#include "lib/Dialect/Tpu/IR/Broadcast.h"
#include "lib/Dialect/Tpu/IR/Integers.h"

using namespace mlir;
using namespace tpu_mlir::tpu;

/// The kinds that take any three types: the chip extends their operands.
static bool takesAnyTypes(IntegerKind kind) {
  return kind == IntegerKind::add || kind == IntegerKind::sub ||
         kind == IntegerKind::mul;
}

LogicalResult IntegerOp::verify() {
  if (failed(verifyJoin(*this)))
    return failure();
  if (takesAnyTypes(getKind()))
    return success();
  Type lhs = getLhs().getType().getElementType();
  Type rhs = getRhs().getType().getElementType();
  Type result = getResult().getType().getElementType();
  if (getKind() == IntegerKind::shift && rhs.isUnsignedInteger())
    return emitOpError() << "expects to shift by signed integers, but found "
                         << rhs << " (C3)";
  if (lhs != result || (getKind() != IntegerKind::shift && rhs != result))
    return emitOpError() << "expects one element type for "
                         << stringifyIntegerKind(getKind()) << ", but found "
                         << lhs << ", " << rhs << " and " << result << " (C3)";
  return success();
}

LogicalResult IntegerScalarOp::verify() {
  Type element = getInput().getType().getElementType();
  int64_t scalar = getScalar();
  bool isShift = getKind() == IntegerKind::shift;
  if (isShift ? scalar >= -32 && scalar < 32 : holds(element, scalar))
    return success();
  InFlightDiagnostic error = emitOpError();
  if (isShift)
    error << "expects to shift by -32 to 31";
  else
    error << "expects a scalar that " << element << " has";
  return error << ", but found " << scalar << " (C1)";
}

LogicalResult CompareOp::verify() { return verifyJoin(*this); }

LogicalResult WhereOp::verify() { return verifyBroadcast(*this); }
