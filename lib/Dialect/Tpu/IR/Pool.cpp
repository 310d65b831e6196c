//===- Pool.cpp - tpu.pool
//-------------------------------------------------===//
#include "dialects/Tpu/Tpu.h"
#include "lib/Dialect/Tpu/IR/Integers.h"
#include "lib/Support/ChipOf.h"

using namespace mlir;
using namespace tpu_mlir;
using namespace tpu_mlir::tpu;

LogicalResult PoolOp::verify() {
  if (getKernel().size() != 2 || getStrides().size() != 2 ||
      getPads().size() != 4)
    return emitOpError("expects 2 kernel sizes, 2 strides and 4 pads (C2)");
  const WindowLimits &most = chipOf(*this).window;
  for (int64_t stride : getStrides())
    if (stride < 1 || stride > most.stride)
      return emitOpError() << "expects strides from 1 to " << most.stride
                           << ", but found " << stride << " (C2)";
  for (int64_t pad : getPads())
    if (pad < 0 || pad > most.pad)
      return emitOpError() << "expects pads from 0 to " << most.pad
                           << ", but found " << pad << " (C2)";
  Type from = getInput().getType().getElementType();
  Type to = getResult().getType().getElementType();
  bool sumsIntegers = getKind() == PoolKind::sum && from.isInteger();
  if (from != to && !(sumsIntegers && to.isInteger()))
    return emitOpError() << "expects a result of " << from << ", but found "
                         << to << " (C3)";
  if (!sumsIntegers && !getOffset().isZero())
    return emitOpError("expects an offset of 0 for what is no sum of 8-bit "
                       "elements (C4)");
  if (failed(
          verifyZeroPoint(*this, "input", getInputZeroPoint(), from, "(C4)")))
    return failure();
  ArrayRef<int64_t> in = getInput().getType().getShape();
  ArrayRef<int64_t> out = getResult().getType().getShape();
  int64_t expected[4] = {in[0], in[1]};
  for (unsigned i = 0; i < 2; ++i)
    expected[2 + i] =
        (in[2 + i] + getPads()[i] + getPads()[2 + i] - getKernel()[i]) /
            getStrides()[i] +
        1;
  for (unsigned dim = 0; dim < 4; ++dim)
    if (out[dim] != expected[dim])
      return emitOpError() << "expects dimension " << dim
                           << " of the result to be " << expected[dim]
                           << ", but found " << out[dim] << " (C1)";
  return success();
}
