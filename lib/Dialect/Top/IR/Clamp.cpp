//===- Clamp.cpp - Folding of relu and clip, which are both intervals -----===//
#include "dialects/Top/Top.h"

#include "mlir/IR/PatternMatch.h"

#include <limits>

using namespace mlir;
using namespace tpu_mlir::top;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

struct Interval {
  float min, max;
};

} // namespace

static Interval intervalOf(ReluOp) { return {0, infinity}; }
static Interval intervalOf(ClipOp op) {
  return {op.getMin().convertToFloat(), op.getMax().convertToFloat()};
}

static float clamp(float value, Interval interval) {
  return std::min(std::max(value, interval.min), interval.max);
}

/// The input and interval of the op that defines `value`, if it clamps.
static std::optional<std::pair<Value, Interval>> matchClamp(Value value) {
  if (auto relu = value.getDefiningOp<ReluOp>())
    return std::pair(relu.getInput(), intervalOf(relu));
  if (auto clip = value.getDefiningOp<ClipOp>())
    return std::pair(clip.getInput(), intervalOf(clip));
  return std::nullopt;
}

namespace {

/// clamp(clamp(x)) is one clamp: the outer one of the inner one's ends.
template <typename OpTy> struct MergeClamps : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy outer,
                                PatternRewriter &rewriter) const override {
    auto inner = matchClamp(outer.getInput());
    if (!inner)
      return rewriter.notifyMatchFailure(outer, "the input is not clamped");
    Interval interval{clamp(inner->second.min, intervalOf(outer)),
                      clamp(inner->second.max, intervalOf(outer))};
    rewriter.replaceOpWithNewOp<ClipOp>(outer, outer.getType(), inner->first,
                                        rewriter.getF32FloatAttr(interval.min),
                                        rewriter.getF32FloatAttr(interval.max));
    return success();
  }
};

struct ClipToRelu : OpRewritePattern<ClipOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ClipOp clip,
                                PatternRewriter &rewriter) const override {
    Interval interval = intervalOf(clip);
    if (interval.min != 0 || interval.max != infinity)
      return rewriter.notifyMatchFailure(clip, "not the interval of relu");
    rewriter.replaceOpWithNewOp<ReluOp>(clip, clip.getType(), clip.getInput());
    return success();
  }
};

} // namespace

/// A clamp that contains the interval of the one before it does nothing.
template <typename OpTy> static OpFoldResult foldClamp(OpTy op) {
  Interval outer = intervalOf(op);
  Interval inner{-infinity, infinity};
  if (auto clamp = matchClamp(op.getInput()))
    inner = clamp->second;
  if (outer.min <= inner.min && inner.max <= outer.max)
    return op.getInput();
  return {};
}

OpFoldResult ReluOp::fold(FoldAdaptor) { return foldClamp(*this); }
OpFoldResult ClipOp::fold(FoldAdaptor) { return foldClamp(*this); }

void ReluOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                         MLIRContext *context) {
  patterns.add<MergeClamps<ReluOp>>(context);
}

void ClipOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                         MLIRContext *context) {
  patterns.add<MergeClamps<ClipOp>, ClipToRelu>(context);
}
