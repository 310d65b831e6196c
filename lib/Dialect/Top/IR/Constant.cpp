//===- Constant.cpp - Values known at compile time ------------------------===//
#include "lib/Dialect/Top/IR/Inference.h"

using namespace mlir;
using namespace tpu_mlir::top;

LogicalResult WeightOp::inferTypes(Emitter, Adaptor adaptor, Types &types) {
  types.push_back(adaptor.getValue().getShapedType());
  return success();
}
