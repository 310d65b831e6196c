//===- Conv.cpp - tpu.conv, tpu.depthwise
//----------------------------------===//
#include "dialects/Tpu/Tpu.h"
#include "lib/Dialect/Tpu/IR/Integers.h"
#include "lib/Support/ChipOf.h"

#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tpu_mlir;
using namespace tpu_mlir::tpu;

static LogicalResult verifyRange(Operation *op, StringRef what,
                                 ArrayRef<int64_t> values, size_t count,
                                 int64_t low, int64_t high) {
  if (values.size() != count)
    return op->emitOpError() << "expects " << count << " " << what
                             << ", but found " << values.size() << " (C4)";
  for (int64_t value : values)
    if (value < low || value > high)
      return op->emitOpError()
             << "expects " << what << " from " << low << " to " << high
             << ", but found " << value << " (C4)";
  return success();
}

/// Checks what both convolutions share: field ranges and the result's h and w.
template <typename Op> static LogicalResult verifyWindow(Op op) {
  const WindowLimits &most = chipOf(op).window;
  if (failed(
          verifyRange(op, "kernel sizes", op.getKernel(), 2, 1, most.kernel)) ||
      failed(verifyRange(op, "strides", op.getStrides(), 2, 1, most.stride)) ||
      failed(verifyRange(op, "pads", op.getPads(), 4, 0, most.pad)) ||
      failed(verifyRange(op, "dilations", op.getDilations(), 2, 1,
                         most.dilation)) ||
      failed(verifyRange(op, "insertions", op.getInsertion(), 2, 0,
                         most.insertion)))
    return failure();
  ArrayRef<int64_t> in = op.getInput().getType().getShape();
  ArrayRef<int64_t> out = op.getResult().getType().getShape();
  for (unsigned i = 0; i < 2; ++i) {
    int64_t extent = (in[2 + i] - 1) * (op.getInsertion()[i] + 1) + 1 +
                     op.getPads()[i] + op.getPads()[2 + i];
    int64_t window = (op.getKernel()[i] - 1) * op.getDilations()[i] + 1;
    int64_t expected = (extent - window) / op.getStrides()[i] + 1;
    if (extent < window || out[2 + i] != expected)
      return op.emitOpError()
             << "expects " << expected << " elements of " << (i ? "w" : "h")
             << " in the result, but found " << out[2 + i] << " (C3)";
  }
  if (in[0] != out[0])
    return op.emitOpError()
           << "expects n = " << in[0] << " in the result, but found " << out[0]
           << " (C3)";
  return success();
}

static LogicalResult verifyShape(Operation *op, StringRef what,
                                 RankedTensorType type,
                                 ArrayRef<int64_t> expected, StringRef tag) {
  if (type.getShape() == expected)
    return success();
  InFlightDiagnostic error = op->emitOpError();
  error << "expects a " << what << " of shape [";
  llvm::interleaveComma(expected, error);
  error << "], but found [";
  llvm::interleaveComma(type.getShape(), error);
  return error << "] " << tag;
}

/// (C5), (C6): the types and operands that integers and floats come with.
template <typename Op> static LogicalResult verifyNumbers(Op op) {
  auto elementOf = [](Value value) { return getElementTypeOrSelf(value); };
  Type input = elementOf(op.getInput()), filter = elementOf(op.getFilter());
  if (!input.isInteger(8)) {
    if (op.getRequant() || filter.isInteger() ||
        elementOf(op.getResult()).isInteger())
      return op.emitOpError() << "expects an i8 or ui8 input with 'requant' or "
                                 "other integers, but found "
                              << input << " (C5)";
  } else if (!filter.isSignlessInteger(8)) {
    return op.emitOpError()
           << "expects an i8 filter for an 8-bit input, but found " << filter
           << " (C5)";
  } else if (op.getBias()) {
    return op.emitOpError("expects no bias for an 8-bit input: it is a part of "
                          "the offsets in 'requant' (C5)");
  } else if (!op.getRequant()) {
    return op.emitOpError("expects 'requant' for an 8-bit input (C5)");
  } else if (Type table = elementOf(op.getRequant()); !table.isF32()) {
    return op.emitOpError()
           << "expects 'requant' in f32, but found " << table << " (C5)";
  }
  if (op.getInputZeroPoint() != 0 &&
      (op.getInsertion()[0] != 0 || op.getInsertion()[1] != 0))
    return op.emitOpError() << "expects an input zero point of 0 where zeros "
                               "are inserted, but found "
                            << op.getInputZeroPoint() << " (C6)";
  if (failed(
          verifyZeroPoint(op, "input", op.getInputZeroPoint(), input, "(C6)")))
    return failure();
  if (!op.getRequant())
    return success();
  return verifyShape(op, "'requant'", op.getRequant().getType(),
                     {1, op.getResult().getType().getDimSize(1), 1, 2}, "(C5)");
}

LogicalResult ConvOp::verify() {
  int64_t ic = getInput().getType().getDimSize(1);
  int64_t oc = getResult().getType().getDimSize(1);
  int64_t together = chipOf(*this).channelsTogether(
      getInput().getType().getElementTypeBitWidth());
  int64_t taps = getKernel().size() == 2 ? getKernel()[0] * getKernel()[1] : 0;
  if (failed(verifyWindow(*this)) || failed(verifyNumbers(*this)) ||
      failed(verifyShape(
          *this, "filter", getFilter().getType(),
          {1, oc, int64_t(llvm::divideCeil(ic, together)) * taps, together},
          "(C1)")))
    return failure();
  if (!getBias())
    return success();
  if (!getBias().getType().getElementType().isF32())
    return emitOpError() << "expects an f32 bias, but found "
                         << getBias().getType().getElementType() << " (C2)";
  return verifyShape(*this, "bias", getBias().getType(), {1, oc, 1, 1}, "(C2)");
}

LogicalResult DepthwiseOp::verify() {
  int64_t c = getInput().getType().getDimSize(1);
  if (failed(verifyWindow(*this)) || failed(verifyNumbers(*this)) ||
      failed(verifyShape(*this, "filter", getFilter().getType(),
                         {1, c, getKernel()[0], getKernel()[1]}, "(C1)")))
    return failure();
  if (getResult().getType().getDimSize(1) != c)
    return emitOpError() << "expects c = " << c << " in the result, but found "
                         << getResult().getType().getDimSize(1) << " (C3)";
  if (!getBias())
    return success();
  Type element = getInput().getType().getElementType();
  if (getBias().getType().getElementType() != element)
    return emitOpError() << "expects a bias of " << element << ", but found "
                         << getBias().getType().getElementType() << " (C2)";
  return verifyShape(*this, "bias", getBias().getType(), {1, c, 1, 1}, "(C2)");
}
