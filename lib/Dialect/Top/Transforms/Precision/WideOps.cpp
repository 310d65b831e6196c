//===- WideOps.cpp - What needs f32 in a network of 16 bits ---------------===//
//
// Forward, each value gets a Magnitude, which tells whether `narrow` would hold
// it whatever the network's numbers are. Backward, the ops that compute from
// values it would not hold, and those that compute such values for them, are
// taken.
//===----------------------------------------------------------------------===//
#include "lib/Dialect/Top/Transforms/Precision/WideOps.h"

#include "lib/Dialect/Top/Transforms/Precision/Digits.h"
#include "lib/Dialect/Top/Transforms/Precision/LimitConstants.h"
#include "lib/Dialect/Top/Transforms/Quantization/RangeRules.h"
#include "lib/Dialect/Top/Transforms/Retyper.h"

#include <cmath>

using namespace mlir;
using namespace tpu_mlir::top;

namespace {

class WideFinder {
public:
  WideFinder(func::FuncOp function, FloatType narrow, IsGiven isGiven)
      : narrow(narrow), range(narrow), isGiven(isGiven),
        constants(limitConstants(function, narrow, isGiven)),
        ops(opsOf(function)) {}

  DenseSet<Operation *> find();

private:
  Magnitude magnitudeOf(Value value) const;
  Magnitude constantMagnitude(Value weight) const;
  Magnitude resultMagnitude(Operation *op) const;
  bool isWide(const Magnitude &magnitude) const;
  bool isWanted(Value result, const DenseSet<Operation *> &wide) const;
  bool needsWide(Operation *op, const DenseSet<Operation *> &wide) const;
  void warnOfFloor(Operation *op);

  FloatType narrow;
  ExponentRange range;
  IsGiven isGiven;
  LimitedConstants constants;
  SmallVector<Operation *> ops;
  DenseMap<Value, Magnitude> magnitudes;
};

} // namespace

//===----------------------------------------------------------------------===//
// Forward
//===----------------------------------------------------------------------===//

Magnitude WideFinder::constantMagnitude(Value weight) const {
  std::optional<double> exponent = largestExponent(weight);
  if (!exponent)
    return Magnitude::bounded();
  std::optional<float> splat = readSplat(weight);
  return splat && *splat > 0 ? Magnitude::constant(*exponent)
                             : Magnitude::bounded(*exponent);
}

Magnitude WideFinder::magnitudeOf(Value value) const {
  if (auto known = magnitudes.find(value); known != magnitudes.end())
    return known->second;
  if (constants.masks.contains(value) ||
      getElementTypeOrSelf(value.getType()).isInteger(1))
    return Magnitude::bounded();
  return weightOf(value) ? constantMagnitude(value) : Magnitude();
}

Magnitude WideFinder::resultMagnitude(Operation *op) const {
  Magnitude result;
  auto known = dyn_cast<MagnitudeOpInterface>(op);
  if (known) {
    SmallVector<Magnitude> operands;
    for (Value operand : op->getOperands())
      operands.push_back(magnitudeOf(operand));
    result = known.resultMagnitude(operands);
  } else if (Bounds bounds = boundsOf(op);
             std::isfinite(bounds.min) && std::isfinite(bounds.max)) {
    result = Magnitude::bounded(
        std::log2(std::max(std::abs(bounds.min), std::abs(bounds.max))));
  }
  if (!known || op->hasTrait<ReadsWide>())
    result.isRefined = op->hasTrait<Refines>();
  return result;
}

bool WideFinder::isWide(const Magnitude &value) const {
  double most = value.power == 0 ? range.max : range.headroom();
  return value.isExponential || value.power < 0 || value.power > 1 ||
         value.factor > most || value.factor < range.min ||
         (value.floor != Magnitude::kNone && value.floor < range.min);
}

//===----------------------------------------------------------------------===//
// Backward
//===----------------------------------------------------------------------===//

/// Whether a reader computes in f32, or makes integers of what it gets.
bool WideFinder::isWanted(Value result,
                          const DenseSet<Operation *> &wide) const {
  return llvm::any_of(result.getUsers(), [&](Operation *user) {
    return wide.contains(user) ||
           (isa<CastOp>(user) && !isReal(user->getResult(0).getType()));
  });
}

bool WideFinder::needsWide(Operation *op,
                           const DenseSet<Operation *> &wide) const {
  // Products of ordinary values, and sums of many: next to what is not.
  constexpr double kStretched = 4;
  if (constants.wide.contains(op))
    return true;
  bool computes = op->hasTrait<ReadsWide>();
  auto isWideOperand = [&](Value operand) {
    return isReal(operand.getType()) && !weightOf(operand) &&
           isWide(magnitudeOf(operand));
  };
  if (computes && llvm::any_of(op->getOperands(), isWideOperand))
    return true;
  return llvm::any_of(op->getResults(), [&](Value result) {
    if (!isReal(result.getType()))
      return false;
    Magnitude magnitude = magnitudeOf(result);
    if (isWanted(result, wide))
      return isWide(magnitude) || magnitude.isRefined ||
             magnitude.factor >= kStretched;
    return computes && isWide(magnitude) &&
           llvm::any_of(result.getUsers(), llvm::IsaPred<func::ReturnOp>);
  });
}

/// Names a constant that would become zero.
void WideFinder::warnOfFloor(Operation *op) {
  double fractionBits =
      APFloat::semanticsPrecision(narrow.getFloatSemantics()) - 1;
  auto vanishes = [&](const Magnitude &magnitude) {
    return magnitude.floor != Magnitude::kNone &&
           magnitude.floor < range.min - fractionBits;
  };
  auto hasFloor = [&](Value operand) {
    return !weightOf(operand) && vanishes(magnitudeOf(operand));
  };
  Magnitude result = magnitudeOf(op->getResult(0));
  if (!vanishes(result) || llvm::any_of(op->getOperands(), hasFloor))
    return;
  emitWarning(op->getLoc())
      << "a constant of " << digitsOf(std::exp2(result.floor))
      << " becomes 0 in " << narrow
      << ": this op, and what its result is computed "
         "with, stay in f32";
}

DenseSet<Operation *> WideFinder::find() {
  for (Operation *op : ops) {
    Magnitude result = resultMagnitude(op);
    for (Value value : op->getResults())
      if (isReal(value.getType()))
        magnitudes[value] =
            constants.masks.contains(value) ? Magnitude() : result;
  }
  DenseSet<Operation *> wide;
  for (Operation *op : llvm::reverse(ops))
    if (!isGiven(op) && needsWide(op, wide))
      wide.insert(op);
  for (Operation *op : ops)
    if (wide.contains(op))
      warnOfFloor(op);
  return wide;
}

DenseSet<Operation *> tpu_mlir::top::findWideOps(func::FuncOp function,
                                                 FloatType narrow,
                                                 IsGiven isGiven) {
  return WideFinder(function, narrow, isGiven).find();
}
