//===- Activation.cpp - Non-linear functions of one value -----------------===//
#include "lib/Dialect/Top/IR/Inference.h"

using namespace mlir;
using namespace tpu_mlir::top;

LogicalResult PReluOp::inferTypes(Emitter emit, Adaptor adaptor, Types &types) {
  Shape input = shapeOf(adaptor.getInput());
  Shape slope = shapeOf(adaptor.getSlope());
  auto joined = broadcast(input, slope);
  if (!joined || Shape(*joined) != input)
    return emit("expects a slope that broadcasts to [", input, "], but found [",
                slope, "] (C1)");
  return yield(types, input, adaptor.getInput());
}
