//===- Activation.cpp - Activations composed of chip operations -----------===//
//
// Formulas that would lose precision in 16 bits (differences of near numbers,
// sums of small and large ones) run in f32 between casts.
//===----------------------------------------------------------------------===//
#include "lib/Conversion/TopToTpu/Pattern.h"
#include "lib/Conversion/TopToTpu/Support/Arithmetic.h"
#include "lib/Dialect/Top/Transforms/Weights.h"

#include <cmath>

using namespace mlir;
using namespace tpu_mlir;
using tpu::BinaryKind;
using tpu::CompareKind;
using tpu::UnaryKind;

/// Positive values as they are, negative ones times `slope`.
static Value leaky(Value x, double slope, Lowering &l) {
  if (slope >= 0 && slope <= 1)
    return l.binary(BinaryKind::max, x, l.mul(x, slope));
  return l.add(l.max(x, 0), l.mul(l.min(x, 0), slope));
}

/// gamma * (max(x, 0) + alpha * (e^(min(x, 0) / divisor) - 1)), in f32.
static Value exponential(Value x, double alpha, double divisor, double gamma,
                         Lowering &l) {
  x = l.wide(x);
  Value negative = l.min(x, 0);
  if (divisor != 1)
    negative = l.mul(negative, 1 / divisor);
  negative = l.mul(expm1(l, negative), alpha);
  Value sum = l.add(l.max(x, 0), negative);
  return gamma == 1 ? sum : l.mul(sum, gamma);
}

/// max(x, 0) + ln(1 + e^-|x|), which does not overflow; in f32.
static Value softplus(Value x, Lowering &l) {
  x = l.wide(x);
  Value decay = l.unary(UnaryKind::neg, l.unary(UnaryKind::abs, x));
  decay = l.unary(UnaryKind::exp, decay);
  // What the rounding of 1 + decay lost counts where that is near 1.
  Value sum = l.add(decay, 1), lost = l.sub(decay, l.add(sum, -1));
  Value log = l.add(l.unary(UnaryKind::log, sum), lost);
  return l.add(l.max(x, 0), log);
}

static Value hardSigmoid(Value x, double alpha, double beta, Lowering &l) {
  return l.min(l.max(l.add(l.mul(x, alpha), beta), 0), 1);
}

static Value lowerSelu(top::SeluOp op, top::SeluOp::Adaptor in, Lowering &l) {
  return exponential(in.getInput(), op.getAlpha().convertToFloat(), 1,
                     op.getGamma().convertToFloat(), l);
}

/// alpha * (e^(x / alpha) - 1) below zero.
static Value lowerCelu(top::CeluOp op, top::CeluOp::Adaptor in, Lowering &l) {
  double alpha = op.getAlpha().convertToFloat();
  if (alpha <= 0)
    return l.fail("its alpha is not positive");
  return exponential(in.getInput(), alpha, alpha, 1, l);
}

static Value lowerThresholded(top::ThresholdedReluOp op,
                              top::ThresholdedReluOp::Adaptor in, Lowering &l) {
  Value x = in.getInput();
  Type element = elementOf(x);
  return l.select(CompareKind::gt, x,
                  l.splat(op.getAlpha().convertToFloat(), element), x,
                  l.splat(0, element));
}

static Value lowerHardSwish(top::HardSwishOp, top::HardSwishOp::Adaptor in,
                            Lowering &l) {
  Value x = in.getInput();
  Value gate = l.min(l.max(l.add(x, 3), 0), 6);
  return l.mul(x, l.mul(gate, 1.0 / 6));
}

static Value lowerMish(top::MishOp, top::MishOp::Adaptor in, Lowering &l) {
  Value x = l.wide(in.getInput());
  return l.mul(x, l.unary(UnaryKind::tanh, softplus(x, l)));
}

static Value lowerSoftsign(top::SoftsignOp, top::SoftsignOp::Adaptor in,
                           Lowering &l) {
  Value x = in.getInput();
  return l.div(x, l.add(l.unary(UnaryKind::abs, x), 1));
}

static Value lowerGelu(top::GeluOp op, top::GeluOp::Adaptor in, Lowering &l) {
  bool byTanh = op.getApproximate() == top::GeluApproximation::Tanh;
  return l.unary(byTanh ? UnaryKind::gelu_tanh : UnaryKind::gelu,
                 in.getInput());
}

static bool isFinite(const top::FloatData &values) {
  return llvm::all_of(values.values(),
                      [](float x) { return std::isfinite(x); });
}

/// max(x, 0) + min(x, 0) slope, unless a slope may be infinite or NaN, beside
/// which no positive x counts.
static Value lowerPRelu(top::PReluOp op, top::PReluOp::Adaptor in,
                        Lowering &l) {
  SmallVector<Value> operands =
      align(l, {in.getInput(), in.getSlope()},
            {shapeOf(op.getInput()), shapeOf(op.getSlope())},
            shapeOf(op.getOutput()));
  Value x = operands[0], slope = operands[1];
  if (auto values = top::FloatData::read(op.getSlope());
      values && isFinite(*values))
    return l.add(l.max(x, 0), l.mul(l.min(x, 0), slope));
  return l.select(CompareKind::gt, l.splat(0, elementOf(x)), x, l.mul(x, slope),
                  x);
}

//===----------------------------------------------------------------------===//
// Along one axis
//===----------------------------------------------------------------------===//

void tpu_mlir::addActivations(Lowerings &set) {
  set.add<top::ReluOp>([](top::ReluOp, top::ReluOp::Adaptor in, Lowering &l) {
    return l.max(in.getInput(), 0);
  });
  set.add<top::LeakyReluOp>(
      [](top::LeakyReluOp op, top::LeakyReluOp::Adaptor in, Lowering &l) {
        return leaky(in.getInput(), op.getAlpha().convertToFloat(), l);
      });
  set.add<top::EluOp>([](top::EluOp op, top::EluOp::Adaptor in, Lowering &l) {
    return exponential(in.getInput(), op.getAlpha().convertToFloat(), 1, 1, l);
  });
  set.add<top::SeluOp>(lowerSelu);
  set.add<top::CeluOp>(lowerCelu);
  set.add<top::ThresholdedReluOp>(lowerThresholded);
  set.add<top::HardSigmoidOp>(
      [](top::HardSigmoidOp op, top::HardSigmoidOp::Adaptor in, Lowering &l) {
        return hardSigmoid(in.getInput(), op.getAlpha().convertToFloat(),
                           op.getBeta().convertToFloat(), l);
      });
  set.add<top::HardSwishOp>(lowerHardSwish);
  set.add<top::SoftplusOp>(
      [](top::SoftplusOp, top::SoftplusOp::Adaptor in, Lowering &l) {
        return softplus(in.getInput(), l);
      });
  set.add<top::SoftsignOp>(lowerSoftsign);
  set.add<top::MishOp>(lowerMish);
  set.add<top::SiluOp>([](top::SiluOp, top::SiluOp::Adaptor in, Lowering &l) {
    return l.unary(UnaryKind::silu, in.getInput());
  });
  set.add<top::GeluOp>(lowerGelu);
  set.add<top::PReluOp>(lowerPRelu);
}
