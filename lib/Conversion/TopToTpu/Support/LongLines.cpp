//===- LongLines.cpp - Norms over lines that no lane holds ----------------===//
#include "lib/Conversion/TopToTpu/Support/LongLines.h"

#include "lib/Conversion/TopToTpu/Support/Reduction.h"

using namespace mlir;
using namespace tpu_mlir;
using tpu::UnaryKind;

/// Elements of a part: a lane holds it in f32, its squares, and the next one.
static constexpr int64_t kLongestPart = 8192;
/// Shorter parts are for lengths that are nearly prime: not worth it.
static constexpr int64_t kShortestPart = 64;

/// Into how many parts each of `lines` lines is cut; 0 if it is not.
static int64_t countParts(int64_t lines, int64_t length, int64_t lanes) {
  int64_t fewest = 0, best = 0;
  for (int64_t count = 1; count <= length / kShortestPart; ++count) {
    if (length % count != 0 || length / count > kLongestPart)
      continue;
    fewest = fewest ? fewest : count;
    if (lines * count <= lanes)
      best = count;
  }
  return std::max(fewest, best);
}

namespace {
/// Mean and variance of lines, [n, c, 1, 1].
struct Moments {
  Value mean, variance;
};
} // namespace

/// Those of the parts, each by itself, and from them those of the lines: the
/// mean of the variances and the variance of the means.
static Moments momentsOf(Lowering &l, Value x, int64_t parts) {
  ShapeRef shape = shapeOf(x);
  auto [h, w] = halves(shape[3] / parts);
  Shape window = {h, w}, ofLines = {shape[0], shape[1], 1, parts};
  Value inParts = l.reshape(x, {shape[0], shape[1] * parts, h, w});
  auto meanOf = [&](Value value, const Shape &size) {
    return reduceWindow(l, Reduction::Mean, value, size);
  };
  // Each reads x anew: in f32 it would not stay in local memory between them.
  Value means = meanOf(l.wide(inParts), window);
  Value centred = l.sub(l.wide(inParts), means);
  Value variances = meanOf(l.mul(centred, centred), window);
  means = l.reshape(means, ofLines);
  variances = l.reshape(variances, ofLines);
  Value mean = meanOf(means, {1, parts});
  Value apart = l.sub(means, mean);
  return {mean, meanOf(l.add(variances, l.mul(apart, apart)), {1, parts})};
}

Value tpu_mlir::normalizeInParts(Lowering &l, Value x, float epsilon,
                                 Value scale, Value bias) {
  Shape shape(shapeOf(x));
  int64_t parts = countParts(shape[1], shape[3], l.chip.lanes);
  if (parts == 0)
    return {};
  Moments moments = momentsOf(l, x, parts);
  Value factor = l.unary(UnaryKind::rsqrt, l.add(moments.variance, epsilon));
  if (scale)
    factor = l.mul(factor, l.wide(scale));
  int64_t channels = shape[1] * parts;
  auto forParts = [&](Value value) {
    return l.reshape(l.upsample(value, {1, parts}),
                     {shapeOf(value)[0], channels, 1, 1});
  };
  // In this order the work on whole lines stays together, in one group.
  Value mean = forParts(moments.mean), gain = forParts(factor);
  Value shift = bias ? forParts(l.wide(bias)) : Value();
  Value values =
      l.wide(l.reshape(x, {shape[0], channels, 1, shape[3] / parts}));
  Value result = l.mul(l.sub(values, mean), gain);
  if (shift)
    result = l.add(result, shift);
  return l.reshape(l.cast(result, elementOf(x)), shape);
}
