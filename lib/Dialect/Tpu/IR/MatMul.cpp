//===- MatMul.cpp - tpu.matmul
//---------------------------------------------===//
#include "dialects/Tpu/Tpu.h"
#include "lib/Dialect/Tpu/IR/Integers.h"

using namespace mlir;
using namespace tpu_mlir::tpu;

LogicalResult MatMulOp::verify() {
  ArrayRef<int64_t> lhs = getLhs().getType().getShape();
  ArrayRef<int64_t> rhs = getRhs().getType().getShape();
  ArrayRef<int64_t> result = getResult().getType().getShape();
  int64_t k = getTransposeRhs() ? rhs[3] : rhs[1];
  int64_t n = getTransposeRhs() ? rhs[1] : rhs[3];
  if (lhs[2] != 1 || rhs[2] != 1 || result[2] != 1)
    return emitOpError("expects h = 1 in every matrix (C1)");
  if (lhs[3] != k)
    return emitOpError()
           << "expects " << k
           << " columns of lhs, as many as rows of rhs, but found " << lhs[3]
           << " (C1)";
  if (result[1] != lhs[1] || result[3] != n || result[0] != lhs[0] ||
      (rhs[0] != lhs[0] && rhs[0] != 1))
    return emitOpError() << "expects a result of shape [" << lhs[0] << ", "
                         << lhs[1] << ", 1, " << n << "] (C1)";
  Type element = getLhs().getType().getElementType();
  Type resultElement = getResult().getType().getElementType();
  Type rhsElement = getRhs().getType().getElementType();
  if (element.isInteger()) {
    if (!rhsElement.isInteger())
      return emitOpError() << "expects rhs of i8 or ui8, as lhs is, but found "
                           << rhsElement << " (C2)";
    return success(succeeded(verifyZeroPoint(*this, "lhs", getLhsZeroPoint(),
                                             element, "(C4)")) &&
                   succeeded(verifyZeroPoint(*this, "rhs", getRhsZeroPoint(),
                                             rhsElement, "(C4)")));
  }
  if (rhsElement != element ||
      (resultElement != element && !resultElement.isF32()))
    return emitOpError() << "expects rhs of " << element
                         << " and a result of that or f32 (C2)";
  if (element.isF32() && getTransposeRhs())
    return emitOpError("expects no transposed rhs in f32 (C3)");
  if (getLhsZeroPoint() != 0 || getRhsZeroPoint() != 0 ||
      !getScale().isExactlyValue(1.0) || !getOffset().isZero())
    return emitOpError("expects zero points of 0, scale 1 and offset 0 in "
                       "floating point (C4)");
  return success();
}
