//===- Resize.cpp - Interpolation, one axis after the other ---------------===//
#include "lib/Conversion/TopToTpu/Pattern.h"
#include "lib/Conversion/TopToTpu/Support/Interpolation.h"
#include "lib/Conversion/TopToTpu/Support/Stretch.h"

using namespace mlir;
using namespace tpu_mlir;

/// The whole number s with elements[i] = i / s, if there is one.
static std::optional<int64_t> repetition(ArrayRef<int64_t> elements,
                                         int64_t inputs) {
  int64_t outputs = elements.size();
  if (outputs % inputs != 0)
    return std::nullopt;
  int64_t scale = outputs / inputs;
  for (int64_t i = 0; i < outputs; ++i)
    if (elements[i] != i / scale)
      return std::nullopt;
  return scale;
}

/// The step of elements that are equally far from each other.
static std::optional<int64_t> stepOf(ArrayRef<int64_t> elements) {
  if (elements.size() == 1)
    return 1;
  int64_t step = elements[1] - elements[0];
  for (size_t i = 2; i < elements.size(); ++i)
    if (elements[i] - elements[i - 1] != step)
      return std::nullopt;
  return step > 0 ? std::optional(step) : std::nullopt;
}

/// Repeats, slices, or multiplies by a matrix of zeros and ones.
static Value resizeNearest(Lowering &l, top::ResizeOp op, Value value,
                           ShapeRef shape, size_t axis) {
  std::vector<int64_t> elements = nearestElements(op, axis);
  Shape to(shape);
  to[axis] = elements.size();
  if (std::optional<int64_t> scale = repetition(elements, shape[axis])) {
    Shape view = {product(shape.take_front(axis + 1)), 1, 1,
                  product(shape.drop_front(axis + 1))};
    value = l.reshape(value, view);
    view[1] = *scale;
    return l.reshape(l.broadcast(value, view), canonicalShape(to));
  }
  if (std::optional<int64_t> step = stepOf(elements)) {
    AxisView view = viewAxis(l, value, shape, axis);
    value = l.slice(view.value, view.dim, elements[0], elements.size(), *step);
    return l.reshape(value, canonicalShape(to));
  }
  Matrix matrix(shape[axis], to[axis]);
  for (auto [i, from] : llvm::enumerate(elements))
    matrix.at(from, i) = 1;
  auto multiply = [&](Value floats) {
    return multiplyAxis(l, floats, shape, axis, matrix);
  };
  return isa<IntegerType>(elementOf(value)) ? inFloats(l, value, multiply)
                                            : multiply(value);
}

/// h and w of an image enlarged by whole numbers.
static Value upsample(top::ResizeOp op, Value value, Lowering &l) {
  ShapeRef shape = shapeOf(op.getInput()), to = op.getSizes();
  if (op.getMode() != top::ResizeMode::Nearest || shape.size() != 4 ||
      shape.take_front(2) != to.take_front(2))
    return {};
  auto h = repetition(nearestElements(op, 2), shape[2]);
  auto w = repetition(nearestElements(op, 3), shape[3]);
  return h && w ? l.upsample(value, {*h, *w}) : Value();
}

/// Along h or w of an image by a convolution where that is better.
static Value interpolate(Lowering &l, Value value, ShapeRef shape, size_t axis,
                         const Matrix &matrix) {
  if (shape.size() == 4 && axis >= 2)
    if (Value stretched = stretchAxis(l, value, axis, matrix))
      return stretched;
  return multiplyAxis(l, value, shape, axis, matrix);
}

static Value lowerResize(top::ResizeOp op, top::ResizeOp::Adaptor in,
                         Lowering &l) {
  if (Value whole = upsample(op, in.getInput(), l))
    return whole;
  Shape shape(shapeOf(op.getInput()));
  Value value = in.getInput();
  // From the last axis on: w needs no permutation.
  for (size_t axis = shape.size(); axis-- > 0;) {
    if (op.getSizes()[axis] == shape[axis] && op.getScales()[axis] == 1)
      continue;
    value = op.getMode() == top::ResizeMode::Nearest
                ? resizeNearest(l, op, value, shape, axis)
                : interpolate(l, value, shape, axis,
                              interpolationWeights(op, axis));
    shape[axis] = op.getSizes()[axis];
  }
  return value;
}

void tpu_mlir::addResizes(Lowerings &set) {
  set.add<top::ResizeOp>(lowerResize);
}
