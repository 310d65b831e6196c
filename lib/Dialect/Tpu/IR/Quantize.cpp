//===- Quantize.cpp - Arithmetic of quantised numbers
//----------------------===//
#include "dialects/Tpu/Tpu.h"
#include "lib/Dialect/Tpu/IR/Broadcast.h"
#include "lib/Dialect/Tpu/IR/Integers.h"

#include "llvm/ADT/APFloat.h"

using namespace mlir;
using namespace tpu_mlir::tpu;

/// Positive, and so is its reciprocal in f32 without being denormal.
static LogicalResult verifyStep(Operation *op, const APFloat &scale) {
  float value = scale.convertToFloat();
  if (std::isnormal(value) && std::isnormal(1 / value) && value > 0)
    return success();
  return op->emitOpError() << "expects a positive scale of which f32 has the "
                              "reciprocal, but found "
                           << value << " (C1)";
}

/// Scales that the integer arithmetic of the kernels reaches.
static LogicalResult verifyRatio(Operation *op, StringRef what,
                                 const APFloat &scale, StringRef tag) {
  double value = scale.convertToDouble();
  if (value >= 0x1p-24 && value <= 0x1p7)
    return success();
  return op->emitOpError() << "expects " << what
                           << " from 2^-24 to 2^7, but found " << value << " "
                           << tag;
}

LogicalResult QuantizeOp::verify() {
  if (failed(verifyStep(*this, getScale())))
    return failure();
  return verifyZeroPoint(*this, "the result", getZeroPoint(),
                         getResult().getType().getElementType(), "(C2)");
}

LogicalResult DequantizeOp::verify() {
  if (failed(verifyStep(*this, getScale())))
    return failure();
  return verifyZeroPoint(*this, "the input", getZeroPoint(),
                         getInput().getType().getElementType(), "(C2)");
}

LogicalResult RequantOp::verify() {
  if (failed(verifyRatio(*this, "a scale", getScale(), "(C1)")) ||
      failed(verifyZeroPoint(*this, "the input", getInputZeroPoint(),
                             getInput().getType().getElementType(), "(C2)")))
    return failure();
  return verifyZeroPoint(*this, "the result", getZeroPoint(),
                         getResult().getType().getElementType(), "(C2)");
}

LogicalResult QuantizedBinaryOp::verify() {
  if (failed(verifyJoin(*this)))
    return failure();
  if (getKind() == BinaryKind::div)
    return emitOpError("expects add, sub, mul, max or min, but found div (C3)");
  if (getKind() == BinaryKind::mul && !getRhsScale().isExactlyValue(1.0))
    return emitOpError() << "expects 'rhs_scale' of mul to be 1, but found "
                         << getRhsScale().convertToFloat() << " (C4)";
  if (failed(verifyRatio(*this, "'lhs_scale'", getLhsScale(), "(C4)")) ||
      failed(verifyRatio(*this, "'rhs_scale'", getRhsScale(), "(C4)")) ||
      failed(verifyZeroPoint(*this, "lhs", getLhsZeroPoint(),
                             getLhs().getType().getElementType(), "(C5)")) ||
      failed(verifyZeroPoint(*this, "rhs", getRhsZeroPoint(),
                             getRhs().getType().getElementType(), "(C5)")))
    return failure();
  return verifyZeroPoint(*this, "the result", getZeroPoint(),
                         getResult().getType().getElementType(), "(C5)");
}

LogicalResult LookupOp::verify() {
  ArrayRef<int64_t> table = getTable().getType().getShape();
  int64_t channels = getInput().getType().getDimSize(1);
  if (table != ArrayRef<int64_t>{1, 1, 1, 256} &&
      table != ArrayRef<int64_t>{1, channels, 1, 256}) {
    InFlightDiagnostic error = emitOpError();
    error << "expects a table of shape [1, 1, 1, 256] or [1, " << channels
          << ", 1, 256], but found [";
    llvm::interleaveComma(table, error);
    return error << "] (C1)";
  }
  if (getInput().getType().getShape() != getResult().getType().getShape())
    return emitOpError("expects a result of the input's shape (C2)");
  return success();
}

LogicalResult CurveOp::verify() {
  Type type = getType().getElementType();
  if (!holds(type, getCentre()) || !holds(type, getOffset()) ||
      getLimit() < 1 || getLimit() > 254)
    return emitOpError("expects a centre and an offset from -128 to 127 and a "
                       "limit from 1 to 254 (C1)");
  if (getP().size() < 2 || getP().size() > 8 ||
      !llvm::all_of(getP(), [](float c) { return std::isfinite(c); }))
    return emitOpError("expects 2 to 8 finite coefficients (C2)");
  // Negative shifts are large: the getters are unsigned.
  if (!llvm::isInt<16>(getSlope()) || getArgumentShift() > 7 ||
      getSlopeShift() > 14)
    return emitOpError("expects a slope of 16 bits, an argument_shift from 0 "
                       "to 7 and a slope_shift from 0 to 14 (C3)");
  return success();
}
