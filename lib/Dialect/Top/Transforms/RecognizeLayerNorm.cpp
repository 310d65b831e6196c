//===- RecognizeLayerNorm.cpp - Finds layer_norm among its parts ----------===//
#include "lib/Dialect/Top/Transforms/RecognizeLayerNorm.h"

#include "lib/Dialect/Top/Transforms/Weights.h"

using namespace mlir;
using namespace tpu_mlir::top;

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

/// The first of the trailing dimensions that a mean with keepdims reduces.
static std::optional<int64_t> trailingAxis(ReduceOp mean) {
  if (!mean || mean.getKind() != ReduceKind::Mean || !mean.getKeepdims() ||
      mean.getAxes().empty())
    return std::nullopt;
  int64_t axis = mean.getAxes().front();
  int64_t rank = shapeOf(mean.getInput()).size();
  return axis + static_cast<int64_t>(mean.getAxes().size()) == rank
             ? std::optional(axis)
             : std::nullopt;
}

/// x, if `value` is x - mean(x) over the dimensions from `axis`.
static Value centredInput(Value value, int64_t axis) {
  auto sub = value.getDefiningOp<SubOp>();
  auto mean = sub ? sub.getRhs().getDefiningOp<ReduceOp>() : ReduceOp();
  if (!mean || trailingAxis(mean) != axis || mean.getInput() != sub.getLhs())
    return {};
  return sub.getLhs();
}

/// y, if `value` is y * y or y ^ 2.
static Value squareRootOf(Value value) {
  if (auto mul = value.getDefiningOp<MulOp>())
    return mul.getLhs() == mul.getRhs() ? mul.getLhs() : Value();
  auto pow = value.getDefiningOp<PowOp>();
  return pow && readSplat(pow.getRhs()) == 2.0f ? pow.getLhs() : Value();
}

namespace {

/// sqrt(mean(square) + epsilon)
struct Deviation {
  Value square;
  int64_t axis;
  float epsilon;
};

} // namespace

static std::optional<Deviation> matchDeviation(Value value) {
  auto sqrt = value.getDefiningOp<SqrtOp>();
  auto add = sqrt ? sqrt.getInput().getDefiningOp<AddOp>() : AddOp();
  if (!add)
    return std::nullopt;
  for (bool swapped : {false, true}) {
    auto mean =
        (swapped ? add.getRhs() : add.getLhs()).getDefiningOp<ReduceOp>();
    auto epsilon = readSplat(swapped ? add.getLhs() : add.getRhs());
    std::optional<int64_t> axis = trailingAxis(mean);
    if (epsilon && axis)
      return Deviation{mean.getInput(), *axis, *epsilon};
  }
  return std::nullopt;
}

namespace {

struct RecognizeCore : OpRewritePattern<DivOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(DivOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<Deviation> deviation = matchDeviation(op.getRhs());
    if (!deviation)
      return rewriter.notifyMatchFailure(op, "no division by a deviation");
    Value x = centredInput(op.getLhs(), deviation->axis);
    Value centred = squareRootOf(deviation->square);
    if (!x || !centred || centredInput(centred, deviation->axis) != x)
      return rewriter.notifyMatchFailure(op, "not the deviation of the input");
    rewriter.replaceOpWithNewOp<LayerNormOp>(op, op.getType(), x, Value(),
                                             Value(), deviation->axis,
                                             APFloat(deviation->epsilon));
    return success();
  }
};

/// The constant that an op combines with a layer_norm that nothing else reads,
/// if it varies along the normalised dimensions only.
static std::pair<LayerNormOp, Value> matchParameter(Operation *op) {
  for (unsigned i = 0; i < 2; ++i) {
    auto norm = op->getOperand(i).getDefiningOp<LayerNormOp>();
    Value parameter = op->getOperand(1 - i);
    if (!norm || norm.getBias() || !norm.getOutput().hasOneUse() ||
        !weightOf(parameter) ||
        op->getResult(0).getType() != norm.getOutput().getType())
      continue;
    int64_t rank = shapeOf(norm.getInput()).size();
    if (static_cast<int64_t>(shapeOf(parameter).size()) <=
        rank - static_cast<int64_t>(norm.getAxis()))
      return {norm, parameter};
  }
  return {};
}

struct AbsorbScale : OpRewritePattern<MulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MulOp op,
                                PatternRewriter &rewriter) const override {
    auto [norm, scale] = matchParameter(op);
    if (!norm || norm.getScale())
      return rewriter.notifyMatchFailure(op, "no layer_norm without a scale");
    rewriter.replaceOpWithNewOp<LayerNormOp>(op, op.getType(), norm.getInput(),
                                             scale, Value(), norm.getAxis(),
                                             norm.getEpsilon());
    return success();
  }
};

struct AbsorbBias : OpRewritePattern<AddOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(AddOp op,
                                PatternRewriter &rewriter) const override {
    auto [norm, bias] = matchParameter(op);
    if (!norm)
      return rewriter.notifyMatchFailure(op, "no layer_norm without a bias");
    rewriter.replaceOpWithNewOp<LayerNormOp>(op, op.getType(), norm.getInput(),
                                             norm.getScale(), bias,
                                             norm.getAxis(), norm.getEpsilon());
    return success();
  }
};

} // namespace

void tpu_mlir::top::addLayerNormPatterns(RewritePatternSet &patterns) {
  patterns.add<RecognizeCore, AbsorbScale, AbsorbBias>(patterns.getContext());
}
