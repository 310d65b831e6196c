//===- RecognizeSoftmax.cpp - Finds softmax and log-sum-exp by parts ------===//
#include "lib/Dialect/Top/Transforms/Composites/RecognizeSoftmax.h"

#include "lib/Dialect/Top/Transforms/Composites/Moments.h"
#include "lib/Dialect/Top/Transforms/Weights.h"

using namespace mlir;
using namespace tpu_mlir::top;

namespace {

/// The sum of e^(input - largest) along axes, as a value.
struct PowerSum : Moment {
  Value powers, shifted, largest;
};

} // namespace

static std::optional<PowerSum> matchPowerSum(Value value) {
  std::optional<Moment> sum = matchReduction(value, ReduceKind::Sum);
  auto exp = sum ? sum->input.getDefiningOp<ExpOp>() : ExpOp();
  auto sub = exp ? exp.getInput().getDefiningOp<SubOp>() : SubOp();
  std::optional<Moment> largest;
  if (sub)
    largest = matchReduction(sub.getRhs(), ReduceKind::Max);
  if (!largest || largest->input != sub.getLhs() || largest->axes != sum->axes)
    return std::nullopt;
  return PowerSum{*largest, exp, sub, sub.getRhs()};
}

namespace {

struct RecognizeSoftmax : OpRewritePattern<DivOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(DivOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<PowerSum> sum = matchPowerSum(op.getRhs());
    if (!sum || sum->powers != op.getLhs() || sum->axes.size() != 1)
      return rewriter.notifyMatchFailure(op, "no powers by their sum");
    rewriter.replaceOpWithNewOp<SoftmaxOp>(op, op.getType(), sum->input,
                                           sum->axes.front());
    return success();
  }
};

/// (x - largest) - log(sum)
struct RecognizeLogSoftmax : OpRewritePattern<SubOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SubOp op,
                                PatternRewriter &rewriter) const override {
    auto log = op.getRhs().getDefiningOp<LogOp>();
    std::optional<PowerSum> sum;
    if (log)
      sum = matchPowerSum(log.getInput());
    if (!sum || sum->shifted != op.getLhs() || sum->axes.size() != 1)
      return rewriter.notifyMatchFailure(op, "no log of the sum of powers");
    rewriter.replaceOpWithNewOp<LogSoftmaxOp>(op, op.getType(), sum->input,
                                              sum->axes.front());
    return success();
  }
};

/// log(sum) + largest
struct RecognizeLogSumExp : OpRewritePattern<AddOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(AddOp op,
                                PatternRewriter &rewriter) const override {
    for (auto [value, largest] : {std::pair(op.getLhs(), op.getRhs()),
                                  std::pair(op.getRhs(), op.getLhs())}) {
      auto log = value.getDefiningOp<LogOp>();
      std::optional<PowerSum> sum;
      if (log)
        sum = matchPowerSum(log.getInput());
      if (!sum || sum->largest != largest)
        continue;
      rewriter.replaceOpWithNewOp<ReduceOp>(op, op.getType(), sum->input,
                                            ReduceKind::LogSumExp, sum->axes,
                                            /*keepdims=*/true);
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no log of a sum plus the largest");
  }
};

} // namespace

void tpu_mlir::top::addSoftmaxPatterns(RewritePatternSet &patterns) {
  patterns.add<RecognizeSoftmax, RecognizeLogSoftmax, RecognizeLogSumExp>(
      patterns.getContext());
}
