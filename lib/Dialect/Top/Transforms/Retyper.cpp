//===- Retyper.cpp - Gives values of a network other element types --------===//
#include "lib/Dialect/Top/Transforms/Retyper.h"

#include <cmath>

using namespace mlir;
using namespace tpu_mlir::top;

RankedTensorType tpu_mlir::top::withElement(Type type, Type element) {
  return RankedTensorType::get(cast<RankedTensorType>(type).getShape(),
                               element);
}

SmallVector<Operation *> tpu_mlir::top::opsOf(func::FuncOp function) {
  SmallVector<Operation *> ops;
  for (Operation &op : function.getBody().front().without_terminator())
    if (!isa<WeightOp>(op))
      ops.push_back(&op);
  return ops;
}

bool tpu_mlir::top::keepsF32(OpOperand &operand) {
  return isa<ConvOp, ConvTransposeOp, MatMulOp>(operand.getOwner()) &&
         operand.getOperandNumber() == 2 &&
         getElementTypeOrSelf(operand.get().getType()).isF32();
}

FailureOr<Value> Retyper::convertWeight(WeightOp weight, Type element) {
  std::optional<FloatData> data = FloatData::read(weight.getValue());
  if (!data)
    return emitError(weight.getLoc(),
                     "the elements of this constant are not there, so "
                     "that they cannot be converted");
  OpBuilder builder(weight);
  RankedTensorType type = withElement(weight.getType(), element);
  if (isQuantized(element))
    return makeQuantizedWeight(builder, weight.getLoc(), type, data->values())
        .getOutput();
  WeightOp result = makeWeight(builder, weight.getLoc(), type, data->values());
  std::optional<FloatData> rounded = FloatData::read(result.getValue());
  for (auto [from, to] : llvm::zip(data->values(), rounded->values()))
    if (std::isinf(to) && !std::isinf(from)) {
      emitWarning(weight.getLoc())
          << "constant '" << nameOf(weight.getLoc()) << "' holds "
          << std::to_string(from) << ", which becomes infinite in " << element;
      break;
    }
  return result.getOutput();
}

FailureOr<Value> Retyper::convert(Value value, Type element) {
  if (getElementTypeOrSelf(value.getType()) == element)
    return value;
  Value &known = converted[{value, element}];
  if (known)
    return known;
  if (auto weight = value.getDefiningOp<WeightOp>()) {
    FailureOr<Value> result = convertWeight(weight, element);
    if (succeeded(result))
      known = *result;
    return result;
  }
  OpBuilder builder(function.getContext());
  builder.setInsertionPointAfterValue(value);
  known = builder.create<CastOp>(value.getLoc(),
                                 withElement(value.getType(), element), value,
                                 TypeAttr::get(element));
  return known;
}

LogicalResult Retyper::convert(OpOperand &operand, Type element) {
  FailureOr<Value> value = convert(operand.get(), element);
  if (failed(value))
    return failure();
  operand.set(*value);
  return success();
}

LogicalResult Retyper::retype(Operation *op, Type element) {
  auto cast = dyn_cast<CastOp>(op);
  for (OpOperand &operand : op->getOpOperands()) {
    // A cast reads what there is.
    if (cast || !isReal(operand.get().getType()) || keepsF32(operand))
      continue;
    if (failed(convert(operand, element)))
      return failure();
  }
  for (OpResult result : op->getResults())
    if (isReal(result.getType()))
      result.setType(withElement(result.getType(), element));
  if (cast && isReal(cast.getType()))
    cast.setTo(element);
  return success();
}

LogicalResult Retyper::restoreResults() {
  Operation *end = function.getBody().front().getTerminator();
  for (auto [operand, type] :
       llvm::zip(end->getOpOperands(), function.getResultTypes()))
    if (isReal(type) && failed(convert(operand, getElementTypeOrSelf(type))))
      return failure();
  return success();
}

void Retyper::eraseUnusedWeights() {
  for (WeightOp weight :
       llvm::make_early_inc_range(function.getOps<WeightOp>()))
    if (weight.getOutput().use_empty())
      weight.erase();
}
