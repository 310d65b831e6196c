//===- Elementwise.cpp - Arithmetic, comparison and logic by element ------===//
#include "lib/Dialect/Top/IR/Inference.h"
#include "lib/Dialect/Top/IR/Splat.h"

#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace tpu_mlir::top;

//===----------------------------------------------------------------------===//
// Inference and verification
//===----------------------------------------------------------------------===//

LogicalResult WhereOp::inferTypes(Emitter emit, Adaptor adaptor, Types &types) {
  return inferBroadcast(emit, adaptor.getOperands(), types);
}

LogicalResult CastOp::inferTypes(Emitter emit, Adaptor adaptor, Types &types) {
  Type to = adaptor.getTo();
  auto integer = dyn_cast<IntegerType>(to);
  bool isInteger =
      integer && llvm::is_contained({8u, 16u, 32u, 64u}, integer.getWidth()) &&
      !integer.isSigned();
  if (!isa<quant::UniformQuantizedType>(to) && !to.isF32() && !to.isF16() &&
      !to.isBF16() && !to.isSignlessInteger(1) && !isInteger)
    return emit(
        "expects `to` to be f32, f16, bf16, i1, a signless or an unsigned "
        "integer of 8, 16, 32 or 64 bits, but found ",
        to, " (C1)");
  types.push_back(tensorType(adaptor.getInput()).clone(to));
  return success();
}

LogicalResult ClipOp::inferTypes(Emitter emit, Adaptor adaptor, Types &types) {
  APFloat min = adaptor.getMin(), max = adaptor.getMax();
  if (!(min <= max))
    return emit("expects min <= max, but found ", min.convertToDouble(),
                " and ", max.convertToDouble(), " (C1)");
  return inferElementwise(adaptor.getInput(), types);
}

//===----------------------------------------------------------------------===//
// Folding
//===----------------------------------------------------------------------===//

/// `kept` if every element of `other` is `neutral`, unless the result is
/// larger.
template <typename OpTy>
static OpFoldResult foldNeutral(OpTy op, Value kept, Value other,
                                double neutral) {
  if (kept.getType() == op.getType() && splatValue(other) == neutral)
    return kept;
  return {};
}

template <typename OpTy>
static OpFoldResult foldNeutralSide(OpTy op, double neutral) {
  OpFoldResult kept = foldNeutral(op, op.getLhs(), op.getRhs(), neutral);
  return kept ? kept : foldNeutral(op, op.getRhs(), op.getLhs(), neutral);
}

OpFoldResult AddOp::fold(FoldAdaptor) { return foldNeutralSide(*this, 0.0); }
OpFoldResult MulOp::fold(FoldAdaptor) { return foldNeutralSide(*this, 1.0); }
OpFoldResult SubOp::fold(FoldAdaptor) {
  return foldNeutral(*this, getLhs(), getRhs(), 0.0);
}
OpFoldResult DivOp::fold(FoldAdaptor) {
  return foldNeutral(*this, getLhs(), getRhs(), 1.0);
}
OpFoldResult PowOp::fold(FoldAdaptor) {
  return foldNeutral(*this, getLhs(), getRhs(), 1.0);
}
OpFoldResult MaxOp::fold(FoldAdaptor) {
  return getLhs() == getRhs() ? getLhs() : OpFoldResult();
}
OpFoldResult MinOp::fold(FoldAdaptor) {
  return getLhs() == getRhs() ? getLhs() : OpFoldResult();
}

OpFoldResult WhereOp::fold(FoldAdaptor) {
  Value chosen;
  if (getOnTrue() == getOnFalse())
    chosen = getOnTrue();
  else if (std::optional<double> condition = splatValue(getCondition()))
    chosen = *condition != 0 ? getOnTrue() : getOnFalse();
  if (chosen && chosen.getType() == getType())
    return chosen;
  return {};
}

/// f(f(x)) is f(x).
template <typename OpTy> static OpFoldResult foldIdempotent(OpTy op) {
  bool same = op.getInput().template getDefiningOp<OpTy>() &&
              op.getInput().getType() == op.getType();
  return same ? op.getInput() : OpFoldResult();
}
OpFoldResult AbsOp::fold(FoldAdaptor) { return foldIdempotent(*this); }
OpFoldResult CeilOp::fold(FoldAdaptor) { return foldIdempotent(*this); }
OpFoldResult FloorOp::fold(FoldAdaptor) { return foldIdempotent(*this); }
OpFoldResult RoundOp::fold(FoldAdaptor) { return foldIdempotent(*this); }
OpFoldResult SignOp::fold(FoldAdaptor) { return foldIdempotent(*this); }

/// f(f(x)) is x.
template <typename OpTy> static OpFoldResult foldInvolution(OpTy op) {
  auto inner = op.getInput().template getDefiningOp<OpTy>();
  return inner && inner.getInput().getType() == op.getType() ? inner.getInput()
                                                             : Value();
}
OpFoldResult NegOp::fold(FoldAdaptor) { return foldInvolution(*this); }
OpFoldResult NotOp::fold(FoldAdaptor) { return foldInvolution(*this); }

OpFoldResult CastOp::fold(FoldAdaptor) {
  return getInput().getType() == getType() ? getInput() : OpFoldResult();
}

//===----------------------------------------------------------------------===//
// Canonicalization
//===----------------------------------------------------------------------===//

namespace {

/// The patterns that look for a constant operand find it on the right.
template <typename OpTy> struct WeightToTheRight : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    if (!op.getLhs().template getDefiningOp<WeightOp>() ||
        op.getRhs().template getDefiningOp<WeightOp>())
      return rewriter.notifyMatchFailure(op, "no weight on the left alone");
    rewriter.replaceOpWithNewOp<OpTy>(op, op.getType(), op.getRhs(),
                                      op.getLhs());
    return success();
  }
};

} // namespace

void AddOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                        MLIRContext *context) {
  patterns.add<WeightToTheRight<AddOp>>(context);
}
void MulOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                        MLIRContext *context) {
  patterns.add<WeightToTheRight<MulOp>>(context);
}
void MaxOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                        MLIRContext *context) {
  patterns.add<WeightToTheRight<MaxOp>>(context);
}
void MinOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                        MLIRContext *context) {
  patterns.add<WeightToTheRight<MinOp>>(context);
}
