//===- Formulas.h - What ops compute from single elements -----------------===//
//
// In double. The formulas are the summaries in dialects/Top, which are ONNX's.
//===----------------------------------------------------------------------===//
#pragma once

#include "dialects/Top/Top.h"

#include <cmath>

namespace tpu_mlir::top {

inline double number(llvm::APFloat value) { return value.convertToFloat(); }
// Unlike std::fmax and std::fmin, NaN if either is.
inline double larger(double x, double y) {
  return x > y || std::isnan(x) ? x : y;
}
inline double smaller(double x, double y) {
  return x < y || std::isnan(x) ? x : y;
}
inline double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
inline double softplus(double x) {
  return larger(x, 0) + std::log1p(std::exp(-std::abs(x)));
}

inline double compute(AbsOp, double x) { return std::abs(x); }
inline double compute(NegOp, double x) { return -x; }
inline double compute(CeilOp, double x) { return std::ceil(x); }
inline double compute(FloorOp, double x) { return std::floor(x); }
inline double compute(RoundOp, double x) { return std::nearbyint(x); }
inline double compute(SignOp, double x) {
  return std::isnan(x) ? x : (x > 0) - (x < 0);
}
inline double compute(ExpOp, double x) { return std::exp(x); }
inline double compute(LogOp, double x) { return std::log(x); }
inline double compute(SqrtOp, double x) { return std::sqrt(x); }
inline double compute(ReciprocalOp, double x) { return 1 / x; }
inline double compute(SinOp, double x) { return std::sin(x); }
inline double compute(CosOp, double x) { return std::cos(x); }
inline double compute(AtanOp, double x) { return std::atan(x); }
inline double compute(TanhOp, double x) { return std::tanh(x); }
inline double compute(ErfOp, double x) { return std::erf(x); }
inline double compute(ReluOp, double x) { return larger(x, 0); }
inline double compute(SigmoidOp, double x) { return sigmoid(x); }
inline double compute(SoftplusOp, double x) { return softplus(x); }
inline double compute(SoftsignOp, double x) { return x / (1 + std::abs(x)); }
inline double compute(MishOp, double x) { return x * std::tanh(softplus(x)); }
inline double compute(SiluOp, double x) { return x * sigmoid(x); }
inline double compute(HardSwishOp, double x) {
  return x * smaller(larger(x / 6 + 0.5, 0), 1);
}
inline double compute(HardSigmoidOp op, double x) {
  return smaller(larger(number(op.getAlpha()) * x + number(op.getBeta()), 0),
                 1);
}
inline double compute(LeakyReluOp op, double x) {
  return x >= 0 ? x : number(op.getAlpha()) * x;
}
inline double compute(EluOp op, double x) {
  return x > 0 ? x : number(op.getAlpha()) * std::expm1(x);
}
inline double compute(CeluOp op, double x) {
  double alpha = number(op.getAlpha());
  return larger(x, 0) + smaller(alpha * std::expm1(x / alpha), 0);
}
inline double compute(SeluOp op, double x) {
  return number(op.getGamma()) *
         (x > 0 ? x : number(op.getAlpha()) * std::expm1(x));
}
inline double compute(ThresholdedReluOp op, double x) {
  return x > number(op.getAlpha()) ? x : 0;
}
inline double compute(ClipOp op, double x) {
  return smaller(larger(x, number(op.getMin())), number(op.getMax()));
}
inline double compute(GeluOp op, double x) {
  if (op.getApproximate() == GeluApproximation::Exact)
    return x / 2 * (1 + std::erf(x * M_SQRT1_2));
  return x / 2 *
         (1 + std::tanh(M_SQRT1_2 * M_2_SQRTPI * (x + 0.044715 * x * x * x)));
}

inline double compute(AddOp, double x, double y) { return x + y; }
inline double compute(SubOp, double x, double y) { return x - y; }
inline double compute(MulOp, double x, double y) { return x * y; }
inline double compute(DivOp, double x, double y) { return x / y; }
inline double compute(PowOp, double x, double y) { return std::pow(x, y); }
inline double compute(MaxOp, double x, double y) { return larger(x, y); }
inline double compute(MinOp, double x, double y) { return smaller(x, y); }

} // namespace tpu_mlir::top
