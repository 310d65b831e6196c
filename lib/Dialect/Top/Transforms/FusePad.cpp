//===- FusePad.cpp - Convolutions and pools do the padding before them ----===//
#include "lib/Dialect/Top/Transforms/Passes.h"

#include "dialects/Top/Top.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace tpu_mlir::top {
#define GEN_PASS_DEF_FUSEPAD
#include "lib/Dialect/Top/Transforms/Passes.h.inc"
} // namespace tpu_mlir::top

using namespace mlir;
using namespace tpu_mlir::top;

/// Whether no element can be negative, as far as the defining op tells.
static bool isNonNegative(Value value) {
  Operation *op = value.getDefiningOp();
  if (auto clip = dyn_cast_or_null<ClipOp>(op))
    return !clip.getMin().isNegative();
  if (auto conv = dyn_cast_or_null<ConvOp>(op))
    return conv.getRelu();
  return isa_and_nonnull<ReluOp, SigmoidOp, HardSigmoidOp, SoftmaxOp>(op);
}

//===----------------------------------------------------------------------===//
// Whether an op computes the same with its own padding
//===----------------------------------------------------------------------===//

static bool accepts(ConvOp, PadOp pad) { return pad.getValue().isZero(); }
static bool accepts(LpPoolOp, PadOp pad) { return pad.getValue().isZero(); }

static bool accepts(AveragePoolOp op, PadOp pad) {
  // Elements of the pad are counted as those of the input were.
  bool padded = llvm::any_of(op.getPads(), [](int64_t p) { return p != 0; });
  return pad.getValue().isZero() && (op.getCountIncludePad() || !padded);
}

static bool accepts(MaxPoolOp, PadOp pad) {
  APFloat value = pad.getValue();
  return (value.isInfinity() && value.isNegative()) ||
         (value.isZero() && isNonNegative(pad.getInput()));
}

static void adjust(Operation *) {}
static void adjust(AveragePoolOp op) { op.setCountIncludePad(true); }

/// Pools do not allow windows that lie outside of the input.
static bool fits(ConvOp, ArrayRef<int64_t>) { return true; }
template <typename PoolOp> static bool fits(PoolOp op, ArrayRef<int64_t> pads) {
  size_t spatial = op.getKernel().size();
  for (auto [i, pad] : llvm::enumerate(pads)) {
    size_t dim = i % spatial;
    if (pad > (op.getKernel()[dim] - 1) * op.getDilations()[dim])
      return false;
  }
  return true;
}

namespace {

template <typename OpTy> struct Fuse : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    auto pad = op.getInput().template getDefiningOp<PadOp>();
    if (!pad || pad.getMode() != PadMode::Constant || !accepts(op, pad))
      return rewriter.notifyMatchFailure(op, "no padding that is its own");
    ArrayRef<int64_t> around = pad.getPads();
    size_t rank = around.size() / 2, spatial = rank - 2;
    for (size_t side : {size_t(0), rank})
      if (around[side] || around[side + 1])
        return rewriter.notifyMatchFailure(op, "batch or channels are padded");
    SmallVector<int64_t> pads(op.getPads());
    for (size_t i = 0; i < spatial; ++i) {
      pads[i] += around[2 + i];
      pads[spatial + i] += around[rank + 2 + i];
    }
    if (!fits(op, pads))
      return rewriter.notifyMatchFailure(op, "a window would be all padding");
    rewriter.modifyOpInPlace(op, [&] {
      op->setOperand(0, pad.getInput());
      op.setPads(pads);
      adjust(op);
    });
    return success();
  }
};

struct FusePadPass : tpu_mlir::top::impl::FusePadBase<FusePadPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<Fuse<ConvOp>, Fuse<AveragePoolOp>, Fuse<MaxPoolOp>,
                 Fuse<LpPoolOp>>(&getContext());
    if (failed(
            applyPatternsAndFoldGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
