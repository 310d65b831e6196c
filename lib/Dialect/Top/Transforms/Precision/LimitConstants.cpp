//===- LimitConstants.cpp - Constants too large for 16 bits ---------------===//
#include "lib/Dialect/Top/Transforms/Precision/LimitConstants.h"

#include "lib/Dialect/Top/Transforms/Precision/Digits.h"
#include "lib/Dialect/Top/Transforms/Retyper.h"
#include "lib/Dialect/Top/Transforms/Weights.h"

#include <cmath>

using namespace mlir;
using namespace tpu_mlir::top;

ExponentRange::ExponentRange(FloatType type)
    : min(APFloat::semanticsMinExponent(type.getFloatSemantics())),
      max(APFloat::semanticsMaxExponent(type.getFloatSemantics())) {}

/// The finite element of the largest magnitude.
static std::optional<float> largestElement(Value value) {
  std::optional<FloatData> data = FloatData::read(value);
  float largest = 0;
  for (float element : data ? data->values() : ArrayRef<float>())
    if (std::isfinite(element) && std::abs(element) > std::abs(largest))
      largest = element;
  return largest == 0 ? std::nullopt : std::optional(largest);
}

std::optional<double> tpu_mlir::top::largestExponent(Value value) {
  std::optional<float> largest = largestElement(value);
  return largest ? std::optional<double>(std::log2(std::abs(*largest)))
                 : std::nullopt;
}

static bool overflows(float value, FloatType type) {
  APFloat converted(value);
  bool inexact;
  converted.convert(type.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                    &inexact);
  return converted.isInfinity();
}

/// What stands for any huge number: large, but so that adding an ordinary one
/// does not make it infinite. A row of masks alone would be NaN after a
/// softmax otherwise.
static float limitOf(FloatType type) {
  constexpr float kRoom = 15.0f / 16;
  APFloat largest = APFloat::getLargest(type.getFloatSemantics());
  bool inexact;
  largest.convert(APFloat::IEEEsingle(), APFloat::rmTowardZero, &inexact);
  return largest.convertToFloat() * kRoom;
}

/// Cuts a value off behind where it is made.
static ClipOp limitValue(Value value, FloatType narrow) {
  OpBuilder builder(value.getContext());
  builder.setInsertionPointAfterValue(value);
  float limit = limitOf(narrow);
  auto clip = builder.create<ClipOp>(value.getLoc(), value.getType(), value,
                                     APFloat(-limit), APFloat(limit));
  value.replaceAllUsesExcept(clip, clip);
  return clip;
}

/// The values that all readers take any large number for.
static DenseSet<Value> findTolerant(func::FuncOp function) {
  DenseSet<Value> tolerant;
  auto isTolerantResult = [&](Value result) {
    return isReal(result.getType()) && tolerant.contains(result);
  };
  auto isTolerantUser = [&](Operation *user) {
    return user->hasTrait<AbsorbsOverflow>() ||
           (user->hasTrait<PassesOverflow>() &&
            llvm::all_of(user->getResults(), isTolerantResult));
  };
  SmallVector<Operation *> ops = opsOf(function);
  for (Operation *op : llvm::reverse(ops))
    for (Value result : op->getResults())
      if (!result.use_empty() &&
          llvm::all_of(result.getUsers(), isTolerantUser))
        tolerant.insert(result);
  for (BlockArgument input : function.getArguments())
    if (!input.use_empty() && llvm::all_of(input.getUsers(), isTolerantUser))
      tolerant.insert(input);
  return tolerant;
}

namespace {

class Limiter {
public:
  Limiter(func::FuncOp function, FloatType narrow)
      : narrow(narrow), range(narrow), tolerant(findTolerant(function)) {}

  void visit(OpOperand &operand);

  LimitedConstants found;

private:
  void limitConstant(OpOperand &operand);
  void limitResult(Operation *op);
  InFlightDiagnostic warn(Operation *op, Value constant, float element);

  FloatType narrow;
  ExponentRange range;
  DenseSet<Value> tolerant;
};

} // namespace

InFlightDiagnostic Limiter::warn(Operation *op, Value constant, float element) {
  return emitWarning(op->getLoc())
         << "constant '" << nameOf(constant.getLoc()) << "' holds "
         << digitsOf(element) << ", which becomes infinite in " << narrow
         << ": ";
}

/// The constant of a sum or choice.
void Limiter::limitConstant(OpOperand &operand) {
  auto weight = operand.get().getDefiningOp<WeightOp>();
  float limit = limitOf(narrow);
  std::vector<float> values =
      FloatData::read(weight.getValue())->values().vec();
  for (float &value : values)
    if (std::isfinite(value))
      value = std::clamp(value, -limit, limit);
  OpBuilder builder(weight);
  operand.set(makeWeight(builder, weight.getLoc(),
                         cast<RankedTensorType>(weight.getType()), values));
}

/// What the constant is a factor of: it may be small all the same, so that the
/// product decides.
void Limiter::limitResult(Operation *op) {
  ClipOp clip = limitValue(op->getResult(0), narrow);
  found.wide.insert(op);
  found.wide.insert(clip);
  found.masks.insert(clip);
}

void Limiter::visit(OpOperand &operand) {
  Operation *op = operand.getOwner();
  std::optional<float> largest = largestElement(operand.get());
  if (!largest || keepsF32(operand) ||
      std::log2(std::abs(*largest)) <= range.headroom())
    return;
  bool isTerm =
      op->hasTrait<PassesOverflow>() || op->hasTrait<AbsorbsOverflow>();
  bool isMask = op->getNumResults() == 1 && tolerant.contains(op->getResult(0));
  Value constant = operand.get();
  if (!overflows(*largest, narrow)) {
    if (isMask)
      found.masks.insert(isTerm ? constant : op->getResult(0));
    return;
  }
  if (!isMask) {
    found.wide.insert(op);
    warn(op, constant, *largest) << "this op is computed in f32";
  } else if (isTerm) {
    limitConstant(operand);
    found.masks.insert(operand.get());
    warn(op, constant, *largest)
        << "being a mask, it becomes "
        << digitsOf(std::copysign(limitOf(narrow), *largest));
  } else {
    limitResult(op);
    warn(op, constant, *largest)
        << "the product, a mask, is computed in f32 and then limited to "
        << digitsOf(limitOf(narrow));
  }
}

LimitedConstants tpu_mlir::top::limitConstants(func::FuncOp function,
                                               FloatType narrow,
                                               IsGiven isGiven) {
  Limiter limiter(function, narrow);
  for (Operation *op : opsOf(function))
    if (!isGiven(op))
      for (OpOperand &operand : op->getOpOperands())
        limiter.visit(operand);
  return std::move(limiter.found);
}

SmallVector<Operation *> tpu_mlir::top::limitInputs(func::FuncOp function,
                                                    FloatType narrow) {
  auto isJoined = [](Operation *user) { // but no maximum, which may be it
    return user->hasTrait<PassesOverflow>() &&
           llvm::count_if(user->getOperandTypes(), isReal) > 1;
  };
  DenseSet<Value> tolerant = findTolerant(function);
  SmallVector<Operation *> clips;
  for (BlockArgument input : function.getArguments())
    if (getElementTypeOrSelf(input.getType()).isF32() &&
        tolerant.contains(input) && llvm::all_of(input.getUsers(), isJoined))
      clips.push_back(limitValue(input, narrow));
  return clips;
}
