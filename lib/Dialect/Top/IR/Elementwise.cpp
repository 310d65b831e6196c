//===- Elementwise.cpp - Arithmetic, comparison and logic by element ------===//
#include "lib/Dialect/Top/IR/Inference.h"
#include "lib/Dialect/Top/IR/Splat.h"

using namespace mlir;
using namespace tpu_mlir::top;

//===----------------------------------------------------------------------===//
// Inference and verification
//===----------------------------------------------------------------------===//

LogicalResult ModOp::inferTypes(Emitter emit, Adaptor adaptor, Types &types) {
  Type element = tensorType(adaptor.getLhs()).getElementType();
  if (isa<FloatType>(element) && !adaptor.getFmod())
    return emit("expects fmod with operands of ", element, " (C2)");
  return inferBroadcast(emit, adaptor.getOperands(), types);
}

LogicalResult WhereOp::inferTypes(Emitter emit, Adaptor adaptor, Types &types) {
  return inferBroadcast(emit, adaptor.getOperands(), types);
}

LogicalResult CastOp::inferTypes(Emitter emit, Adaptor adaptor, Types &types) {
  Type to = adaptor.getTo();
  auto integer = dyn_cast<IntegerType>(to);
  bool isInteger =
      integer && llvm::is_contained({8u, 16u, 32u, 64u}, integer.getWidth()) &&
      !integer.isSigned();
  if (!to.isF32() && !to.isF16() && !to.isBF16() && !to.isSignlessInteger(1) &&
      !isInteger)
    return emit(
        "expects `to` to be f32, f16, bf16, i1, a signless or an unsigned "
        "integer of 8, 16, 32 or 64 bits, but found ",
        to, " (C1)");
  types.push_back(tensorType(adaptor.getInput()).clone(to));
  return success();
}

LogicalResult ClipOp::verify() {
  if (!(getMin() <= getMax()))
    return emitOpError("expects min <= max, but found ")
           << getMin().convertToDouble() << " and "
           << getMax().convertToDouble() << " (C1)";
  return success();
}

//===----------------------------------------------------------------------===//
// Folding. A neutral constant may only go where the other operand already has
// the shape of the result.
//===----------------------------------------------------------------------===//

/// `lhs` if every element of `rhs` is `neutral`.
template <typename OpTy>
static OpFoldResult foldNeutral(OpTy op, Attribute rhs, double neutral) {
  if (op.getLhs().getType() == op.getType() && splatValue(rhs) == neutral)
    return op.getLhs();
  return {};
}

OpFoldResult AddOp::fold(FoldAdaptor adaptor) {
  return foldNeutral(*this, adaptor.getRhs(), 0.0);
}
OpFoldResult SubOp::fold(FoldAdaptor adaptor) {
  return foldNeutral(*this, adaptor.getRhs(), 0.0);
}
OpFoldResult MulOp::fold(FoldAdaptor adaptor) {
  return foldNeutral(*this, adaptor.getRhs(), 1.0);
}
OpFoldResult DivOp::fold(FoldAdaptor adaptor) {
  return foldNeutral(*this, adaptor.getRhs(), 1.0);
}
OpFoldResult PowOp::fold(FoldAdaptor adaptor) {
  return foldNeutral(*this, adaptor.getRhs(), 1.0);
}
OpFoldResult MaxOp::fold(FoldAdaptor) {
  return getLhs() == getRhs() ? getLhs() : OpFoldResult();
}
OpFoldResult MinOp::fold(FoldAdaptor) {
  return getLhs() == getRhs() ? getLhs() : OpFoldResult();
}

OpFoldResult WhereOp::fold(FoldAdaptor adaptor) {
  Value chosen;
  if (getOnTrue() == getOnFalse())
    chosen = getOnTrue();
  else if (std::optional<double> condition = splatValue(adaptor.getCondition()))
    chosen = *condition != 0 ? getOnTrue() : getOnFalse();
  if (chosen && chosen.getType() == getType())
    return chosen;
  return {};
}

OpFoldResult CastOp::fold(FoldAdaptor) {
  return getInput().getType() == getType() ? getInput() : OpFoldResult();
}
