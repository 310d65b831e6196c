//===- Resize.cpp - Interpolation -----------------------------------------===//
#include "lib/Dialect/Top/IR/Inference.h"

#include <cmath>

using namespace mlir;
using namespace tpu_mlir::top;

LogicalResult ResizeOp::inferTypes(Emitter emit, Adaptor adaptor,
                                   Types &types) {
  Shape input = shapeOf(adaptor.getInput());
  ArrayRef<float> scales = adaptor.getScales();
  Shape sizes = adaptor.getSizes();
  if (scales.size() != input.size() || sizes.size() != input.size())
    return emit("expects ", input.size(), " scales and ", input.size(),
                " sizes, but found ", scales.size(), " and ", sizes.size(),
                " (C1)");
  for (auto [length, scale, size] : llvm::zip(input, scales, sizes))
    if (std::abs(static_cast<double>(length) * scale - size) > 1)
      return emit("expects a size near ", length, " * ", scale, ", but found ",
                  size, " (C2)");
  return yield(types, sizes, adaptor.getInput());
}

OpFoldResult ResizeOp::fold(FoldAdaptor) {
  bool isIdentity = getInput().getType() == getType() &&
                    llvm::all_of(getScales(), [](float s) { return s == 1; });
  return isIdentity ? getInput() : OpFoldResult();
}
