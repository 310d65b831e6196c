//===- Normalize.cpp - Normalisations -------------------------------------===//
#include "lib/Dialect/Top/IR/Inference.h"

using namespace mlir;
using namespace tpu_mlir::top;

static LogicalResult checkRank(Emitter emit, Value input, size_t least) {
  if (shapeOf(input).size() >= least)
    return success();
  return emit("expects an input of at least rank ", least, ", but found rank ",
              shapeOf(input).size(), " (C1)");
}

/// Every operand but the first holds one value a channel.
static LogicalResult inferByChannel(Emitter emit, ValueRange operands,
                                    size_t leastRank, Types &types) {
  Value input = operands.front();
  if (failed(checkRank(emit, input, leastRank)))
    return failure();
  int64_t channels = shapeOf(input)[1];
  for (auto [index, operand] : llvm::enumerate(operands))
    if (index > 0 && shapeOf(operand) != Shape(channels))
      return emit("expects operand #", index, " to have the shape [", channels,
                  "], but found [", shapeOf(operand), "] (C2)");
  types.push_back(input.getType());
  return success();
}

LogicalResult BatchNormOp::inferTypes(Emitter emit, Adaptor adaptor,
                                      Types &types) {
  return inferByChannel(emit, adaptor.getOperands(), 2, types);
}

LogicalResult InstanceNormOp::inferTypes(Emitter emit, Adaptor adaptor,
                                         Types &types) {
  return inferByChannel(emit, adaptor.getOperands(), 3, types);
}

LogicalResult GroupNormOp::inferTypes(Emitter emit, Adaptor adaptor,
                                      Types &types) {
  if (failed(inferByChannel(emit, adaptor.getOperands(), 3, types)))
    return failure();
  int64_t channels = shapeOf(adaptor.getInput())[1];
  int64_t groups = adaptor.getNumGroups();
  if (channels % groups != 0)
    return emit("expects a multiple of ", groups,
                " channels (num_groups), but found ", channels, " (C3)");
  return success();
}

/// `affine` operands broadcast to the dimensions from `axis` on.
static LogicalResult inferTrailing(Emitter emit, ValueRange operands,
                                   int64_t axis, Types &types) {
  Value input = operands.front();
  if (failed(checkAxis(emit, axis, input)))
    return failure();
  Shape normalized = shapeOf(input).drop_front(axis);
  for (Value operand : operands.drop_front()) {
    if (failed(checkElementType(emit, input, operand, "(C3)")))
      return failure();
    auto joined = broadcast(normalized, shapeOf(operand));
    if (!joined || Shape(*joined) != normalized)
      return emit("expects scale and bias that broadcast to [", normalized,
                  "], but found [", shapeOf(operand), "] (C2)");
  }
  types.push_back(input.getType());
  return success();
}

LogicalResult LayerNormOp::inferTypes(Emitter emit, Adaptor adaptor,
                                      Types &types) {
  return inferTrailing(emit, adaptor.getOperands(), adaptor.getAxis(), types);
}

LogicalResult RmsNormOp::inferTypes(Emitter emit, Adaptor adaptor,
                                    Types &types) {
  return inferTrailing(emit, adaptor.getOperands(), adaptor.getAxis(), types);
}

LogicalResult LpNormalizationOp::inferTypes(Emitter emit, Adaptor adaptor,
                                            Types &types) {
  if (adaptor.getP() > 2)
    return emit("expects p to be 1 or 2, but found ", adaptor.getP(), " (C2)");
  return inferAlongAxis(emit, adaptor.getInput(), adaptor.getAxis(), types);
}

LogicalResult LrnOp::inferTypes(Emitter emit, Adaptor adaptor, Types &types) {
  if (failed(checkRank(emit, adaptor.getInput(), 3)))
    return failure();
  types.push_back(adaptor.getInput().getType());
  return success();
}
