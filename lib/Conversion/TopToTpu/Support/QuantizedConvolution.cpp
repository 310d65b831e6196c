//===- QuantizedConvolution.cpp - Convolutions of 8-bit integers ----------===//
#include "lib/Conversion/TopToTpu/Support/Convolution.h"

#include <cmath>

using namespace mlir;
using namespace tpu_mlir;

/// The scale of each output channel; transposed filters of several groups have
/// those of one group.
static SmallVector<double> channelScales(Value filter, int64_t channels) {
  Type element = getElementTypeOrSelf(filter);
  SmallVector<double> scales;
  if (auto axes = dyn_cast<quant::UniformQuantizedPerAxisType>(element))
    for (int64_t o = 0; o < channels; ++o)
      scales.push_back(axes.getScales()[o % axes.getScales().size()]);
  else if (auto single = dyn_cast<quant::UniformQuantizedType>(element))
    scales.assign(channels, single.getScale());
  return scales;
}

static bool isSymmetric(Value filter) {
  Type element = getElementTypeOrSelf(filter);
  auto isZero = [](int64_t point) { return point == 0; };
  if (auto axes = dyn_cast<quant::UniformQuantizedPerAxisType>(element))
    return axes.isSigned() && llvm::all_of(axes.getZeroPoints(), isZero);
  auto single = dyn_cast<quant::UniformQuantizedType>(element);
  return single && single.isSigned() && single.getZeroPoint() == 0;
}

/// With x = (q - z) * s of the input, w = v * s[o] of the filter and the same
/// of the result, which may differ by channel: q' = (s * s[o] / s') * sum(q *
/// v) + (bias[o] - z * s * s[o] * sum(v)) / s' + z'.
static void fillTable(Convolution &conv, const Quantization &from,
                      ArrayRef<Quantization> results,
                      ArrayRef<double> filterScales) {
  std::vector<float> bias = std::move(conv.bias);
  conv.bias.clear();
  size_t size = conv.filter.size() / conv.oc;
  for (int64_t o = 0; o < conv.oc; ++o) {
    const Quantization &to = results[results.size() == 1 ? 0 : o];
    double sum = 0, product = from.scale * filterScales[o];
    for (float v : ArrayRef(conv.filter).slice(o * size, size))
      sum += v;
    double rest = (bias.empty() ? 0.0 : bias[o]) -
                  static_cast<double>(from.zeroPoint) * product * sum;
    conv.scales.push_back(static_cast<float>(product / to.scale));
    conv.bias.push_back(static_cast<float>(rest / to.scale +
                                           static_cast<double>(to.zeroPoint)));
  }
}

/// With exact sums: the network's own bias, a whole number of products, is
/// added as one, and the scale multiplies once, in f32, as ONNX Runtime does
/// it. A rounding that goes the other way here and there would grow from layer
/// to layer.
static Value emitOwnScales(Lowering &l, Convolution conv,
                           const Quantization &from, const Quantization &to,
                           ArrayRef<double> filterScales) {
  std::vector<float> factors, bias = std::move(conv.bias);
  conv.bias.clear();
  size_t size = conv.filter.size() / conv.oc;
  for (int64_t o = 0; o < conv.oc; ++o) {
    double sum = 0;
    for (float v : ArrayRef(conv.filter).slice(o * size, size))
      sum += v;
    double count =
        bias.empty() ? 0
                     : std::nearbyint(bias[o] / (from.scale * filterScales[o]));
    conv.scales.push_back(1);
    conv.bias.push_back(
        static_cast<float>(count - static_cast<double>(from.zeroPoint) * sum));
    float product =
        static_cast<float>(from.scale) * static_cast<float>(filterScales[o]);
    factors.push_back(product / static_cast<float>(to.scale));
  }
  Type f32 = l.builder.getF32Type();
  conv.result = f32;
  conv.relu = false;
  int64_t channels = conv.oc;
  Value scaled = l.mul(emitConvolution(l, std::move(conv)),
                       l.constant({1, channels, 1, 1}, f32, factors));
  Quantization steps = to;
  steps.scale = 1;
  return quantize(l, scaled, steps);
}

Value tpu_mlir::emitQuantized(Lowering &l, Convolution conv,
                              const QuantizedOperands &operands) {
  std::optional<Quantization> from = quantizationOf(operands.input);
  SmallVector<Quantization> to = quantizationsOf(operands.output);
  if (!from || !isSymmetric(operands.filter))
    return l.fail("its input and filter are not both quantized, the filter in "
                  "i8 with zero points of 0");
  Type element = elementOf(operands.output);
  conv.result = to.empty() ? element : to.front().storage;
  conv.zeroPoint = from->zeroPoint;
  double low = operands.relu ? 0 : -INFINITY;
  double high =
      operands.reluLimit ? operands.reluLimit->convertToFloat() : INFINITY;
  SmallVector<double> filterScales = channelScales(operands.filter, conv.oc);
  if (to.size() == 1 && operands.ownScales)
    return clamp(
        l, emitOwnScales(l, std::move(conv), *from, to.front(), filterScales),
        to, low, high);
  fillTable(conv, *from,
            to.empty() ? ArrayRef<Quantization>(Quantization()) : to,
            filterScales);
  conv.relu = operands.relu &&
              llvm::all_of(to, [](auto &type) { return type.zeroPoint == 0; });
  Value result = emitConvolution(l, conv);
  if (!to.empty())
    return clamp(l, result, to, conv.relu ? -INFINITY : low, high);
  return operands.reluLimit ? l.min(result, high) : result;
}
