//===- Reduction.cpp - Reductions as pools over h and w -------------------===//
#include "lib/Conversion/TopToTpu/Support/Reduction.h"

using namespace mlir;
using namespace tpu_mlir;
using tpu::BinaryKind;
using tpu::PoolKind;

/// A window of more elements than this would leave the scheduler nothing to
/// cut: w goes first, then h.
static constexpr int64_t kLargestWindow = 16384;

std::pair<int64_t, int64_t> tpu_mlir::halves(int64_t size) {
  int64_t factor = 1;
  for (int64_t i = 1; i * i <= size; ++i)
    if (size % i == 0)
      factor = i;
  return {factor, size / factor};
}

/// A line that is too long for one pool: rows of it, and what is left.
static Value reduceRows(Lowering &l, Reduction kind, Value value,
                        int64_t length) {
  constexpr int64_t kRow = 128;
  Shape view(shapeOf(value)), column = view;
  column[3] = 1;
  int64_t rows = length / kRow, whole = rows * kRow;
  auto weigh = [&](Value part, int64_t size) {
    return kind == Reduction::Mean
               ? l.mul(part, static_cast<double>(size) / length)
               : part;
  };
  Value head = l.reshape(l.slice(value, 3, 0, whole),
                         {view[0], view[1] * view[2], rows, kRow});
  head = reduceWindow(l, kind, head, {1, kRow}); // short sums are exacter
  head = l.reshape(reduceWindow(l, kind, head, {rows, 1}), column);
  if (whole == length)
    return head;
  Value rest = reduceWindow(l, kind, l.slice(value, 3, whole, length - whole),
                            {1, length - whole});
  return l.binary(kind == Reduction::Max ? BinaryKind::max : BinaryKind::add,
                  weigh(head, whole), weigh(rest, length - whole));
}

Value tpu_mlir::reduceWindow(Lowering &l, Reduction kind, Value value,
                             ShapeRef window) {
  Shape noPads(4, 0), single = {1, 1};
  if (product(window) == 1)
    return value;
  if (window[0] == 1 && window[1] > kLargestWindow)
    return reduceRows(l, kind, value, window[1]);
  if (product(window) > kLargestWindow && window[0] > 1 && window[1] > 1) {
    value = reduceWindow(l, kind, value, {1, window[1]});
    return reduceWindow(l, kind, value, {window[0], 1});
  }
  double scale = kind == Reduction::Mean
                     ? 1.0 / static_cast<double>(product(window))
                     : 1.0;
  return l.pool(kind == Reduction::Max ? PoolKind::max : PoolKind::sum, value,
                window, single, noPads, scale);
}

/// Axes that stand alone in h or w.
static Value reduceInPlace(Lowering &l, Reduction kind, Value value,
                           Shape &shape, Shape &axes) {
  Shape window = {1, 1}, others;
  for (int64_t axis : axes) {
    std::optional<unsigned> place = canonicalDim(shape.size(), axis);
    if (place && *place >= 2) {
      window[*place - 2] = shape[axis];
      shape[axis] = 1;
    } else if (shape[axis] != 1) {
      others.push_back(axis);
    }
  }
  axes = others;
  Shape whole(shapeOf(value));
  if (whole[2] == 1 && window[1] > kLargestWindow) {
    auto [h, w] = halves(window[1]);
    value = l.reshape(value, {whole[0], whole[1], h, w});
    window = {h, w};
  }
  return reduceWindow(l, kind, value, window);
}

/// Other axes are brought there.
static Value reduceTransposed(Lowering &l, Reduction kind, Value value,
                              Shape &shape, ShapeRef axes) {
  constexpr int64_t kManyChannels = 4096; // enough to fill the lanes evenly
  Shape perm;
  int64_t outer = 1, channels = 1, size = 1;
  for (size_t dim = 0; dim < shape.size(); ++dim)
    if (!llvm::is_contained(axes, static_cast<int64_t>(dim)))
      perm.push_back(dim);
  for (int64_t dim : llvm::reverse(perm))
    if (outer == 1 && channels * shape[dim] <= kManyChannels)
      channels *= shape[dim];
    else
      outer *= shape[dim];
  for (int64_t axis : axes) {
    perm.push_back(axis);
    size *= shape[axis];
  }
  Value turned = transpose(l, value, shape, perm);
  auto [h, w] = size > kLargestWindow ? halves(size)
                                      : std::pair<int64_t, int64_t>(1, size);
  for (int64_t axis : axes)
    shape[axis] = 1;
  return reduceWindow(l, kind, l.reshape(turned, {outer, channels, h, w}),
                      {h, w});
}

std::optional<Window> tpu_mlir::windowInPlace(ShapeRef shape, ShapeRef axes) {
  Window window;
  for (int64_t axis : axes) {
    std::optional<unsigned> place = canonicalDim(shape.size(), axis);
    if (place && *place >= 2)
      window.kernel[*place - 2] = shape[axis];
    else if (shape[axis] != 1)
      return std::nullopt;
  }
  return product(window.kernel) <= kLargestWindow ? std::optional(window)
                                                  : std::nullopt;
}

Value tpu_mlir::reduceAxes(Lowering &l, Reduction kind, Value value,
                           ShapeRef shape, ShapeRef axes) {
  Shape left(axes), current(shape);
  value = reduceInPlace(l, kind, value, current, left);
  value = l.reshape(value, canonicalShape(current));
  if (left.empty())
    return value;
  value = reduceTransposed(l, kind, value, current, left);
  return l.reshape(value, canonicalShape(current));
}

Value tpu_mlir::combineAll(Lowering &l, Value value, Shape shape, ShapeRef axes,
                           Combine combine) {
  for (int64_t axis : axes) {
    AxisView view = viewAxis(l, value, shape, axis);
    value = view.value;
    while (int64_t half = shapeOf(value)[view.dim] / 2) {
      int64_t size = shapeOf(value)[view.dim];
      Value low = l.slice(value, view.dim, 0, half);
      Value high = l.slice(value, view.dim, half, half);
      value = combine(low, high);
      if (size % 2)
        value = l.concat({value, l.slice(view.value, view.dim, size - 1, 1)},
                         view.dim);
      view.value = value;
    }
    shape[axis] = 1;
    value = l.reshape(value, canonicalShape(shape));
  }
  return value;
}

Value tpu_mlir::reduceIntegers(Lowering &l, tpu::IntegerKind kind, Value value,
                               ShapeRef shape, ShapeRef axes) {
  if (kind == tpu::IntegerKind::max && elementOf(value).isInteger(8))
    return reduceAxes(l, Reduction::Max, value, shape, axes);
  return combineAll(l, value, Shape(shape), axes,
                    [&](Value a, Value b) { return l.integer(kind, a, b); });
}
