//===- RecognizeNorms.cpp - Finds layer_norm and rms_norm by parts --------===//
#include "lib/Dialect/Top/Transforms/Composites/RecognizeNorms.h"

#include "lib/Dialect/Top/Transforms/Composites/Moments.h"
#include "lib/Dialect/Top/Transforms/Weights.h"

using namespace mlir;
using namespace tpu_mlir::top;

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

namespace {

/// One of the values whose product a value is.
struct Factor {
  Value value;
  bool isDivisor;

  bool operator==(const Factor &other) const {
    return value == other.value && isDivisor == other.isDivisor;
  }
};

/// A norm times what is left of a product.
struct Norm {
  InverseDeviation deviation;
  SmallVector<Factor> others;
};

} // namespace

/// Takes a product apart, a few levels deep.
static void collectFactors(Value value, bool isDivisor,
                           SmallVectorImpl<Factor> &factors,
                           unsigned depth = 0) {
  constexpr unsigned kDepth = 4; // x * ((1 / deviation) * scale)
  Operation *op = value.getDefiningOp();
  if (depth == kDepth || !isa_and_nonnull<MulOp, DivOp>(op) ||
      matchDeviation(value, isDivisor)) {
    factors.push_back({value, isDivisor});
    return;
  }
  bool inverts = isa<DivOp>(op);
  collectFactors(op->getOperand(0), isDivisor, factors, depth + 1);
  collectFactors(op->getOperand(1), isDivisor != inverts, factors, depth + 1);
}

/// Takes the inverse deviation, and then what `isInput` says, out of a product.
static std::optional<Norm>
matchProduct(Value value,
             function_ref<bool(Value, const InverseDeviation &)> isInput) {
  SmallVector<Factor> factors;
  collectFactors(value, /*isDivisor=*/false, factors);
  for (auto [i, factor] : llvm::enumerate(factors)) {
    auto deviation = matchDeviation(factor.value, factor.isDivisor);
    if (!deviation)
      continue;
    for (auto [j, other] : llvm::enumerate(factors)) {
      if (i == j || other.isDivisor || !isInput(other.value, *deviation))
        continue;
      Norm norm{*deviation, {}};
      for (auto [k, rest] : llvm::enumerate(factors))
        if (k != i && k != j)
          norm.others.push_back(rest);
      return norm;
    }
  }
  return std::nullopt;
}

static bool isCentredInput(Value value, const InverseDeviation &deviation) {
  return deviation.isCentred
             ? matchCentred(value, deviation.axes) == deviation.input
             : value == deviation.input;
}

/// The name of a value that only the norm has.
static Location partOf(Location location, StringRef part) {
  StringRef name = nameOf(location);
  return NameLoc::get(
      StringAttr::get(location.getContext(), name + "/" + part));
}

/// The dimensions that are kept, then those of the norm.
static SmallVector<int64_t> permutationOf(const InverseDeviation &deviation) {
  SmallVector<int64_t> perm;
  int64_t rank = shapeOf(deviation.input).size();
  for (int64_t dim = 0; dim < rank; ++dim)
    if (!llvm::is_contained(deviation.axes, dim))
      perm.push_back(dim);
  llvm::append_range(perm, deviation.axes);
  return perm;
}

static Value createTrailingNorm(OpBuilder &builder, Location location, Value x,
                                const InverseDeviation &deviation) {
  int64_t axis = shapeOf(x).size() - deviation.axes.size();
  APFloat epsilon(deviation.epsilon);
  if (deviation.isCentred)
    return builder.create<LayerNormOp>(location, x.getType(), x, Value(),
                                       Value(), axis, epsilon);
  return builder.create<RmsNormOp>(location, x.getType(), x, Value(), axis,
                                   epsilon);
}

static Value createNorm(OpBuilder &builder, Location location,
                        const InverseDeviation &deviation) {
  Value x = deviation.input;
  SmallVector<int64_t> perm = permutationOf(deviation);
  if (llvm::is_sorted(perm))
    return createTrailingNorm(builder, location, x, deviation);
  SmallVector<int64_t> back(perm.size());
  for (auto [to, from] : llvm::enumerate(perm))
    back[from] = to;
  Value turned =
      builder.create<TransposeOp>(partOf(location, "turned"), x, perm);
  Value norm =
      createTrailingNorm(builder, partOf(location, "lines"), turned, deviation);
  return builder.create<TransposeOp>(location, norm, back);
}

/// The last op has the name of what it replaces.
static Value createProduct(OpBuilder &builder, Location location,
                           const Norm &norm) {
  bool isWhole = norm.others.empty();
  Value value = createNorm(
      builder, isWhole ? location : partOf(location, "norm"), norm.deviation);
  for (const Factor &factor : norm.others) {
    bool isLast = &factor == &norm.others.back();
    Location place =
        isLast ? location
               : partOf(location,
                        "norm" + std::to_string(&factor - norm.others.begin()));
    value = factor.isDivisor
                ? builder.create<DivOp>(place, value, factor.value).getOutput()
                : builder.create<MulOp>(place, value, factor.value).getOutput();
  }
  return value;
}

namespace {

/// (x - mean) / sqrt(variance + epsilon) and factors, or x / sqrt(..).
template <typename OpTy> struct RecognizeNorm : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    std::optional<Norm> norm = matchProduct(op.getOutput(), isCentredInput);
    if (!norm)
      return rewriter.notifyMatchFailure(op, "no product with 1 / deviation");
    rewriter.replaceOp(op, createProduct(rewriter, op.getLoc(), *norm));
    return success();
  }
};

/// x * factor + (bias - mean * factor), where factor is 1 / deviation, scaled.
struct RecognizeFoldedNorm : OpRewritePattern<AddOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(AddOp op,
                                PatternRewriter &rewriter) const override {
    for (auto [product, shift] : {std::pair(op.getLhs(), op.getRhs()),
                                  std::pair(op.getRhs(), op.getLhs())})
      if (auto sub = shift.getDefiningOp<SubOp>())
        if (std::optional<Norm> norm = match(product, sub.getRhs())) {
          Value value =
              createProduct(rewriter, partOf(op.getLoc(), "scaled"), *norm);
          rewriter.replaceOpWithNewOp<AddOp>(op, op.getType(), value,
                                             sub.getLhs());
          return success();
        }
    return rewriter.notifyMatchFailure(op, "no sum of x and mean by factors");
  }

private:
  static std::optional<Norm> match(Value product, Value correction) {
    std::optional<Norm> scaled = matchProduct(
        product, [](Value value, const InverseDeviation &deviation) {
          return deviation.isCentred && value == deviation.input;
        });
    std::optional<Norm> mean = matchProduct(
        correction, [](Value value, const InverseDeviation &deviation) {
          std::optional<Moment> mean = matchMean(value);
          return deviation.isCentred && mean &&
                 mean->input == deviation.input && mean->axes == deviation.axes;
        });
    if (!scaled || !mean || scaled->deviation.input != mean->deviation.input ||
        scaled->deviation.axes != mean->deviation.axes ||
        scaled->deviation.epsilon != mean->deviation.epsilon ||
        scaled->others != mean->others)
      return std::nullopt;
    return scaled;
  }
};

} // namespace

/// The constant that an op combines with a norm that nothing else reads, if it
/// varies along the normalised dimensions only.
template <typename NormOp>
static std::pair<NormOp, Value> matchParameter(Operation *op) {
  for (unsigned i = 0; i < 2; ++i) {
    auto norm = op->getOperand(i).getDefiningOp<NormOp>();
    Value parameter = op->getOperand(1 - i);
    if (!norm || !norm.getOutput().hasOneUse() || !weightOf(parameter) ||
        op->getResult(0).getType() != norm.getOutput().getType())
      continue;
    int64_t rank = shapeOf(norm.getInput()).size();
    if (static_cast<int64_t>(shapeOf(parameter).size()) <=
        rank - static_cast<int64_t>(norm.getAxis()))
      return {norm, parameter};
  }
  return {};
}

namespace {

struct AbsorbScale : OpRewritePattern<MulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MulOp op,
                                PatternRewriter &rewriter) const override {
    if (auto [norm, scale] = matchParameter<LayerNormOp>(op);
        norm && !norm.getScale() && !norm.getBias()) {
      rewriter.replaceOpWithNewOp<LayerNormOp>(
          op, op.getType(), norm.getInput(), scale, Value(), norm.getAxis(),
          norm.getEpsilon());
      return success();
    }
    if (auto [norm, scale] = matchParameter<RmsNormOp>(op);
        norm && !norm.getScale()) {
      rewriter.replaceOpWithNewOp<RmsNormOp>(op, op.getType(), norm.getInput(),
                                             scale, norm.getAxis(),
                                             norm.getEpsilon());
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no norm without a scale");
  }
};

struct AbsorbBias : OpRewritePattern<AddOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(AddOp op,
                                PatternRewriter &rewriter) const override {
    auto [norm, bias] = matchParameter<LayerNormOp>(op);
    if (!norm || norm.getBias())
      return rewriter.notifyMatchFailure(op, "no layer_norm without a bias");
    rewriter.replaceOpWithNewOp<LayerNormOp>(op, op.getType(), norm.getInput(),
                                             norm.getScale(), bias,
                                             norm.getAxis(), norm.getEpsilon());
    return success();
  }
};

} // namespace

void tpu_mlir::top::addNormPatterns(RewritePatternSet &patterns) {
  patterns.add<RecognizeNorm<MulOp>, RecognizeNorm<DivOp>, RecognizeFoldedNorm,
               AbsorbScale, AbsorbBias>(patterns.getContext());
}
