//===- RecognizeComposites.cpp - Finds activations among their parts ------===//
#include "lib/Dialect/Top/Transforms/Passes.h"

#include "lib/Dialect/Top/Transforms/Composites/RecognizeNorms.h"
#include "lib/Dialect/Top/Transforms/Composites/RecognizeSoftmax.h"
#include "lib/Dialect/Top/Transforms/Weights.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

#include <cmath>

namespace tpu_mlir::top {
#define GEN_PASS_DEF_RECOGNIZECOMPOSITES
#include "lib/Dialect/Top/Transforms/Passes.h.inc"
} // namespace tpu_mlir::top

using namespace mlir;
using namespace tpu_mlir::top;

/// Whether a constant written with a few digits is meant to be `wanted`.
static bool isAbout(double value, double wanted) {
  return std::abs(value - wanted) <= 1e-4 * std::abs(wanted);
}

namespace {

/// A product: a number times values, or a quotient by a number.
struct Product {
  double factor = 1;
  SmallVector<Value> values;
};

/// value + shift
struct Sum {
  Value value;
  double shift = 0;
};

} // namespace

/// Takes products apart as long as no other op needs the parts; the root may
/// have any uses.
static Product productOf(Value value, bool isRoot = true) {
  Operation *op = value.getDefiningOp();
  if (std::optional<float> constant = readSplat(value))
    return {*constant, {}};
  if (op && (isRoot || value.hasOneUse())) {
    if (isa<MulOp>(op)) {
      Product lhs = productOf(op->getOperand(0), false);
      Product rhs = productOf(op->getOperand(1), false);
      lhs.factor *= rhs.factor;
      lhs.values.append(rhs.values);
      return lhs;
    }
    if (isa<DivOp>(op))
      if (std::optional<float> divisor = readSplat(op->getOperand(1));
          divisor && *divisor != 0) {
        Product product = productOf(op->getOperand(0), false);
        product.factor /= *divisor;
        return product;
      }
  }
  return {1, {value}};
}

static std::optional<Sum> sumOf(Value value) {
  auto add = value.getDefiningOp<AddOp>();
  if (!add)
    return std::nullopt;
  if (std::optional<float> shift = readSplat(add.getRhs()))
    return Sum{add.getLhs(), *shift};
  if (std::optional<float> shift = readSplat(add.getLhs()))
    return Sum{add.getRhs(), *shift};
  return std::nullopt;
}

/// The number `value` is times `x`, if it is such a product.
static std::optional<double> multipleOf(Value value, Value x) {
  Product product = productOf(value);
  if (product.values.size() != 1 || product.values.front() != x)
    return std::nullopt;
  return product.factor;
}

/// sqrt(2 / pi) * (x + 0.044715 * x^3), with the cube as a power.
static bool isTanhArgument(Value value, Value x) {
  constexpr double kSqrtTwoOverPi = 0.79788456080286536;
  Product outer = productOf(value);
  if (outer.values.size() != 1 || !isAbout(outer.factor, kSqrtTwoOverPi))
    return false;
  auto add = outer.values.front().getDefiningOp<AddOp>();
  if (!add || (add.getLhs() != x && add.getRhs() != x))
    return false;
  Product cubic = productOf(add.getLhs() == x ? add.getRhs() : add.getLhs());
  if (!isAbout(cubic.factor, 0.044715))
    return false;
  if (cubic.values.size() == 3)
    return llvm::all_of(cubic.values, [&](Value v) { return v == x; });
  auto pow = cubic.values.size() == 1
                 ? cubic.values.front().getDefiningOp<PowOp>()
                 : PowOp();
  return pow && pow.getLhs() == x && readSplat(pow.getRhs()) == 3.0f;
}

/// Whether `value` is 1 + erf(x / sqrt(2)), or with tanh as above.
static std::optional<GeluApproximation> matchGate(Value value, Value x) {
  constexpr double kSqrtHalf = 0.70710678118654752;
  std::optional<Sum> sum = sumOf(value);
  if (!sum || sum->shift != 1)
    return std::nullopt;
  if (auto erf = sum->value.getDefiningOp<ErfOp>())
    if (auto factor = multipleOf(erf.getInput(), x);
        factor && isAbout(*factor, kSqrtHalf))
      return GeluApproximation::Exact;
  if (auto tanh = sum->value.getDefiningOp<TanhOp>())
    if (isTanhArgument(tanh.getInput(), x))
      return GeluApproximation::Tanh;
  return std::nullopt;
}

namespace {

/// x * gate(x) with a gate that makes it gelu, silu or hard_swish.
template <typename OpTy> struct RecognizeGated : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    Product product = productOf(op.getOutput());
    if (product.values.size() != 2)
      return rewriter.notifyMatchFailure(op, "not a product of two values");
    for (unsigned i = 0; i < 2; ++i) {
      Value x = product.values[i], gate = product.values[1 - i];
      if (x.getType() == op.getType() &&
          succeeded(rewrite(op, x, gate, product.factor, rewriter)))
        return success();
    }
    return rewriter.notifyMatchFailure(op, "no gate of the other value");
  }

private:
  static LogicalResult rewrite(OpTy op, Value x, Value gate, double factor,
                               PatternRewriter &rewriter) {
    if (auto approximation = matchGate(gate, x);
        approximation && factor == 0.5) {
      rewriter.replaceOpWithNewOp<GeluOp>(op, op.getType(), x, *approximation);
      return success();
    }
    auto sigmoid = gate.getDefiningOp<SigmoidOp>();
    if (sigmoid && sigmoid.getInput() == x && factor == 1) {
      rewriter.replaceOpWithNewOp<SiluOp>(op, op.getType(), x);
      return success();
    }
    auto hard = gate.getDefiningOp<HardSigmoidOp>();
    if (hard && hard.getInput() == x && factor == 1 &&
        isAbout(hard.getAlpha().convertToFloat(), 1.0 / 6) &&
        isAbout(hard.getBeta().convertToFloat(), 0.5)) {
      rewriter.replaceOpWithNewOp<HardSwishOp>(op, op.getType(), x);
      return success();
    }
    // clip(x + 3, 0, 6) / 6
    auto clip = gate.getDefiningOp<ClipOp>();
    std::optional<Sum> sum =
        clip ? sumOf(clip.getInput()) : std::optional<Sum>();
    if (sum && sum->value == x && sum->shift == 3 && clip.getMin().isZero() &&
        clip.getMax().convertToFloat() == 6 && isAbout(factor, 1.0 / 6)) {
      rewriter.replaceOpWithNewOp<HardSwishOp>(op, op.getType(), x);
      return success();
    }
    return failure();
  }
};

/// clip(x + b, 0, m) / m is hard_sigmoid with alpha = 1 / m, beta = b / m.
template <typename OpTy> struct RecognizeHardSigmoid : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    Product product = productOf(op.getOutput());
    if (product.values.size() != 1)
      return rewriter.notifyMatchFailure(op, "not a number times a value");
    auto clip = product.values.front().template getDefiningOp<ClipOp>();
    std::optional<Sum> sum =
        clip ? sumOf(clip.getInput()) : std::optional<Sum>();
    if (!sum || !clip.getMin().isZero() ||
        sum->value.getType() != op.getType() ||
        !isAbout(product.factor * clip.getMax().convertToFloat(), 1))
      return rewriter.notifyMatchFailure(op, "the value is no clipped sum");
    double limit = clip.getMax().convertToFloat();
    rewriter.replaceOpWithNewOp<HardSigmoidOp>(
        op, op.getType(), sum->value, APFloat(static_cast<float>(1 / limit)),
        APFloat(static_cast<float>(sum->shift / limit)));
    return success();
  }
};

struct RecognizeCompositesPass
    : tpu_mlir::top::impl::RecognizeCompositesBase<RecognizeCompositesPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<RecognizeGated<MulOp>, RecognizeGated<DivOp>,
                 RecognizeHardSigmoid<MulOp>, RecognizeHardSigmoid<DivOp>>(
        &getContext());
    addNormPatterns(patterns);
    addSoftmaxPatterns(patterns);
    if (failed(
            applyPatternsAndFoldGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
