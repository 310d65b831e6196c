//===- FoldScale.cpp - Scales of channels go into the op before them ------===//
#include "lib/Dialect/Top/Transforms/Passes.h"

#include "lib/Dialect/Top/Transforms/Weights.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

#include <cmath>

namespace tpu_mlir::top {
#define GEN_PASS_DEF_FOLDSCALE
#include "lib/Dialect/Top/Transforms/Passes.h.inc"
} // namespace tpu_mlir::top

using namespace mlir;
using namespace tpu_mlir::top;

namespace {

/// scale * x + shift, for each channel.
struct Affine {
  std::vector<double> scale, shift;
};

} // namespace

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

//===----------------------------------------------------------------------===//
// Which affine map of channels an op is
//===----------------------------------------------------------------------===//

/// The values of a constant for each channel, if it differs only by channel and
/// its broadcast does not change the other operand's shape.
static std::optional<std::vector<double>> perChannel(Value constant, Value like,
                                                     size_t channelDim) {
  std::optional<FloatData> data = FloatData::read(constant);
  ArrayRef<int64_t> shape = shapeOf(like);
  if (!data || shapeOf(constant).size() > shape.size())
    return std::nullopt;
  size_t missing = shape.size() - shapeOf(constant).size();
  for (auto [dim, size] : llvm::enumerate(shapeOf(constant)))
    if (size != 1 && dim + missing != channelDim)
      return std::nullopt;
  std::vector<double> values(shape[channelDim]);
  for (size_t c = 0; c < values.size(); ++c)
    values[c] = (*data)[data->size() == 1 ? 0 : c];
  return values;
}

static std::vector<double> repeat(double value, size_t count) {
  return std::vector<double>(count, value);
}

/// The affine map of `input` that `op` computes; `op` reads `input` as operand
/// 0 unless it commutes.
static std::optional<Affine> affineOf(Operation *op, Value input,
                                      size_t channelDim) {
  if (op->getNumOperands() != 2 ||
      op->getResult(0).getType() != input.getType())
    return std::nullopt;
  bool first = op->getOperand(0) == input;
  auto values = perChannel(op->getOperand(first ? 1 : 0), input, channelDim);
  if (!values)
    return std::nullopt;
  size_t count = values->size();
  if (isa<AddOp>(op))
    return Affine{repeat(1, count), *values};
  if (isa<MulOp>(op))
    return Affine{*values, repeat(0, count)};
  if (isa<SubOp>(op)) {
    if (!first)
      return Affine{repeat(-1, count), *values};
    for (double &value : *values)
      value = -value;
    return Affine{repeat(1, count), *values};
  }
  if (isa<DivOp>(op) && first) {
    for (double &value : *values) {
      if (value == 0)
        return std::nullopt;
      value = 1 / value;
    }
    return Affine{*values, repeat(0, count)};
  }
  return std::nullopt;
}

static std::optional<Affine> affineOf(BatchNormOp op) {
  auto scale = FloatData::read(op.getScale());
  auto bias = FloatData::read(op.getBias());
  auto mean = FloatData::read(op.getMean());
  auto variance = FloatData::read(op.getVariance());
  if (!scale || !bias || !mean || !variance)
    return std::nullopt;
  Affine affine;
  for (size_t c = 0; c < scale->size(); ++c) {
    double factor =
        (*scale)[c] / std::sqrt(static_cast<double>((*variance)[c]) +
                                op.getEpsilon().convertToFloat());
    affine.scale.push_back(factor);
    affine.shift.push_back((*bias)[c] - (*mean)[c] * factor);
  }
  return affine;
}

//===----------------------------------------------------------------------===//
// How an op takes it in: where output channels lie in its filter
//===----------------------------------------------------------------------===//

static Value filterOf(ConvOp op) { return op.getFilter(); }
static Value filterOf(ConvTransposeOp op) { return op.getFilter(); }
static Value filterOf(MatMulOp op) { return op.getRhs(); }

static OpOperand &filterOperand(Operation *op) { return op->getOpOperand(1); }

static size_t channelDimOf(ConvOp) { return 1; }
static size_t channelDimOf(ConvTransposeOp) { return 1; }
static size_t channelDimOf(MatMulOp op) {
  return shapeOf(op.getOutput()).size() - 1;
}

/// Output channel of element `index` of the filter.
static int64_t channelOf(ConvOp op, int64_t index) {
  int64_t oc = shapeOf(op.getFilter())[0];
  return index / (op.getFilter().getType().getNumElements() / oc);
}

static int64_t channelOf(ConvTransposeOp op, int64_t index) {
  ArrayRef<int64_t> shape = shapeOf(op.getFilter()); // [ic, oc / group, k..]
  int64_t taps =
      op.getFilter().getType().getNumElements() / (shape[0] * shape[1]);
  int64_t input = index / (taps * shape[1]);
  int64_t group = input / (shape[0] / static_cast<int64_t>(op.getGroup()));
  return group * shape[1] + index / taps % shape[1];
}

static int64_t channelOf(MatMulOp op, int64_t index) {
  ArrayRef<int64_t> shape = shapeOf(op.getRhs());
  return op.getTransposeRhs() ? index / shape.back() % shape[shape.size() - 2]
                              : index % shape.back();
}

/// Replaces filter and bias of `op`, which takes the place of `next`.
template <typename OpTy>
static void absorb(OpTy op, const Affine &affine, Operation *next,
                   PatternRewriter &rewriter) {
  std::optional<FloatData> filter = FloatData::read(filterOf(op));
  std::optional<FloatData> bias = FloatData::read(op.getBias());
  std::vector<float> scaled(filter->size()), shifted(affine.scale.size());
  for (size_t i = 0; i < scaled.size(); ++i)
    scaled[i] = (*filter)[i] * affine.scale[channelOf(op, i)];
  for (size_t c = 0; c < shifted.size(); ++c)
    shifted[c] = affine.shift[c] + (bias ? (*bias)[c] * affine.scale[c] : 0);

  auto filterType = cast<RankedTensorType>(filterOf(op).getType());
  auto biasType = RankedTensorType::get({static_cast<int64_t>(shifted.size())},
                                        filterType.getElementType());
  rewriter.setInsertionPoint(op);
  Location filterLoc = filterOf(op).getLoc();
  Location biasLoc = op.getBias() ? op.getBias().getLoc() : next->getLoc();
  Value newFilter = makeWeight(rewriter, filterLoc, filterType, scaled);
  Value newBias = makeWeight(rewriter, biasLoc, biasType, shifted);
  rewriter.modifyOpInPlace(op, [&] {
    filterOperand(op).set(newFilter);
    op.getBiasMutable().assign(newBias);
    op->setLoc(next->getLoc());
  });
  rewriter.replaceOp(next, op->getResults());
}

namespace {

template <typename OpTy> struct FoldInto : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    if (op.getRelu() || !op.getOutput().hasOneUse())
      return rewriter.notifyMatchFailure(op, "its own result is needed");
    if (!FloatData::read(filterOf(op)) ||
        (op.getBias() && !FloatData::read(op.getBias())))
      return rewriter.notifyMatchFailure(op, "its filter is not constant");
    Operation *next = *op.getOutput().getUsers().begin();
    std::optional<Affine> affine;
    if (auto norm = dyn_cast<BatchNormOp>(next)) {
      if (channelDimOf(op) == 1)
        affine = affineOf(norm);
    } else {
      affine = affineOf(next, op.getOutput(), channelDimOf(op));
    }
    if (!affine)
      return rewriter.notifyMatchFailure(op, "no map of its channels follows");
    absorb(op, *affine, next, rewriter);
    return success();
  }
};

struct FoldScalePass : tpu_mlir::top::impl::FoldScaleBase<FoldScalePass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns
        .add<FoldInto<ConvOp>, FoldInto<ConvTransposeOp>, FoldInto<MatMulOp>>(
            &getContext());
    if (failed(
            applyPatternsAndFoldGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
