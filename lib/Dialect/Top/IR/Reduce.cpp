//===- Reduce.cpp - Reductions along axes ---------------------------------===//
#include "lib/Dialect/Top/IR/Inference.h"

using namespace mlir;
using namespace tpu_mlir::top;

/// `shape` with the dimensions of `axes` (sorted) removed or set to 1.
static SmallVector<int64_t> reduceShape(Shape shape, ArrayRef<int64_t> axes,
                                        bool keepDims) {
  SmallVector<int64_t> result;
  for (auto [index, size] : llvm::enumerate(shape)) {
    if (!llvm::is_contained(axes, static_cast<int64_t>(index)))
      result.push_back(size);
    else if (keepDims)
      result.push_back(1);
  }
  return result;
}

LogicalResult ReduceOp::inferTypes(Emitter emit, Adaptor adaptor,
                                   Types &types) {
  for (int64_t axis : adaptor.getAxes())
    if (failed(checkAxis(emit, axis, adaptor.getInput())))
      return failure();
  Type element = tensorType(adaptor.getInput()).getElementType();
  if (element.isInteger(1) && adaptor.getKind() != ReduceKind::Max &&
      adaptor.getKind() != ReduceKind::Min)
    return emit("expects max or min of truth values, but found ",
                stringifyReduceKind(adaptor.getKind()), " (C2)");
  return yield(types,
               reduceShape(shapeOf(adaptor.getInput()), adaptor.getAxes(),
                           adaptor.getKeepdims()),
               adaptor.getInput());
}

OpFoldResult ReduceOp::fold(FoldAdaptor) {
  bool keepsValue =
      llvm::is_contained({ReduceKind::Sum, ReduceKind::Mean, ReduceKind::Max,
                          ReduceKind::Min, ReduceKind::Prod},
                         getKind());
  return keepsValue && getAxes().empty() ? getInput() : OpFoldResult();
}

LogicalResult ArgOp::inferTypes(Emitter emit, Adaptor adaptor, Types &types) {
  int64_t axis = adaptor.getAxis();
  if (failed(checkAxis(emit, axis, adaptor.getInput())))
    return failure();
  auto type = tensorType(adaptor.getInput());
  SmallVector<int64_t> shape =
      reduceShape(type.getShape(), axis, adaptor.getKeepdims());
  if (failed(checkChoice(emit, type.getDimSize(axis), shape, "(C2)")))
    return failure();
  types.push_back(
      RankedTensorType::get(shape, IntegerType::get(type.getContext(), 64)));
  return success();
}
