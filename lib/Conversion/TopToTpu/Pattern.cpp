//===- Pattern.cpp - What lowerings share ---------------------------------===//
#include "lib/Conversion/TopToTpu/Pattern.h"

#include "lib/Dialect/Top/Transforms/ElementFunctions.h"
#include "lib/Dialect/Top/Transforms/Weights.h"

using namespace mlir;
using namespace tpu_mlir;

std::string tpu_mlir::refuseTypes(Operation *op, const TypeConverter &) {
  auto describe = [](StringRef verb, Type type) {
    std::string text;
    llvm::raw_string_ostream(text)
        << verb << " '" << type
        << "', but the chip's operations here take and make f32, f16, bf16 and "
           "quantized 8-bit integers";
    return text;
  };
  for (Type type : llvm::concat<Type>(llvm::to_vector(op->getOperandTypes()),
                                      llvm::to_vector(op->getResultTypes())))
    if (!hasElements(type))
      return "it reads or computes a tensor without elements, which "
             "--top-fold-empty takes out of the network";
  auto isTaken = [op](Type type) {
    return top::isReal(type) ||
           (isInteger(type) && op->hasTrait<top::TakesIntegers>());
  };
  for (Type type : op->getResultTypes())
    if (!isTaken(type) && !getElementTypeOrSelf(type).isInteger(1))
      return describe("computes", type);
  for (OpOperand &operand : op->getOpOperands()) {
    Value value = operand.get();
    bool isFirst = operand.getOperandNumber() == 0;
    if (!isTaken(value.getType()) && (isFirst || !top::weightOf(value)))
      return describe("reads", value.getType());
  }
  return "";
}

std::optional<SmallVector<Value>>
tpu_mlir::shareQuantization(Operation *op, ValueRange operands, Lowering &l) {
  std::optional<Quantization> to = quantizationOf(op->getResult(0));
  SmallVector<Value> result(operands);
  for (auto [operand, value] : llvm::zip(op->getOperands(), result)) {
    if (!top::isReal(operand.getType()))
      continue;
    std::optional<Quantization> from = quantizationOf(operand);
    if (!from || !to) {
      l.fail("it moves elements between quantized values and floats");
      return std::nullopt;
    }
    value = requantize(l, value, *from, *to);
  }
  return result;
}

Value tpu_mlir::lowerByTable(Operation *op, ValueRange operands, Lowering &l) {
  top::ElementFunction function = top::elementFunction(op);
  if (!function)
    return l.fail("it has no integer form");
  OpOperand &variable = top::variableOperand(op);
  SmallVector<Quantization> from = quantizationsOf(variable.get());
  SmallVector<Quantization> to = quantizationsOf(op->getResult(0));
  if (from.empty() || to.empty())
    return l.fail("its operand and result are not both quantized");
  return lookup(l, operands[variable.getOperandNumber()], from, to, function);
}

void tpu_mlir::nameResult(Value value, Location name, Value top) {
  Location part = partOf(name);
  std::optional<Quantization> type;
  if (top)
    type = quantizationOf(top);
  if (top && !type && !quantizationsOf(top).empty())
    return; // a table of tensors has one scale for each
  Builder b(name.getContext());
  for (Operation *op = value.getDefiningOp(); op && op->getLoc() == part;) {
    op->setLoc(name);
    if (type) {
      op->setAttr("tpu.scale",
                  b.getF32FloatAttr(static_cast<float>(type->scale)));
      op->setAttr("tpu.zero_point", b.getI64IntegerAttr(type->zeroPoint));
    }
    auto view = dyn_cast<tpu::ReshapeOp>(op);
    op = view ? view.getInput().getDefiningOp() : nullptr;
  }
}
