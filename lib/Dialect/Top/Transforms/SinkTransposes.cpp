//===- SinkTransposes.cpp - Transposes move down until they cancel --------===//
#include "lib/Dialect/Top/Transforms/Passes.h"

#include "lib/Dialect/Top/Transforms/Weights.h"
#include "lib/Support/Locations.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace tpu_mlir::top {
#define GEN_PASS_DEF_SINKTRANSPOSES
#include "lib/Dialect/Top/Transforms/Passes.h.inc"
} // namespace tpu_mlir::top

using namespace mlir;
using namespace tpu_mlir;
using namespace tpu_mlir::top;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// Ops that compute each element from the elements at the same place.
static bool isElementwise(Operation *op) {
  if (op->getNumResults() != 1)
    return false;
  if (isa<AddOp, SubOp, MulOp, DivOp, PowOp, MaxOp, MinOp, PReluOp>(op))
    return true;
  return op->hasTrait<OpTrait::Elementwise>();
}

/// The type before a transpose that leads to `type`.
static RankedTensorType before(RankedTensorType type, ArrayRef<int64_t> perm) {
  SmallVector<int64_t> shape(perm.size());
  for (auto [dim, source] : llvm::enumerate(perm))
    shape[source] = type.getDimSize(dim);
  return RankedTensorType::get(shape, type.getElementType());
}

/// What stands for an operand before the transpose: the input of one with the
/// same order, or a constant of one element; null if there is nothing.
static Value withoutTranspose(Value operand, ArrayRef<int64_t> perm) {
  if (auto transpose = operand.getDefiningOp<TransposeOp>())
    return transpose.getPerm() == perm ? transpose.getInput() : Value();
  bool single = typeOf(operand).getNumElements() == 1 &&
                typeOf(operand).getRank() <= int64_t(perm.size());
  return single && weightOf(operand) ? operand : Value();
}

namespace {

/// op(transpose(a), transpose(b), ..) becomes transpose(op(a, b, ..)).
struct Sink : RewritePattern {
  explicit Sink(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    auto concat = dyn_cast<ConcatOp>(op);
    if (!isElementwise(op) && !concat)
      return rewriter.notifyMatchFailure(op, "its elements have their places");
    TransposeOp first;
    for (Value operand : op->getOperands())
      if (auto transpose = operand.getDefiningOp<TransposeOp>())
        first = first ? first : transpose;
    if (!first)
      return rewriter.notifyMatchFailure(op, "no operand is transposed");
    ArrayRef<int64_t> perm = first.getPerm();
    SmallVector<Value> operands;
    for (Value operand : op->getOperands()) {
      auto transpose = operand.getDefiningOp<TransposeOp>();
      if (transpose &&
          llvm::any_of(transpose->getUsers(),
                       [&](Operation *user) { return user != op; }))
        return rewriter.notifyMatchFailure(op, "a transpose would stay");
      Value source = withoutTranspose(operand, perm);
      if (!source)
        return rewriter.notifyMatchFailure(op, "operands differ in order");
      operands.push_back(source);
    }
    RankedTensorType type = typeOf(op->getResult(0));
    if (type.getRank() != int64_t(perm.size()))
      return rewriter.notifyMatchFailure(op, "broadcast adds dimensions");
    Operation *clone = rewriter.clone(*op);
    clone->setOperands(operands);
    clone->setLoc(beforeTranspose(op->getLoc(), perm));
    clone->getResult(0).setType(before(type, perm));
    if (concat)
      cast<ConcatOp>(clone).setAxis(perm[concat.getAxis()]);
    rewriter.replaceOpWithNewOp<TransposeOp>(op, type, clone->getResult(0),
                                             perm);
    return success();
  }
};

struct SinkTransposesPass
    : tpu_mlir::top::impl::SinkTransposesBase<SinkTransposesPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<Sink>(&getContext());
    // Two transposes that meet become one, or none.
    TransposeOp::getCanonicalizationPatterns(patterns, &getContext());
    if (failed(
            applyPatternsAndFoldGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
