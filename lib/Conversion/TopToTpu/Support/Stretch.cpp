//===- Stretch.cpp - Interpolation to a multiple of the size --------------===//
#include "lib/Conversion/TopToTpu/Support/Stretch.h"

#include "lib/Conversion/TopToTpu/Support/Convolution.h"
#include "llvm/Support/MathExtras.h"

#include <cmath>

using namespace mlir;
using namespace tpu_mlir;

/// Whether the matrix is what the stretch computes. Element i of the input lies
/// at (i + repeats[0]) * scale + pads[0] of what the kernel slides over.
static bool isSame(const Stretch &stretch, const Matrix &matrix) {
  constexpr float kTolerance = 0x1p-20f; // of weights, which are below 2
  auto size = static_cast<int64_t>(stretch.kernel.size());
  for (int64_t to = 0; to < matrix.outputs; ++to) {
    std::vector<float> weights(matrix.inputs, 0.0f);
    for (int64_t i = -stretch.repeats[0];
         i < matrix.inputs + stretch.repeats[1]; ++i) {
      int64_t tap =
          (i + stretch.repeats[0]) * stretch.scale + stretch.pads[0] - to;
      if (tap >= 0 && tap < size)
        weights[std::clamp<int64_t>(i, 0, matrix.inputs - 1)] +=
            stretch.kernel[tap];
    }
    for (int64_t from = 0; from < matrix.inputs; ++from)
      if (std::fabs(weights[from] - matrix.at(from, to)) > kTolerance)
        return false;
  }
  return true;
}

std::optional<Stretch> Stretch::of(const Matrix &matrix) {
  int64_t scale = matrix.outputs / matrix.inputs;
  if (scale < 2 || matrix.outputs % matrix.inputs != 0)
    return std::nullopt;
  // The outputs that an element far from both ends has a part in.
  int64_t middle = matrix.inputs / 2, first = 0, last = matrix.outputs - 1;
  while (first < last && matrix.at(middle, first) == 0)
    ++first;
  while (last > first && matrix.at(middle, last) == 0)
    --last;
  Stretch stretch;
  stretch.scale = scale;
  for (int64_t to = last; to >= first; --to)
    stretch.kernel.push_back(matrix.at(middle, to));
  // Its first tap meets the element at output `last`, its last at `first`.
  int64_t before = last - middle * scale;
  int64_t after = middle * scale + scale - 1 - first;
  if (before < 0 || after < 0)
    return std::nullopt;
  stretch.repeats = {before / scale, after / scale};
  stretch.pads = {before % scale, after % scale};
  return isSame(stretch, matrix) ? std::optional(stretch) : std::nullopt;
}

/// A tap takes a step for each vector of 16 bits in its lane; a product takes
/// one for some inputs and four outputs in every lane, and movement that takes
/// about four times as long as both.
static bool paysInChannels(const Lowering &l, const Stretch &stretch,
                           int64_t channels) {
  return 2 * static_cast<int64_t>(stretch.kernel.size()) <=
         std::min(channels, l.chip.lanes);
}

Value tpu_mlir::stretchAxis(Lowering &l, Value image, size_t axis,
                            const Matrix &matrix) {
  std::optional<Stretch> stretch = Stretch::of(matrix);
  Shape shape(shapeOf(image));
  const WindowLimits &most = l.chip.window;
  if (!stretch || !paysInChannels(l, *stretch, shape[1]) ||
      stretch->scale - 1 > most.insertion ||
      static_cast<int64_t>(stretch->kernel.size()) > most.kernel ||
      std::max(stretch->pads[0], stretch->pads[1]) > most.pad)
    return {};
  SmallVector<Value> parts(stretch->repeats[0], l.slice(image, axis, 0, 1));
  parts.push_back(image);
  parts.append(stretch->repeats[1], l.slice(image, axis, shape[axis] - 1, 1));
  unsigned i = axis - 2;
  Convolution conv;
  conv.input = l.concat(parts, axis);
  conv.oc = conv.group = shape[1];
  conv.window.kernel[i] = stretch->kernel.size();
  conv.window.pads[i] = stretch->pads[0];
  conv.window.pads[2 + i] = stretch->pads[1];
  conv.insertion[i] = stretch->scale - 1;
  for (int64_t channel = 0; channel < shape[1]; ++channel)
    llvm::append_range(conv.filter, stretch->kernel);
  return emitConvolution(l, std::move(conv));
}
