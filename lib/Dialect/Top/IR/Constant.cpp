//===- Constant.cpp - top.weight
//-------------------------------------------===//
#include "dialects/Top/Top.h"

using namespace mlir;
using namespace tpu_mlir::top;

LogicalResult WeightOp::inferReturnTypes(MLIRContext *, std::optional<Location>,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  if (!adaptor.getValue())
    return failure();
  types.push_back(adaptor.getValue().getShapedType());
  return success();
}

OpFoldResult WeightOp::fold(FoldAdaptor) { return getValue(); }
