//===- Shape.cpp - Data movement and views
//---------------------------------===//
#include "dialects/Tpu/Tpu.h"
#include "lib/Dialect/Tpu/IR/Integers.h"

#include <cmath>

using namespace mlir;
using namespace tpu_mlir::tpu;

LogicalResult ReshapeOp::verify() {
  auto from = cast<RankedTensorType>(getInput().getType());
  auto to = cast<RankedTensorType>(getResult().getType());
  if (from.getNumElements() != to.getNumElements())
    return emitOpError() << "expects " << from.getNumElements()
                         << " elements in the result, but found "
                         << to.getNumElements() << " (C1)";
  return success();
}

OpFoldResult ReshapeOp::fold(FoldAdaptor) {
  if (getInput().getType() == getResult().getType())
    return getInput();
  auto producer = getInput().getDefiningOp<ReshapeOp>();
  if (!producer)
    return {};
  if (producer.getInput().getType() == getResult().getType())
    return producer.getInput();
  getInputMutable().assign(producer.getInput());
  return getResult();
}

LogicalResult PermuteOp::verify() {
  SmallVector<int64_t> sorted(getOrder());
  llvm::sort(sorted);
  if (sorted != SmallVector<int64_t>{0, 1, 2, 3})
    return emitOpError("expects `order` to be a permutation of 0 to 3 (C1)");
  for (auto [dim, source] : llvm::enumerate(getOrder()))
    if (getResult().getType().getDimSize(dim) !=
        getInput().getType().getDimSize(source))
      return emitOpError() << "expects dimension " << dim
                           << " of the result to be "
                           << getInput().getType().getDimSize(source)
                           << ", but found "
                           << getResult().getType().getDimSize(dim) << " (C1)";
  return success();
}

LogicalResult SliceOp::verify() {
  if (getOffsets().size() != 4 || getSteps().size() != 4)
    return emitOpError("expects 4 offsets and 4 steps (C1)");
  for (unsigned dim = 0; dim < 4; ++dim) {
    int64_t size = getInput().getType().getDimSize(dim);
    int64_t first = getOffsets()[dim];
    int64_t last =
        first + (getResult().getType().getDimSize(dim) - 1) * getSteps()[dim];
    if (getSteps()[dim] == 0 || std::min(first, last) < 0 ||
        std::max(first, last) >= size)
      return emitOpError() << "expects elements 0 to " << size - 1
                           << " of dimension " << dim << ", but takes " << first
                           << " to " << last << " (C1)";
  }
  return success();
}

LogicalResult ConcatOp::verify() {
  int64_t axis = getAxis(), total = 0;
  if (axis < 0 || axis > 3)
    return emitOpError() << "expects an axis from 0 to 3, but found " << axis;
  for (Value input : getInputs()) {
    auto type = cast<RankedTensorType>(input.getType());
    total += type.getDimSize(axis);
    for (int64_t dim = 0; dim < 4; ++dim)
      if (dim != axis &&
          type.getDimSize(dim) != getResult().getType().getDimSize(dim))
        return emitOpError()
               << "expects dimension " << dim << " of every input to be "
               << getResult().getType().getDimSize(dim) << ", but found "
               << type.getDimSize(dim) << " (C1)";
    if (type.getElementType() != getResult().getType().getElementType())
      return emitOpError("expects one element type (C1)");
  }
  if (total != getResult().getType().getDimSize(axis))
    return emitOpError() << "expects dimension " << axis
                         << " of the result to be " << total << ", but found "
                         << getResult().getType().getDimSize(axis) << " (C1)";
  return success();
}

LogicalResult PadOp::verify() {
  if (getLow().size() != 4 || getHigh().size() != 4)
    return emitOpError("expects 4 low and 4 high paddings (C1)");
  for (unsigned dim = 0; dim < 4; ++dim) {
    int64_t low = getLow()[dim], high = getHigh()[dim];
    int64_t expected = low + getInput().getType().getDimSize(dim) + high;
    if (low < 0 || high < 0 ||
        getResult().getType().getDimSize(dim) != expected)
      return emitOpError() << "expects dimension " << dim
                           << " of the result to be " << expected
                           << " and no negative padding, but found "
                           << getResult().getType().getDimSize(dim) << " (C1)";
  }
  Type element = getResult().getType().getElementType();
  double value = getValue().convertToDouble();
  if (element.isInteger() &&
      (value != std::floor(value) || !holds(element, int64_t(value))))
    return emitOpError() << "expects a value of " << element << ", but found "
                         << value << " (C2)";
  return success();
}

LogicalResult BroadcastOp::verify() {
  for (unsigned dim = 0; dim < 4; ++dim) {
    int64_t from = getInput().getType().getDimSize(dim);
    int64_t to = getResult().getType().getDimSize(dim);
    if (from != to && from != 1)
      return emitOpError() << "expects dimension " << dim
                           << " of the input to be 1 or " << to
                           << ", but found " << from << " (C1)";
  }
  return success();
}

LogicalResult SubsampleOp::verify() {
  if (getOffsets().size() != 2 || getSteps().size() != 2)
    return emitOpError("expects 2 offsets and 2 steps (C1)");
  ArrayRef<int64_t> in = getInput().getType().getShape();
  ArrayRef<int64_t> out = getResult().getType().getShape();
  if (in.take_front(2) != out.take_front(2))
    return emitOpError("expects n and c of the input in the result (C1)");
  for (unsigned i = 0; i < 2; ++i) {
    int64_t last = getOffsets()[i] + (out[2 + i] - 1) * getSteps()[i];
    if (getSteps()[i] < 1 || getOffsets()[i] < 0 || last >= in[2 + i])
      return emitOpError() << "expects elements 0 to " << in[2 + i] - 1
                           << " of " << (i ? "w" : "h") << ", but takes "
                           << getOffsets()[i] << " to " << last << " (C1)";
  }
  return success();
}

LogicalResult UpsampleOp::verify() {
  if (getScale().size() != 2)
    return emitOpError("expects 2 scales (C1)");
  ArrayRef<int64_t> in = getInput().getType().getShape();
  ArrayRef<int64_t> out = getResult().getType().getShape();
  if (out[0] != in[0] || out[1] != in[1] || out[2] != in[2] * getScale()[0] ||
      out[3] != in[3] * getScale()[1])
    return emitOpError("expects h and w of the result to be those of the input "
                       "times the scale (C1)");
  return success();
}
