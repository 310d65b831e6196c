//===- Pool.cpp - tpu.pool
//-------------------------------------------------===//
#include "dialects/Tpu/Tpu.h"

using namespace mlir;
using namespace tpu_mlir::tpu;

LogicalResult PoolOp::verify() {
  if (getKernel().size() != 2 || getStrides().size() != 2 ||
      getPads().size() != 4)
    return emitOpError("expects 2 kernel sizes, 2 strides and 4 pads (C2)");
  for (int64_t stride : getStrides())
    if (stride < 1 || stride > 15)
      return emitOpError() << "expects strides from 1 to 15, but found "
                           << stride << " (C2)";
  for (int64_t pad : getPads())
    if (pad < 0 || pad > 15)
      return emitOpError() << "expects pads from 0 to 15, but found " << pad
                           << " (C2)";
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
