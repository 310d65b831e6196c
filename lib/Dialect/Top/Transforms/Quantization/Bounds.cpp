//===- Bounds.cpp - Values that an op can compute at all ------------------===//
#include "lib/Dialect/Top/Transforms/Formulas.h"
#include "lib/Dialect/Top/Transforms/Quantization/RangeRules.h"

#include <limits>

using namespace mlir;
using namespace tpu_mlir::top;

static constexpr double kInfinity = std::numeric_limits<double>::infinity();
static constexpr Bounds kAnything = {-kInfinity, kInfinity};
static constexpr Bounds kNotNegative = {0, kInfinity};
static constexpr Bounds kUnit = {0, 1};
static constexpr Bounds kSignedUnit = {-1, 1};

static Bounds of(ReluOp) { return kNotNegative; }
static Bounds of(AbsOp) { return kNotNegative; }
static Bounds of(ExpOp) { return kNotNegative; }
static Bounds of(SqrtOp) { return kNotNegative; }
static Bounds of(SoftplusOp) { return kNotNegative; }
static Bounds of(SigmoidOp) { return kUnit; }
static Bounds of(HardSigmoidOp) { return kUnit; }
static Bounds of(SoftmaxOp) { return kUnit; }
static Bounds of(TanhOp) { return kSignedUnit; }
static Bounds of(ErfOp) { return kSignedUnit; }
static Bounds of(SoftsignOp) { return kSignedUnit; }
static Bounds of(SinOp) { return kSignedUnit; }
static Bounds of(CosOp) { return kSignedUnit; }
static Bounds of(ClipOp op) {
  return {number(op.getMin()), number(op.getMax())};
}
static Bounds of(EluOp op) {
  return {-std::abs(number(op.getAlpha())), kInfinity};
}
// The least values, from the zeros of the derivatives: of x * sigmoid(x) at
// x = -1.2785, of gelu at -0.7518 (its approximation has the same to 4 digits),
// of mish at -1.1924, of hard_swish at -1.5.
static Bounds of(SiluOp) { return {-0.278465, kInfinity}; }
static Bounds of(GeluOp) { return {-0.170041, kInfinity}; }
static Bounds of(MishOp) { return {-0.308841, kInfinity}; }
static Bounds of(HardSwishOp) { return {-0.375, kInfinity}; }

template <typename OpTy> static Bounds ofFusedRelu(OpTy op) {
  if (!op.getRelu())
    return kAnything;
  std::optional<APFloat> limit = op.getReluLimit();
  return {0, limit ? number(*limit) : kInfinity};
}
static Bounds of(ConvOp op) { return ofFusedRelu(op); }
static Bounds of(ConvTransposeOp op) { return ofFusedRelu(op); }
static Bounds of(MatMulOp op) { return ofFusedRelu(op); }

template <typename... OpTys> static Bounds firstOf(Operation *op) {
  Bounds bounds = kAnything;
  (void)((isa<OpTys>(op) && (bounds = of(cast<OpTys>(op)), true)) || ...);
  return bounds;
}

Bounds tpu_mlir::top::boundsOf(Operation *op) {
  return firstOf<ReluOp, AbsOp, ExpOp, SqrtOp, SoftplusOp, SigmoidOp,
                 HardSigmoidOp, SoftmaxOp, TanhOp, ErfOp, SoftsignOp, SinOp,
                 CosOp, ClipOp, EluOp, SiluOp, GeluOp, MishOp, HardSwishOp,
                 ConvOp, ConvTransposeOp, MatMulOp>(op);
}
