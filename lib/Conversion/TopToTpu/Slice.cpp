//===- Slice.cpp - Parts of a tensor, and more around it ------------------===//
#include "lib/Conversion/TopToTpu/Pattern.h"

using namespace mlir;
using namespace tpu_mlir;

/// Dimensions that stand alone in the canonical view are cut in one slice, the
/// others one by one.
static Value lowerSlice(top::SliceOp op, top::SliceOp::Adaptor in,
                        Lowering &l) {
  Shape shape(shapeOf(op.getInput()));
  Value value = in.getInput();
  for (size_t dim = 0; dim < shape.size(); ++dim) {
    if (canonicalDim(shape.size(), dim))
      continue;
    value =
        l.slice(l.reshape(value, axisShape(shape, dim)), 1,
                op.getOffsets()[dim], op.getSizes()[dim], op.getStrides()[dim]);
    shape[dim] = op.getSizes()[dim];
  }
  value = l.reshape(value, canonicalShape(shape));
  Shape offsets(4, 0), sizes(shapeOf(value)), steps(4, 1);
  for (size_t dim = 0; dim < shape.size(); ++dim)
    if (std::optional<unsigned> place = canonicalDim(shape.size(), dim)) {
      offsets[*place] = op.getOffsets()[dim];
      sizes[*place] = op.getSizes()[dim];
      // The step of a single element means nothing, and may be out of range.
      steps[*place] = sizes[*place] == 1 ? 1 : op.getStrides()[dim];
    }
  return l.slice(value, offsets, sizes, steps);
}

//===----------------------------------------------------------------------===//
// Padding
//===----------------------------------------------------------------------===//

static Value padConstant(top::PadOp op, Value value, Lowering &l) {
  ShapeRef shape = shapeOf(op.getInput());
  ArrayRef<int64_t> low = op.getPads().take_front(shape.size());
  ArrayRef<int64_t> high = op.getPads().drop_front(shape.size());
  double constant = op.getValue().convertToFloat();
  if (std::optional<Quantization> type = quantizationOf(op.getOutput()))
    constant = static_cast<double>(type->store(constant));
  Shape current(shape), lows(4, 0), highs(4, 0);
  for (size_t dim = 0; dim < shape.size(); ++dim) {
    if (std::optional<unsigned> place = canonicalDim(shape.size(), dim)) {
      lows[*place] = low[dim];
      highs[*place] = high[dim];
      continue;
    }
    value = l.pad(l.reshape(value, axisShape(current, dim)),
                  {0, low[dim], 0, 0}, {0, high[dim], 0, 0}, constant);
    current[dim] += low[dim] + high[dim];
  }
  return l.pad(l.reshape(value, canonicalShape(current)), lows, highs,
               constant);
}

/// `count` elements that stand before (or after) a line in place of padding.
static Value border(Lowering &l, top::PadMode mode, AxisView view,
                    int64_t count, bool before) {
  int64_t size = shapeOf(view.value)[view.dim];
  switch (mode) {
  case top::PadMode::Edge: {
    Value edge = l.slice(view.value, view.dim, before ? 0 : size - 1, 1);
    Shape shape(shapeOf(edge));
    shape[view.dim] = count;
    return l.broadcast(edge, shape);
  }
  case top::PadMode::Reflect:
    return l.slice(view.value, view.dim, before ? count : size - 2, count,
                   count == 1 ? 1 : -1);
  case top::PadMode::Wrap:
    return l.slice(view.value, view.dim, before ? size - count : 0, count);
  case top::PadMode::Constant:
    break;
  }
  return {};
}

/// Copies of the input's own elements around it, one dimension at a time.
static Value lowerPad(top::PadOp op, top::PadOp::Adaptor in, Lowering &l) {
  if (op.getMode() == top::PadMode::Constant)
    return padConstant(op, in.getInput(), l);
  Shape shape(shapeOf(op.getInput()));
  Value value = in.getInput();
  for (size_t dim = 0; dim < shape.size(); ++dim) {
    int64_t low = op.getPads()[dim], high = op.getPads()[shape.size() + dim];
    if (low == 0 && high == 0)
      continue;
    AxisView view = viewAxis(l, value, shape, dim);
    SmallVector<Value> parts;
    if (low)
      parts.push_back(border(l, op.getMode(), view, low, /*before=*/true));
    parts.push_back(view.value);
    if (high)
      parts.push_back(border(l, op.getMode(), view, high, /*before=*/false));
    shape[dim] += low + high;
    value = l.reshape(l.concat(parts, view.dim), canonicalShape(shape));
  }
  return value;
}

void tpu_mlir::addSlices(Lowerings &set) {
  set.add<top::SliceOp>(lowerSlice);
  set.add<top::PadOp>(lowerPad);
}
