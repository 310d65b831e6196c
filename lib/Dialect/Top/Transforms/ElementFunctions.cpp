//===- ElementFunctions.cpp - What ops compute from single elements -------===//
#include "lib/Dialect/Top/Transforms/ElementFunctions.h"

#include "lib/Dialect/Top/Transforms/Formulas.h"
#include "lib/Dialect/Top/Transforms/Weights.h"

using namespace mlir;
using namespace tpu_mlir::top;

/// The constant of one value among the two operands, if it does not enlarge
/// the result.
static std::optional<double> constantOperand(Operation *op, unsigned index) {
  auto count = [](Value value) {
    return cast<RankedTensorType>(value.getType()).getNumElements();
  };
  if (count(op->getOperand(1 - index)) != count(op->getResult(0)))
    return std::nullopt;
  return readSplat(op->getOperand(index));
}

template <typename OpTy> static ElementFunction functionOf(OpTy op) {
  if constexpr (OpTy::template hasTrait<OpTrait::OneOperand>()) {
    return [op](double x) { return compute(op, x); };
  } else {
    if (auto y = constantOperand(op, 1))
      return [op, y = *y](double x) { return compute(op, x, y); };
    if (auto x = constantOperand(op, 0))
      return [op, x = *x](double y) { return compute(op, x, y); };
    return nullptr;
  }
}

/// The function of the first op class that the op belongs to.
template <typename... OpTys> static ElementFunction firstOf(Operation *op) {
  ElementFunction function;
  (void)((isa<OpTys>(op) &&
          (function = functionOf<OpTys>(cast<OpTys>(op)), true)) ||
         ...);
  return function;
}

ElementFunction tpu_mlir::top::elementFunction(Operation *op) {
  return firstOf<AbsOp, NegOp, CeilOp, FloorOp, RoundOp, SignOp, ExpOp, LogOp,
                 SqrtOp, ReciprocalOp, SinOp, CosOp, AtanOp, TanhOp, ErfOp,
                 ReluOp, SigmoidOp, SoftplusOp, SoftsignOp, MishOp, SiluOp,
                 HardSwishOp, HardSigmoidOp, LeakyReluOp, EluOp, CeluOp, SeluOp,
                 ThresholdedReluOp, ClipOp, GeluOp, AddOp, SubOp, MulOp, DivOp,
                 PowOp, MaxOp, MinOp>(op);
}

std::optional<std::vector<float>> tpu_mlir::top::channelFactors(Operation *op) {
  if (!isa<MulOp>(op))
    return std::nullopt;
  OpOperand &variable = variableOperand(op);
  Value constant = op->getOperand(1 - variable.getOperandNumber());
  auto type = cast<RankedTensorType>(variable.get().getType());
  ArrayRef<int64_t> sizes =
      cast<RankedTensorType>(constant.getType()).getShape();
  std::optional<FloatData> data = FloatData::read(constant);
  if (!data || type.getRank() != 4 || weightOf(variable.get()) ||
      sizes.size() < 3 || sizes.size() > 4 || sizes[sizes.size() - 3] == 1 ||
      sizes[sizes.size() - 3] != static_cast<int64_t>(data->size()) ||
      type.getDimSize(1) != static_cast<int64_t>(data->size()))
    return std::nullopt;
  if (llvm::any_of(data->values(), [](float value) { return !(value > 0); }))
    return std::nullopt;
  return std::vector<float>(data->values());
}

OpOperand &tpu_mlir::top::variableOperand(Operation *op) {
  bool second = op->getNumOperands() > 1 && weightOf(op->getOperand(0));
  return op->getOpOperand(second ? 1 : 0);
}
