//===- FillLanes.cpp - Element-wise ops in the better of two views --------===//
#include "lib/Schedule/Passes.h"

#include "lib/Support/ChipOf.h"
#include "lib/Support/TypeOf.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/Support/MathExtras.h"

#include <limits>

namespace tpu_mlir::tpu {
#define GEN_PASS_DEF_FILLLANES
#include "lib/Schedule/Passes.h.inc"
} // namespace tpu_mlir::tpu

using namespace mlir;
using namespace tpu_mlir;
using namespace tpu_mlir::tpu;

/// Elements that the fullest lane has; the views of a signature, which may be
/// of any rank, have no lanes.
static int64_t depth(ArrayRef<int64_t> shape, const Chip &chip) {
  if (shape.size() != 4)
    return std::numeric_limits<int64_t>::max();
  return shape[0] * int64_t(llvm::divideCeil(shape[1], chip.lanes)) * shape[2] *
         shape[3];
}

/// Ops of which each element of the result depends on the one of operand 0 at
/// the same place, and on nothing else that has places.
static bool keepsPlaces(Operation *op) {
  return op->hasTrait<ElementByElement>() &&
         (op->getNumOperands() == 1 || isa<LookupOp>(op));
}

/// Whether the op computes the same on its operand in the other view. A table
/// for each channel needs every element to stay in its channel.
static bool fitsView(Operation *op, ArrayRef<int64_t> shape) {
  auto lookup = dyn_cast<LookupOp>(op);
  if (!lookup || lookup.getTable().getType().getDimSize(1) == 1)
    return true;
  ArrayRef<int64_t> own = lookup.getInput().getType().getShape();
  return shape.take_front(2) == own.take_front(2);
}

/// The op on `input`, in the view that it has.
static Value cloneOn(Operation *op, Value input, PatternRewriter &rewriter) {
  Operation *clone = rewriter.clone(*op);
  clone->setOperand(0, input);
  Value result = clone->getResult(0);
  result.setType(typeOf(result).clone(typeOf(input).getShape()));
  return result;
}

namespace {
/// op(reshape(x)) becomes reshape(op(x)) where the lanes are as full.
struct Before : RewritePattern {
  Before(MLIRContext *context, const Chip &chip)
      : RewritePattern(MatchAnyOpTypeTag(), 1, context), chip(chip) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (!keepsPlaces(op))
      return rewriter.notifyMatchFailure(op, "it is tied to its view");
    auto view = op->getOperand(0).getDefiningOp<ReshapeOp>();
    if (!view)
      return rewriter.notifyMatchFailure(op, "there is no other view");
    if (!fitsView(op, view.getInput().getType().getShape()))
      return rewriter.notifyMatchFailure(op, "channels would be other ones");
    if (depth(view.getInput().getType().getShape(), chip) >
        depth(view.getType().getShape(), chip))
      return rewriter.notifyMatchFailure(op, "lanes would be emptier");
    Value result = cloneOn(op, view.getInput(), rewriter);
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op->getResult(0).getType(),
                                           result);
    return success();
  }

private:
  const Chip &chip;
};

/// reshape(op(x)) becomes op(reshape(x)) where lanes are fuller.
struct Behind : OpRewritePattern<ReshapeOp> {
  Behind(MLIRContext *context, const Chip &chip)
      : OpRewritePattern(context), chip(chip) {}

  LogicalResult matchAndRewrite(ReshapeOp view,
                                PatternRewriter &rewriter) const override {
    Operation *op = view.getInput().getDefiningOp();
    if (!op || !keepsPlaces(op) || !op->hasOneUse())
      return rewriter.notifyMatchFailure(view, "the op is tied to its view");
    ArrayRef<int64_t> wanted = view.getType().getShape();
    if (depth(wanted, chip) >=
        depth(view.getInput().getType().getShape(), chip))
      return rewriter.notifyMatchFailure(view, "lanes would be no fuller");
    if (!fitsView(op, wanted))
      return rewriter.notifyMatchFailure(view, "channels would be other ones");
    Value input = op->getOperand(0);
    Value turned = rewriter.create<ReshapeOp>(
        view.getLoc(), typeOf(input).clone(wanted), input);
    rewriter.replaceOp(view, cloneOn(op, turned, rewriter));
    rewriter.eraseOp(op); // at once: what made its operand has one use again
    return success();
  }

private:
  const Chip &chip;
};

struct FillLanes : tpu_mlir::tpu::impl::FillLanesBase<FillLanes> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<Before, Behind>(&getContext(), chipOf(getOperation()));
    if (failed(
            applyPatternsAndFoldGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
