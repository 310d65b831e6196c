//===- FuseRelu.cpp - Convolutions and products apply their relu ----------===//
#include "lib/Dialect/Top/Transforms/Passes.h"

#include "dialects/Top/Top.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

#include <cmath>

namespace tpu_mlir::top {
#define GEN_PASS_DEF_FUSERELU
#include "lib/Dialect/Top/Transforms/Passes.h.inc"
} // namespace tpu_mlir::top

using namespace mlir;
using namespace tpu_mlir::top;

/// The upper end of an activation that starts at 0; nothing for others.
static std::optional<float> limitOf(Operation *op) {
  if (isa<ReluOp>(op))
    return INFINITY;
  auto clip = dyn_cast<ClipOp>(op);
  if (!clip || !clip.getMin().isZero() || clip.getMax().convertToFloat() <= 0)
    return std::nullopt;
  return clip.getMax().convertToFloat();
}

namespace {

template <typename OpTy> struct Fuse : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    if (op.getRelu() || !op.getOutput().hasOneUse())
      return rewriter.notifyMatchFailure(op, "its own result is needed");
    Operation *next = *op.getOutput().getUsers().begin();
    std::optional<float> limit = limitOf(next);
    if (!limit)
      return rewriter.notifyMatchFailure(op, "no activation from 0 follows");
    rewriter.modifyOpInPlace(op, [&] {
      op.setRelu(true);
      if (!std::isinf(*limit))
        op.setReluLimitAttr(rewriter.getF32FloatAttr(*limit));
      op->setLoc(next->getLoc());
    });
    rewriter.replaceOp(next, op->getResults());
    return success();
  }
};

struct FuseReluPass : tpu_mlir::top::impl::FuseReluBase<FuseReluPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<Fuse<ConvOp>, Fuse<ConvTransposeOp>, Fuse<MatMulOp>>(
        &getContext());
    if (failed(
            applyPatternsAndFoldGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
