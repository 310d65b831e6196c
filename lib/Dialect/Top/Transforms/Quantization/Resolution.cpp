//===- Resolution.cpp - How finely readers tell values apart --------------===//
#include "lib/Dialect/Top/Transforms/Quantization/Resolution.h"

#include "lib/Dialect/Top/Transforms/Formulas.h"
#include "lib/Dialect/Top/Transforms/Overrides.h"
#include "lib/Dialect/Top/Transforms/Quantization/IntegerForms.h"
#include "lib/Dialect/Top/Transforms/Quantization/RangeRules.h"
#include "lib/Dialect/Top/Transforms/Weights.h"

#include <cmath>

using namespace mlir;
using namespace tpu_mlir;
using namespace tpu_mlir::top;

static constexpr double kAny = std::numeric_limits<double>::infinity();
/// A step between logits that changes a probability by e^(1/8), 13 %, at most.
static constexpr double kLogitStep = 0.25;
/// The part of its range that a function may change by over a step: 16 of 255.
static constexpr double kLargestChange = 1.0 / 16;
/// Magnitudes beyond stand for infinity, as -FLT_MAX does in masks.
static constexpr double kUnbounded = 0x1p100;

//===----------------------------------------------------------------------===//
// Steps
//===----------------------------------------------------------------------===//

static bool isBounded(const Range &range) {
  return std::max(std::abs(range.min), std::abs(range.max)) <= kUnbounded;
}

double Resolution::stepOf(Value value) const {
  std::optional<Range> range = calibratedRange(table, value);
  if (!range || range->threshold == 0 || !isBounded(*range))
    return 0;
  return quantizedType(value.getContext(), *range, asymmetric).getScale();
}

double Resolution::wantedBy(Value value) const {
  auto found = wanted.find(value);
  return found == wanted.end() ? kAny : found->second;
}

bool Resolution::isTooCoarse(Value value) const {
  return stepOf(value) > wantedBy(value);
}

/// Whether the function changes by more than `most` over a step.
static bool isSteep(const ElementFunction &function, const Range &range,
                    function_ref<double(double)> stepAt, double most) {
  constexpr int kPoints = 256;
  for (int i = 0; i < kPoints; ++i) {
    double x = range.min + (range.max - range.min) * i / kPoints;
    double next = std::min(x + stepAt(x), range.max);
    if (!(std::abs(function(next) - function(x)) <= most))
      return true;
  }
  return false;
}

std::optional<Resolution::Curve> Resolution::curveOf(Operation *op) const {
  ElementFunction function = elementFunction(op);
  if (!function || integerFormOf(op) == IntegerForm::Clamp)
    return std::nullopt; // a clamp's operand has the range of its result
  std::optional<Range> from = calibratedRange(table, variableOperand(op).get());
  std::optional<Range> to = calibratedRange(table, op->getResult(0));
  if (!from || !to || from->threshold == 0 || !isBounded(*from) ||
      !isBounded(*to))
    return std::nullopt;
  return Curve{function, *from, to->max - to->min};
}

bool Resolution::isSteep(Operation *op) const {
  std::optional<Curve> curve = curveOf(op);
  if (!curve)
    return false;
  Range range = curve->from;
  if (variableOperand(op).get().hasOneUse())
    narrowRange(range, curve->function, curve->change / 255 / 4);
  double step = quantizedType(op->getContext(), range, asymmetric).getScale();
  return ::isSteep(
      curve->function, range, [step](double) { return step; },
      std::min(curve->change * kLargestChange, wantedBy(op->getResult(0))));
}

bool Resolution::isSteepIn(Operation *op, Precision precision) const {
  // Neighbours are at most that part of a number apart.
  double part = precision == Precision::F16 ? 0x1p-10 : 0x1p-7;
  std::optional<Curve> curve = curveOf(op);
  return curve && ::isSteep(
                      curve->function, curve->from,
                      [part](double x) { return std::abs(x) * part; },
                      curve->change * kLargestChange);
}

//===----------------------------------------------------------------------===//
// What ops ask of their operands
//===----------------------------------------------------------------------===//

/// Whether differences between elements stay those of the operands.
static bool keepsDifferences(Operation *op) {
  return isa<AddOp, SubOp, WhereOp>(op) ||
         integerFormOf(op) == IntegerForm::Move ||
         integerFormOf(op) == IntegerForm::Clamp;
}

void Resolution::read(Operation *op) {
  double step = kAny;
  if (isa<SoftmaxOp, LogSoftmaxOp>(op))
    step = kLogitStep;
  else if (isSteep(op))
    step = 0;
  else if (keepsDifferences(op))
    for (Value result : op->getResults())
      step = std::min(step, wantedBy(result));
  if (step == kAny)
    return;
  for (Value operand : op->getOperands())
    if (isReal(operand.getType()) && !weightOf(operand))
      wanted[operand] = std::min(step, wantedBy(operand));
}

//===----------------------------------------------------------------------===//
// Float types
//===----------------------------------------------------------------------===//

/// The largest finite magnitude of a constant, or that calibration saw.
static double magnitudeOf(const RangeTable &table, Value value) {
  double reach = 0;
  if (std::optional<FloatData> data = FloatData::read(value)) {
    for (double element : data->values())
      if (std::isfinite(element))
        reach = std::max(reach, std::abs(element));
    return reach;
  }
  std::optional<Range> range = calibratedRange(table, value);
  return range ? reachOf(*range) : 0;
}

bool Resolution::isUnbounded(Operation *op) const {
  auto isUnbounded = [&](Value value) {
    if (std::optional<FloatData> data = FloatData::read(value))
      return llvm::any_of(data->values(), [](double element) {
        return !(std::abs(element) <= kUnbounded);
      });
    std::optional<Range> range = calibratedRange(table, value);
    return range && !isBounded(*range);
  };
  auto pad = dyn_cast<PadOp>(op);
  if (pad && !(std::abs(number(pad.getValue())) <= kUnbounded))
    return true;
  return llvm::any_of(op->getOperands(), isUnbounded) ||
         llvm::any_of(op->getResults(), isUnbounded);
}

bool Resolution::holds(Value value, Precision precision) const {
  Type type = floatType(precision, value.getContext());
  return top::holds(cast<FloatType>(type), magnitudeOf(table, value));
}

Precision Resolution::widen(Operation *op, Precision precision) {
  if (precision == Precision::F32)
    return precision;
  auto held = [&](Value value) { return holds(value, precision); };
  auto isRead = [&](Operation *user) { return exact.contains(user); };
  if (isSteepIn(op, precision) || llvm::any_of(op->getUsers(), isRead))
    exact.insert(op);
  else if (llvm::all_of(op->getOperands(), held) &&
           llvm::all_of(op->getResults(), held))
    return precision;
  widened.insert(op);
  return Precision::F32;
}

void Resolution::report(Location location, Precision precision) const {
  constexpr size_t kNamed = 10;
  if (widened.empty())
    return;
  InFlightDiagnostic warning = emitWarning(location);
  warning << "computed in f32, since "
          << (precision == Precision::F16 ? "f16" : "bf16")
          << " does not hold their values, or not finely enough: ";
  llvm::interleave(
      widened.getArrayRef().take_front(kNamed),
      [&](Operation *op) {
        warning << "'" << nameOf(locationOf(op->getResult(0))) << "'";
      },
      [&] { warning << ", "; });
  if (widened.size() > kNamed)
    warning << " and " << widened.size() - kNamed << " more";
}
