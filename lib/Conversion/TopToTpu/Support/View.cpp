//===- View.cpp - Tensors of any rank as rank-4 values --------------------===//
#include "lib/Conversion/TopToTpu/Support/View.h"

using namespace mlir;
using namespace tpu_mlir;

std::optional<unsigned> tpu_mlir::canonicalDim(size_t rank, size_t dim) {
  assert(dim < rank);
  switch (rank) {
  case 1:
    return 3;
  case 2:
    return dim == 0 ? 1 : 3;
  case 3:
    return dim == 2 ? 3 : dim;
  default:
    if (rank > 4 && dim < rank - 3)
      return std::nullopt;
    return dim - (rank - 4);
  }
}

/// Dimensions that end up in the same place are multiplied.
static Shape viewShape(ShapeRef shape, ArrayRef<unsigned> places) {
  Shape view(4, 1);
  for (auto [size, place] : llvm::zip(shape, places))
    view[place] *= size;
  return view;
}

static SmallVector<unsigned> canonicalPlaces(size_t rank) {
  SmallVector<unsigned> places;
  for (size_t dim = 0; dim < rank; ++dim)
    places.push_back(canonicalDim(rank, dim).value_or(0));
  return places;
}

Shape tpu_mlir::canonicalShape(ShapeRef shape) {
  return viewShape(shape, canonicalPlaces(shape.size()));
}

Shape tpu_mlir::axisShape(ShapeRef shape, size_t dim) {
  return {product(shape.take_front(dim)), shape[dim], 1,
          product(shape.drop_front(dim + 1))};
}

AxisView tpu_mlir::viewAxis(Lowering &l, Value value, ShapeRef shape,
                            size_t dim) {
  if (std::optional<unsigned> place = canonicalDim(shape.size(), dim))
    return {value, *place};
  return {l.reshape(value, axisShape(shape, dim)), 1};
}

//===----------------------------------------------------------------------===//
// Broadcasting
//===----------------------------------------------------------------------===//

SmallVector<Value> tpu_mlir::alignOperands(Operation *op, ValueRange values,
                                           Lowering &l) {
  SmallVector<ShapeRef> shapes;
  for (Value operand : op->getOperands())
    shapes.push_back(shapeOf(operand));
  return align(l, llvm::to_vector(values), shapes, shapeOf(op->getResult(0)));
}

Shape tpu_mlir::broadcastShapes(ArrayRef<ShapeRef> shapes) {
  Shape result;
  for (ShapeRef shape : shapes) {
    if (shape.size() > result.size())
      result.insert(result.begin(), shape.size() - result.size(), 1);
    for (size_t i = 1; i <= shape.size(); ++i)
      result[result.size() - i] =
          std::max(result[result.size() - i], shape[shape.size() - i]);
  }
  return result;
}

static Shape padLeft(ShapeRef shape, size_t rank) {
  Shape padded(rank - std::min(rank, shape.size()), 1);
  padded.append(shape.begin(), shape.end());
  return padded;
}

/// Whether each view is, in each dimension, 1 or as large as that of `to`.
static bool broadcasts(ArrayRef<Shape> shapes, ShapeRef to,
                       ArrayRef<unsigned> places) {
  Shape whole = viewShape(to, places);
  return llvm::all_of(shapes, [&](ShapeRef shape) {
    Shape view = viewShape(shape, places);
    return llvm::all_of(llvm::zip(view, whole), [](auto pair) {
      return std::get<0>(pair) == 1 || std::get<0>(pair) == std::get<1>(pair);
    });
  });
}

/// Where each dimension of `to` goes so that the four places broadcast: as in
/// the canonical view, else with neighbours together that repeat alike.
static std::optional<SmallVector<unsigned>> assignPlaces(ArrayRef<Shape> shapes,
                                                         ShapeRef to) {
  SmallVector<unsigned> canonical = canonicalPlaces(to.size());
  if (broadcasts(shapes, to, canonical))
    return canonical;
  SmallVector<size_t> runs(to.size(), 0); // the run each dimension is in
  SmallVector<bool> previous;
  size_t count = 0;
  for (size_t dim = 0; dim < to.size(); ++dim) {
    if (to[dim] != 1) {
      SmallVector<bool> repeats;
      for (ShapeRef shape : shapes)
        repeats.push_back(shape[dim] == 1);
      if (count == 0 || repeats != previous)
        ++count;
      previous = repeats;
    }
    runs[dim] = std::max<size_t>(count, 1) - 1;
  }
  if (count > 4)
    return std::nullopt;
  SmallVector<unsigned> places;
  for (size_t run : runs)
    places.push_back(*canonicalDim(std::max<size_t>(count, 1), run));
  return places;
}

SmallVector<Value> tpu_mlir::align(Lowering &l, ArrayRef<Value> values,
                                   ArrayRef<ShapeRef> shapes, ShapeRef to) {
  SmallVector<Shape> padded;
  for (ShapeRef shape : shapes)
    padded.push_back(padLeft(shape, to.size()));
  std::optional<SmallVector<unsigned>> places = assignPlaces(padded, to);
  SmallVector<Value> result;
  for (auto [value, shape] : llvm::zip(values, padded))
    result.push_back(places ? l.reshape(value, viewShape(shape, *places))
                            : expand(l, value, shape, to));
  return result;
}

Value tpu_mlir::expand(Lowering &l, Value value, ShapeRef shape, ShapeRef to) {
  Shape current = padLeft(shape, to.size());
  if (auto places = assignPlaces({current}, to)) {
    value = l.broadcast(l.reshape(value, viewShape(current, *places)),
                        viewShape(to, *places));
    return l.reshape(value, canonicalShape(to));
  }
  for (size_t dim = 0; dim < to.size(); ++dim) {
    if (current[dim] == to[dim])
      continue;
    value = l.reshape(value, axisShape(current, dim));
    current[dim] = to[dim];
    value = l.broadcast(value, axisShape(current, dim));
  }
  return l.reshape(value, canonicalShape(to));
}
