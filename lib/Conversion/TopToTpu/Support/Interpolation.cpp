//===- Interpolation.cpp - What ONNX Resize weighs along one axis ---------===//
//
// Formulas: ONNX operator Resize, version 19, and its reference evaluator's
// treatment of borders.
//===----------------------------------------------------------------------===//
#include "lib/Conversion/TopToTpu/Support/Interpolation.h"

#include <cmath>

using namespace mlir;
using namespace tpu_mlir;

namespace {

struct Axis {
  int64_t inputs, outputs;
  double scale;

  /// What the outputs are rounded from; scales of whole ones are rounded too.
  double length() const {
    double exact = scale * static_cast<double>(inputs);
    auto whole = static_cast<double>(outputs);
    return std::abs(exact - whole) <= whole * 0x1p-22 ? whole : exact;
  }
};

} // namespace

static Axis axisOf(top::ResizeOp op, size_t axis) {
  return {shapeOf(op.getInput())[axis], op.getSizes()[axis],
          op.getScales()[axis]};
}

/// Where output element i lies in the input. Weights are computed in double;
/// which element is nearest in float, as ONNX Runtime does, since a tie in one
/// is none in the other.
template <typename Real>
static Real coordinate(top::CoordinateTransformation kind, const Axis &axis,
                       int64_t i) {
  using Kind = top::CoordinateTransformation;
  Real index = static_cast<Real>(i), scale = static_cast<Real>(axis.scale);
  Real inputs = static_cast<Real>(axis.inputs);
  Real outputs = static_cast<Real>(axis.outputs);
  Real oneHalf = static_cast<Real>(0.5);
  Real half = (index + oneHalf) / scale - oneHalf;
  switch (kind) {
  case Kind::HalfPixel:
    return half;
  case Kind::HalfPixelSymmetric:
    return inputs / 2 * (1 - outputs / (scale * inputs)) + half;
  case Kind::PytorchHalfPixel:
    return axis.outputs > 1 ? half : 0;
  case Kind::AlignCorners:
    return axis.outputs > 1
               ? index * (inputs - 1) / (static_cast<Real>(axis.length()) - 1)
               : 0;
  case Kind::Asymmetric:
    return index / scale;
  }
  return 0;
}

static double roundNearest(top::NearestMode mode, double x) {
  using Mode = top::NearestMode;
  switch (mode) {
  case Mode::RoundPreferFloor:
    return std::ceil(x - 0.5);
  case Mode::RoundPreferCeil:
    return std::floor(x + 0.5);
  case Mode::Floor:
    return std::floor(x);
  case Mode::Ceil:
    return std::ceil(x);
  }
  return x;
}

std::vector<int64_t> tpu_mlir::nearestElements(top::ResizeOp op, size_t index) {
  Axis axis = axisOf(op, index);
  std::vector<int64_t> elements;
  for (int64_t i = 0; i < axis.outputs; ++i) {
    double x = coordinate<float>(op.getCoordinateTransformation(), axis, i);
    int64_t nearest =
        static_cast<int64_t>(roundNearest(op.getNearestMode(), x));
    elements.push_back(
        std::min(std::max<int64_t>(nearest, 0), axis.inputs - 1));
  }
  return elements;
}

/// Cubic convolution with parameter a (Keys 1981) at distance x.
static double cubic(double a, double x) {
  x = std::abs(x);
  if (x <= 1)
    return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2)
    return ((x - 5) * x + 8) * x * a - 4 * a;
  return 0;
}

Matrix tpu_mlir::interpolationWeights(top::ResizeOp op, size_t index) {
  Axis axis = axisOf(op, index);
  bool linear = op.getMode() == top::ResizeMode::Linear;
  double a = op.getCubicCoeff().convertToFloat();
  int64_t reach = linear ? 1 : 2; // elements on each side
  Matrix matrix(axis.inputs, axis.outputs);
  for (int64_t i = 0; i < axis.outputs; ++i) {
    double x = coordinate<double>(op.getCoordinateTransformation(), axis, i);
    int64_t base = static_cast<int64_t>(std::floor(x));
    std::vector<double> weights(axis.inputs, 0.0);
    double total = 0;
    for (int64_t at = base - reach + 1; at <= base + reach; ++at) {
      double distance = x - static_cast<double>(at);
      double weight = linear ? 1 - std::abs(distance) : cubic(a, distance);
      bool outside = at < 0 || at >= axis.inputs;
      if (outside && op.getExcludeOutside())
        continue;
      weights[std::min(std::max<int64_t>(at, 0), axis.inputs - 1)] += weight;
      total += weight;
    }
    for (int64_t from = 0; from < axis.inputs; ++from)
      matrix.at(from, i) =
          op.getExcludeOutside() ? weights[from] / total : weights[from];
  }
  return matrix;
}
