//===- Inference.cpp - What the inference functions of top ops share ------===//
#include "lib/Dialect/Top/IR/Inference.h"

using namespace mlir;
using namespace tpu_mlir::top;

LogicalResult tpu_mlir::top::checkOperands(Emitter emit, ValueRange operands) {
  for (auto [index, operand] : llvm::enumerate(operands)) {
    auto type = dyn_cast<RankedTensorType>(operand.getType());
    if (!type || !type.hasStaticShape())
      return emit("expects statically shaped tensors, but operand #", index,
                  " is ", operand.getType());
  }
  return success();
}

LogicalResult tpu_mlir::top::checkSizes(Emitter emit, TypeRange types,
                                        Attribute attributes) {
  std::string excess = describeExcess(types, attributes);
  return excess.empty() ? success() : emit(excess);
}

/// Whether the types have one shape and element types that meet.
static bool agree(Type expected, Type found) {
  auto tensor = dyn_cast<RankedTensorType>(found);
  return tensor &&
         tensor.getShape() == cast<RankedTensorType>(expected).getShape() &&
         meet(getElementTypeOrSelf(expected), tensor.getElementType());
}

LogicalResult tpu_mlir::top::checkResults(Operation *op, TypeRange inferred) {
  if (inferred.size() != op->getNumResults())
    return op->emitOpError("expects ")
           << inferred.size() << " results, but found " << op->getNumResults();
  for (auto [index, expected, found] :
       llvm::enumerate(inferred, op->getResultTypes()))
    if (!agree(expected, found))
      return op->emitOpError("expects result #")
             << index << " to be " << expected << ", but found " << found;
  return success();
}

LogicalResult tpu_mlir::top::yield(Types &types, Shape shape, Value like) {
  types.push_back(
      RankedTensorType::get(shape, tensorType(like).getElementType()));
  return success();
}

LogicalResult tpu_mlir::top::inferElementwise(Value input, Types &types) {
  types.push_back(input.getType());
  return success();
}

ParseResult tpu_mlir::top::parseUnaryTypes(OpAsmParser &parser, Type &input,
                                           Type &output) {
  Type type;
  SMLoc location = parser.getCurrentLocation();
  if (parser.parseType(type))
    return failure();
  auto function = dyn_cast<FunctionType>(type);
  if (!function) {
    input = output = type;
    return success();
  }
  if (function.getNumInputs() != 1 || function.getNumResults() != 1)
    return parser.emitError(location, "expected one operand and one result");
  input = function.getInput(0);
  output = function.getResult(0);
  return success();
}

void tpu_mlir::top::printUnaryTypes(OpAsmPrinter &printer, Operation *op,
                                    Type input, Type output) {
  if (input == output)
    printer << input;
  else
    printer << FunctionType::get(op->getContext(), input, output);
}

std::optional<SmallVector<int64_t>> tpu_mlir::top::broadcast(Shape lhs,
                                                             Shape rhs) {
  if (lhs.size() < rhs.size())
    std::swap(lhs, rhs);
  SmallVector<int64_t> result(lhs);
  size_t lead = lhs.size() - rhs.size();
  for (auto [index, size] : llvm::enumerate(rhs)) {
    int64_t &other = result[lead + index];
    if (size != 1 && other != 1 && size != other)
      return std::nullopt;
    if (other == 1)
      other = size;
  }
  return result;
}

LogicalResult tpu_mlir::top::checkAxis(Emitter emit, int64_t axis, Value input,
                                       StringRef constraint) {
  int64_t rank = tensorType(input).getRank();
  if (axis < rank)
    return success();
  return emit("expects an axis less than the rank ", rank, ", but found ", axis,
              " ", constraint);
}

LogicalResult tpu_mlir::top::checkChoice(Emitter emit, int64_t choices,
                                         Shape result, StringRef constraint) {
  if (choices > 0 || llvm::is_contained(result, 0))
    return success();
  return emit("expects elements along the axis to choose from, but found none ",
              constraint);
}

LogicalResult tpu_mlir::top::checkElementType(Emitter emit, Value input,
                                              Value operand,
                                              StringRef constraint) {
  if (!operand || meet(tensorType(operand).getElementType(),
                       tensorType(input).getElementType()))
    return success();
  return emit("expects operands of one element type, but found ",
              tensorType(input).getElementType(), " and ",
              tensorType(operand).getElementType(), " ", constraint);
}

LogicalResult tpu_mlir::top::checkBiasType(Emitter emit, Value input,
                                           Value bias, StringRef constraint) {
  if (!bias || tensorType(bias).getElementType().isF32())
    return success();
  return checkElementType(emit, input, bias, constraint);
}

LogicalResult tpu_mlir::top::checkReluLimit(Emitter emit, bool relu,
                                            std::optional<APFloat> limit,
                                            StringRef constraint) {
  if (!limit)
    return success();
  if (!relu)
    return emit("expects relu beside relu_limit ", constraint);
  if (!(limit->convertToDouble() > 0))
    return emit("expects a positive relu_limit, but found ",
                limit->convertToDouble(), " ", constraint);
  return success();
}

LogicalResult tpu_mlir::top::inferBroadcast(Emitter emit, ValueRange operands,
                                            Types &types) {
  SmallVector<int64_t> shape(shapeOf(operands.front()));
  for (Value operand : operands.drop_front()) {
    auto joined = broadcast(shape, shapeOf(operand));
    if (!joined)
      return emit("expects shapes that broadcast, but found [",
                  ArrayRef<int64_t>(shape), "] and [", shapeOf(operand),
                  "] (C1)");
    shape = *joined;
  }
  return yield(types, shape, operands.back());
}

LogicalResult tpu_mlir::top::inferComparison(Emitter emit, ValueRange operands,
                                             Types &types) {
  if (failed(inferBroadcast(emit, operands, types)))
    return failure();
  auto type = cast<RankedTensorType>(types.back());
  types.back() = type.clone(IntegerType::get(type.getContext(), 1));
  return success();
}

LogicalResult tpu_mlir::top::inferAlongAxis(Emitter emit, Value input,
                                            int64_t axis, Types &types) {
  if (failed(checkAxis(emit, axis, input)))
    return failure();
  types.push_back(input.getType());
  return success();
}
