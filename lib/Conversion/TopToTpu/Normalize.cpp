//===- Normalize.cpp - Normalisations -------------------------------------===//
#include "lib/Conversion/TopToTpu/Pattern.h"
#include "lib/Conversion/TopToTpu/Support/LongLines.h"
#include "lib/Conversion/TopToTpu/Support/Reduction.h"
#include "lib/Conversion/TopToTpu/Support/Window.h"
#include "lib/Dialect/Top/Transforms/Weights.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace tpu_mlir;
using tpu::BinaryKind;
using tpu::PoolKind;
using tpu::UnaryKind;

/// Longer lines are cut by the scheduler, which tpu.normalize does not allow.
static constexpr int64_t kLongestLine = 8192;
/// Of longer lines a lane does not hold what the ops of a norm make of them.
static constexpr int64_t kLongestInLane = 16384;

/// (x - mean) / sqrt(variance + epsilon) over w of any view, in f32 where it
/// takes several ops.
static Value normalizeLines(Lowering &l, Value x, float epsilon) {
  Shape view(shapeOf(x));
  if (view[3] <= kLongestLine)
    return l.normalize(x, epsilon);
  if (view[3] > kLongestInLane)
    if (Value result = normalizeInParts(l, x, epsilon))
      return result;
  auto [h, w] = halves(view[3]);
  Value lines = l.reshape(l.wide(x), {view[0], view[1] * view[2], h, w});
  auto mean = [&, window = Shape{h, w}](Value value) {
    return reduceWindow(l, Reduction::Mean, value, window);
  };
  Value centred = l.sub(lines, mean(lines));
  Value variance = mean(l.mul(centred, centred));
  Value factor = l.unary(UnaryKind::rsqrt, l.add(variance, epsilon));
  return l.cast(l.mul(centred, factor), elementOf(x));
}

/// kind(x, parameter) with a parameter that broadcasts to the shape of x.
static Value apply(Lowering &l, BinaryKind kind, Value x, ShapeRef shape,
                   Value parameter, ShapeRef parameterShape) {
  if (!parameter)
    return x;
  SmallVector<Value> operands =
      align(l, {x, parameter}, {shape, parameterShape}, shape);
  return l.reshape(l.binary(kind, operands[0], operands[1]),
                   canonicalShape(shape));
}

/// [c, 1, .., 1], so that a parameter of channels broadcasts to [n, c, ..].
static Shape channelShape(ShapeRef shape) {
  Shape channels(shape.size() - 1, 1);
  channels[0] = shape[1];
  return channels;
}

template <typename OpTy>
static Value scaleChannels(OpTy op, typename OpTy::Adaptor in, Value x,
                           Lowering &l) {
  ShapeRef shape = shapeOf(op.getInput());
  Shape channels = channelShape(shape), view = canonicalShape(channels);
  x = l.reshape(x, canonicalShape(shape));
  x = apply(l, BinaryKind::mul, x, shape, l.reshape(in.getScale(), view),
            channels);
  return apply(l, BinaryKind::add, x, shape, l.reshape(in.getBias(), view),
               channels);
}

static Value lowerBatchNorm(top::BatchNormOp op, top::BatchNormOp::Adaptor in,
                            Lowering &l) {
  auto scale = top::FloatData::read(op.getScale());
  auto bias = top::FloatData::read(op.getBias());
  auto mean = top::FloatData::read(op.getMean());
  auto variance = top::FloatData::read(op.getVariance());
  if (!scale || !bias || !mean || !variance)
    return l.fail("its parameters must be constants");
  ShapeRef shape = shapeOf(op.getInput());
  Shape channels = channelShape(shape), view = canonicalShape(channels);
  std::vector<float> factors, offsets;
  for (size_t c = 0; c < scale->size(); ++c) {
    double deviation = std::sqrt(static_cast<double>((*variance)[c]) +
                                 op.getEpsilon().convertToFloat());
    double factor = (*scale)[c] / deviation;
    factors.push_back(factor);
    offsets.push_back((*bias)[c] - (*mean)[c] * factor);
  }
  Type element = elementOf(in.getInput());
  Value x = apply(l, BinaryKind::mul, in.getInput(), shape,
                  l.constant(view, element, factors), channels);
  return apply(l, BinaryKind::add, x, shape, l.constant(view, element, offsets),
               channels);
}

static Value lowerInstanceNorm(top::InstanceNormOp op,
                               top::InstanceNormOp::Adaptor in, Lowering &l) {
  ShapeRef shape = shapeOf(op.getInput());
  int64_t length = product(shape.drop_front(2));
  Value lines = l.reshape(in.getInput(), {shape[0], shape[1], 1, length});
  float epsilon = op.getEpsilon().convertToFloat();
  Shape channels = {1, shape[1], 1, 1};
  if (length > kLongestInLane)
    if (Value result = normalizeInParts(l, lines, epsilon,
                                        l.reshape(in.getScale(), channels),
                                        l.reshape(in.getBias(), channels)))
      return l.reshape(result, canonicalShape(shape));
  return scaleChannels(op, in, normalizeLines(l, lines, epsilon), l);
}

static Value lowerGroupNorm(top::GroupNormOp op, top::GroupNormOp::Adaptor in,
                            Lowering &l) {
  ShapeRef shape = shapeOf(op.getInput());
  int64_t groups = op.getNumGroups();
  Value lines =
      l.reshape(in.getInput(),
                {shape[0], groups, 1, product(shape.drop_front(1)) / groups});
  Value x = normalizeLines(l, lines, op.getEpsilon().convertToFloat());
  return scaleChannels(op, in, x, l);
}

/// Puts the dimensions from `axis` on into w.
static Value viewLines(Lowering &l, Value value, ShapeRef shape, size_t axis) {
  if (axis + 1 == shape.size())
    return value;
  return l.reshape(value, {1, product(shape.take_front(axis)), 1,
                           product(shape.drop_front(axis))});
}

static Value lowerLayerNorm(top::LayerNormOp op, top::LayerNormOp::Adaptor in,
                            Lowering &l) {
  ShapeRef shape = shapeOf(op.getInput());
  Value lines = viewLines(l, in.getInput(), shape, op.getAxis());
  Value x = normalizeLines(l, lines, op.getEpsilon().convertToFloat());
  x = l.reshape(x, canonicalShape(shape));
  if (op.getScale())
    x = apply(l, BinaryKind::mul, x, shape, in.getScale(),
              shapeOf(op.getScale()));
  if (op.getBias())
    x = apply(l, BinaryKind::add, x, shape, in.getBias(),
              shapeOf(op.getBias()));
  return x;
}

/// scale * x / sqrt(mean(x^2) + epsilon), in f32 up to the scale.
static Value lowerRmsNorm(top::RmsNormOp op, top::RmsNormOp::Adaptor in,
                          Lowering &l) {
  ShapeRef shape = shapeOf(op.getInput());
  Value x = l.wide(viewLines(l, in.getInput(), shape, op.getAxis()));
  int64_t length = shapeOf(x)[3];
  Value mean = reduceWindow(l, Reduction::Mean, l.mul(x, x), {1, length});
  Value factor =
      l.unary(UnaryKind::rsqrt, l.add(mean, op.getEpsilon().convertToFloat()));
  x = l.cast(l.mul(x, factor), elementOf(in.getInput()));
  x = l.reshape(x, canonicalShape(shape));
  return op.getScale() ? apply(l, BinaryKind::mul, x, shape, in.getScale(),
                               shapeOf(op.getScale()))
                       : x;
}

/// A line of zeros is divided by the smallest normal number and stays zero.
static Value lowerLpNormalization(top::LpNormalizationOp op,
                                  top::LpNormalizationOp::Adaptor in,
                                  Lowering &l) {
  ShapeRef shape = shapeOf(op.getInput());
  Shape view = axisShape(shape, op.getAxis()); // [outer, axis, 1, inner]
  bool last = view[3] == 1;
  Shape swap = {0, 3, 2, 1};
  Value x = l.wide(in.getInput());
  x = last ? l.reshape(x, {1, view[0], 1, view[1]})
           : l.permute(l.reshape(x, view), swap);
  Value terms = op.getP() == 1 ? l.unary(UnaryKind::abs, x) : l.mul(x, x);
  Value sum = reduceWindow(l, Reduction::Sum, terms, {1, view[1]});
  Value norm = op.getP() == 1 ? sum : l.unary(UnaryKind::sqrt, sum);
  x = l.div(x, l.max(norm, std::numeric_limits<float>::min()));
  return last ? x : l.permute(x, swap);
}

/// x * (bias + alpha / size * sum of squares of near channels)^-beta, in f32.
static Value lowerLrn(top::LrnOp op, top::LrnOp::Adaptor in, Lowering &l) {
  ShapeRef shape = shapeOf(op.getInput());
  int64_t size = op.getSize();
  double scale = op.getAlpha().convertToFloat() / static_cast<double>(size);
  // Channels stand in h, elements of a channel in w.
  Value x = l.wide(l.reshape(
      in.getInput(), {shape[0], 1, shape[1], product(shape.drop_front(2))}));
  Window window;
  window.kernel = {size, 1};
  window.pads = {(size - 1) / 2, 0, size - 1 - (size - 1) / 2, 0};
  Value squares = padInput(l, l.mul(x, x), window, 0);
  Value sum = l.pool(PoolKind::sum, squares, window.kernel, window.strides,
                     window.pads, scale);
  Value log =
      l.unary(UnaryKind::log, l.add(sum, op.getBias().convertToFloat()));
  Value factor =
      l.unary(UnaryKind::exp, l.mul(log, -op.getBeta().convertToFloat()));
  return l.mul(x, factor);
}

void tpu_mlir::addNormalizations(Lowerings &set) {
  set.add<top::BatchNormOp>(lowerBatchNorm);
  set.add<top::InstanceNormOp>(lowerInstanceNorm);
  set.add<top::GroupNormOp>(lowerGroupNorm);
  set.add<top::LayerNormOp>(lowerLayerNorm);
  set.add<top::RmsNormOp>(lowerRmsNorm);
  set.add<top::LpNormalizationOp>(lowerLpNormalization);
  set.add<top::LrnOp>(lowerLrn);
}
