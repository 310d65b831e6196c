//===- SinkTransposes.cpp - Transposes move down until they cancel --------===//
#include "lib/Dialect/Top/Transforms/Passes.h"

#include "lib/Dialect/Top/Transforms/Weights.h"
#include "lib/Support/Locations.h"
#include "lib/Support/TypeOf.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace tpu_mlir::top {
#define GEN_PASS_DEF_SINKTRANSPOSES
#include "lib/Dialect/Top/Transforms/Passes.h.inc"
} // namespace tpu_mlir::top

using namespace mlir;
using namespace tpu_mlir;
using namespace tpu_mlir::top;

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

/// A constant of floats that can be turned; nothing if the operand is none.
static std::optional<FloatData> readConstant(Value operand, size_t rank) {
  RankedTensorType type = typeOf(operand);
  if (!weightOf(operand) || !isa<FloatType>(type.getElementType()) ||
      type.getRank() > int64_t(rank))
    return std::nullopt;
  return FloatData::read(operand);
}

/// A constant as it lies before the transpose of what it is broadcast with.
static Value turnBack(Value constant, const FloatData &data,
                      ArrayRef<int64_t> perm, PatternRewriter &rewriter) {
  RankedTensorType type = typeOf(constant);
  SmallVector<int64_t> shape(perm.size() - type.getRank(), 1);
  llvm::append_range(shape, type.getShape());
  RankedTensorType turned = before(type.clone(shape), perm);
  // Steps through the constant for the dimensions of the turned one.
  SmallVector<int64_t> steps(perm.size()), index(perm.size(), 0);
  int64_t step = 1;
  for (size_t dim = perm.size(); dim-- > 0; step *= shape[dim])
    steps[perm[dim]] = step;
  std::vector<float> values;
  values.reserve(data.size());
  while (values.size() < data.size()) {
    int64_t from = 0;
    for (auto [at, each] : llvm::zip(index, steps))
      from += at * each;
    values.push_back(data[from]);
    for (size_t dim = perm.size();
         dim-- > 0 && ++index[dim] == turned.getDimSize(dim);)
      index[dim] = 0;
  }
  return makeWeight(rewriter, constant.getLoc(), turned, values);
}

static bool isSingle(Value operand, size_t rank) {
  return typeOf(operand).getNumElements() == 1 &&
         typeOf(operand).getRank() <= int64_t(rank) && weightOf(operand);
}

/// Whether something stands for an operand before the transpose: the input of
/// one with the same order, or a constant.
static bool hasSource(Value operand, ArrayRef<int64_t> perm) {
  if (auto transpose = operand.getDefiningOp<TransposeOp>())
    return transpose.getPerm() == perm;
  return isSingle(operand, perm.size()) || readConstant(operand, perm.size());
}

static Value sourceOf(Value operand, ArrayRef<int64_t> perm,
                      PatternRewriter &rewriter) {
  if (auto transpose = operand.getDefiningOp<TransposeOp>())
    return transpose.getInput();
  if (isSingle(operand, perm.size()))
    return operand;
  return turnBack(operand, *readConstant(operand, perm.size()), perm, rewriter);
}

static bool movesDown(Operation *op) {
  return isElementwise(op) || isa<ConcatOp, TransposeOp>(op);
}

/// Whether no more transposes are left when those of the op move below it: one
/// of them goes, or what else reads them lets them down, too.
static bool pays(Operation *op) {
  bool all = true;
  for (Value operand : op->getOperands()) {
    auto transpose = operand.getDefiningOp<TransposeOp>();
    if (!transpose)
      continue;
    bool goes = true;
    for (Operation *user : transpose->getUsers()) {
      goes &= user == op;
      all &= user == op || movesDown(user);
    }
    if (goes)
      return true;
  }
  return all;
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
    if (!pays(op))
      return rewriter.notifyMatchFailure(op, "a transpose would stay");
    ArrayRef<int64_t> perm = first.getPerm();
    RankedTensorType type = typeOf(op->getResult(0));
    if (type.getRank() != int64_t(perm.size()))
      return rewriter.notifyMatchFailure(op, "broadcast adds dimensions");
    if (!llvm::all_of(op->getOperands(),
                      [&](Value operand) { return hasSource(operand, perm); }))
      return rewriter.notifyMatchFailure(op, "operands differ in order");
    SmallVector<Value> operands;
    for (Value operand : op->getOperands())
      operands.push_back(sourceOf(operand, perm, rewriter));
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
} // namespace

/// The array, one entry a dimension, as it is before the transpose.
static SmallVector<int64_t> turnedBack(ArrayRef<int64_t> entries,
                                       ArrayRef<int64_t> perm) {
  SmallVector<int64_t> turned(perm.size());
  for (auto [dim, entry] : llvm::enumerate(entries))
    turned[perm[dim]] = entry;
  return turned;
}

/// Names the dimensions as they are before the transpose; returns the order of
/// those of the result then.
static SmallVector<int64_t> renumber(SliceOp op, ArrayRef<int64_t> perm) {
  op.setOffsets(turnedBack(op.getOffsets(), perm));
  op.setSizes(turnedBack(op.getSizes(), perm));
  op.setStrides(turnedBack(op.getStrides(), perm));
  return SmallVector<int64_t>(perm);
}
static SmallVector<int64_t> renumber(PadOp op, ArrayRef<int64_t> perm) {
  SmallVector<int64_t> pads =
      turnedBack(op.getPads().take_front(perm.size()), perm);
  llvm::append_range(pads,
                     turnedBack(op.getPads().drop_front(perm.size()), perm));
  op.setPads(pads);
  return SmallVector<int64_t>(perm);
}
static SmallVector<int64_t> renumber(ReduceOp op, ArrayRef<int64_t> perm) {
  SmallVector<int64_t> left, axes;
  for (auto [dim, source] : llvm::enumerate(perm))
    (llvm::is_contained(op.getAxes(), int64_t(dim)) ? axes : left)
        .push_back(source);
  llvm::sort(axes);
  op.setAxes(axes);
  if (op.getKeepdims())
    return SmallVector<int64_t>(perm);
  for (int64_t &dim : left) // among those that are left
    dim -= llvm::count_if(axes, [&](int64_t axis) { return axis < dim; });
  return left;
}

/// Whether the op is as cheap on the operand of the transpose: reductions are
/// where they are over h and w.
static bool isCheap(Operation *, ArrayRef<int64_t>) { return true; }
static bool isCheap(ReduceOp op, ArrayRef<int64_t> perm) {
  return llvm::all_of(op.getAxes(),
                      [&](int64_t axis) { return perm[axis] >= 2; });
}

namespace {
/// op(transpose(a)) becomes transpose(op(a)), or op(a) if the dimensions of
/// the result keep their order.
template <typename OpTy> struct SinkPast : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    auto transpose = op.getInput().template getDefiningOp<TransposeOp>();
    if (!transpose)
      return rewriter.notifyMatchFailure(op, "it is not transposed");
    ArrayRef<int64_t> perm = transpose.getPerm();
    if (!pays(op) || !isCheap(op, perm))
      return rewriter.notifyMatchFailure(op, "it is better where it is");
    OpTy clone = cast<OpTy>(rewriter.clone(*op));
    clone->setOperand(0, transpose.getInput());
    SmallVector<int64_t> order = renumber(clone, perm);
    if (llvm::is_sorted(order)) {
      rewriter.replaceOp(op, clone);
      return success();
    }
    RankedTensorType type = typeOf(op.getOutput());
    clone->setLoc(beforeTranspose(op.getLoc(), order));
    clone->getResult(0).setType(before(type, order));
    rewriter.replaceOpWithNewOp<TransposeOp>(op, type, clone->getResult(0),
                                             order);
    return success();
  }
};

struct SinkTransposesPass
    : tpu_mlir::top::impl::SinkTransposesBase<SinkTransposesPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<Sink, SinkPast<SliceOp>, SinkPast<PadOp>, SinkPast<ReduceOp>>(
        &getContext());
    // Two transposes that meet become one, or none.
    TransposeOp::getCanonicalizationPatterns(patterns, &getContext());
    if (failed(
            applyPatternsAndFoldGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
