//===- Quantize.cpp - Gives values 8-bit types ----------------------------===//
#include "lib/Dialect/Top/Transforms/Passes.h"

#include "lib/Dialect/Top/Transforms/ElementFunctions.h"
#include "lib/Dialect/Top/Transforms/Overrides.h"
#include "lib/Dialect/Top/Transforms/Precision/WideOps.h"
#include "lib/Dialect/Top/Transforms/Quantization/IntegerForms.h"
#include "lib/Dialect/Top/Transforms/Quantization/RangeRules.h"
#include "lib/Dialect/Top/Transforms/Quantization/Resolution.h"
#include "lib/Dialect/Top/Transforms/Retyper.h"
#include "lib/Support/Locations.h"
#include "mlir/IR/BuiltinOps.h"

namespace tpu_mlir::top {
#define GEN_PASS_DEF_QUANTIZE
#include "lib/Dialect/Top/Transforms/Passes.h.inc"
} // namespace tpu_mlir::top

using namespace mlir;
using namespace tpu_mlir::top;

namespace {

/// Decides for each op of one function, then rewrites them.
class Quantizer {
public:
  Quantizer(func::FuncOp function, const RangeTable &table, bool asymmetric,
            bool hasRanges, bool quantizeOutputs, Overrides &overrides,
            Precision fallback)
      : function(function), rules(table, asymmetric),
        resolution(table, asymmetric), hasRanges(hasRanges),
        quantizeOutputs(quantizeOutputs), overrides(overrides),
        fallback(fallback), retyper(function) {}

  LogicalResult run();

private:
  /// What an op is computed in.
  struct Plan {
    IntegerForm form = IntegerForm::None;
    Precision precision = Precision::F32; // of an op without integer form
    bool isGiven = false;                 // its types stay
  };

  std::optional<Precision> overrideOf(Operation *op);
  IntegerForm formOf(Operation *op);
  bool losesValues(Operation *op, IntegerForm form);
  bool isStored(Operation *op, IntegerForm form, bool isChosen);
  void findWide();
  LogicalResult plan(Operation *op);
  void findScaled(Operation *op);
  void relate(Operation *op, const Plan &plan);
  bool isCurved(Value value);
  LogicalResult assignTypes();
  LogicalResult rewrite(Operation *op, const Plan &plan);
  LogicalResult quantizeOperand(OpOperand &operand, IntegerForm form);
  Type floatResult(OpResult result);

  func::FuncOp function;
  RangeRules rules;
  Resolution resolution;
  bool hasRanges; // else only floats are assigned
  bool quantizeOutputs;
  Overrides &overrides;
  Precision fallback;
  Retyper retyper;
  DenseMap<Operation *, Plan> plans;
  DenseSet<Operation *> wide; // to be computed in f32
  /// Values that integer ops read, or that can be stored as integers only.
  llvm::SetVector<Value> quantized;
  DenseMap<Value, Type> types;
  /// Values of rule 7, each with the product that is stored in its place.
  llvm::MapVector<Value, Operation *> scaled;
};

struct QuantizePass : tpu_mlir::top::impl::QuantizeBase<QuantizePass> {
  using QuantizeBase::QuantizeBase;

  void runOnOperation() override;
};

} // namespace

/// An operand that holds reals which are not known at compile time.
static bool isActivation(Value value) {
  return isReal(value.getType()) && !weightOf(value);
}

/// What rule 3 needs beside the form.
static bool canAbsorb(Operation *op) {
  return isa<OpResult>(op->getOperand(0)) && op->getOperand(0).hasOneUse();
}

//===----------------------------------------------------------------------===//
// Decisions, from the last op to the first
//===----------------------------------------------------------------------===//

/// What computes the channels, by rules 7 and 8, that this op goes on with.
static Operation *channelsFrom(Operation *op) {
  bool isScaled = op->getNumResults() == 1 && op->getResult(0).hasOneUse() &&
                  elementFunction(op) &&
                  channelFactors(*op->getUsers().begin());
  if (!isScaled && !channelFactors(op))
    return nullptr;
  Value value = variableOperand(op).get();
  Operation *source = value.getDefiningOp();
  bool isSource = isa_and_nonnull<ConvOp>(source) ||
                  (source && !isScaled && elementFunction(source));
  return isSource && value.hasOneUse() ? source : nullptr;
}

/// That of its own, or of what computes its channels, if that is a float.
std::optional<Precision> Quantizer::overrideOf(Operation *op) {
  std::optional<Precision> chosen = overrides.find(op);
  for (Operation *source = op; !chosen && (source = channelsFrom(source));)
    if (chosen = overrides.find(source); chosen == Precision::INT8)
      return std::nullopt;
  return chosen;
}

/// How the op can be computed on integers, whatever that loses.
IntegerForm Quantizer::formOf(Operation *op) {
  bool possible = hasRanges && llvm::any_of(op->getOperands(), isActivation) &&
                  !resolution.isUnbounded(op);
  return possible ? integerFormOf(op) : IntegerForm::None;
}

/// Rule 9.
bool Quantizer::losesValues(Operation *op, IntegerForm form) {
  if (form == IntegerForm::None || resolution.isSteep(op))
    return form != IntegerForm::None;
  return form != IntegerForm::ComputeToFloat &&
         llvm::any_of(op->getResults(), [&](Value result) {
           return resolution.isTooCoarse(result);
         });
}

/// Whether the op's results are stored as integers; all of them, so that a
/// split has one type. Rounding to 8 bits what floats go on with would cost
/// accuracy and save no multiplication.
bool Quantizer::isStored(Operation *op, IntegerForm form, bool isChosen) {
  if (form == IntegerForm::None || form == IntegerForm::ComputeToFloat)
    return false;
  bool always = form == IntegerForm::Compute && (quantizeOutputs || isChosen);
  return always || llvm::any_of(op->getResults(), [&](Value value) {
           return quantized.contains(value);
         });
}

LogicalResult Quantizer::plan(Operation *op) {
  Plan &plan = plans[op];
  plan.isGiven = hasOwnIntegers(op);
  if (plan.isGiven)
    return success();
  IntegerForm form = formOf(op);
  resolution.read(op);
  std::optional<Precision> chosen = overrideOf(op);
  bool hasReals = llvm::any_of(op->getResultTypes(), isReal);
  if (chosen == Precision::INT8 && form == IntegerForm::None && hasReals)
    return emitError(op->getLoc())
           << overrides.whereOf(op) << ": '" << op->getName()
           << "' cannot be computed in INT8; expected F32, F16 or BF16";
  bool isWide = !chosen && wide.contains(op);
  bool isFloat =
      chosen ? *chosen != Precision::INT8 : isWide || losesValues(op, form);
  bool stores = isStored(op, form, chosen.has_value());
  if (isFloat || !(stores || form == IntegerForm::ComputeToFloat)) {
    plan.precision = chosen && *chosen != Precision::INT8 ? *chosen
                     : isWide                             ? Precision::F32
                              : resolution.widen(op, fallback);
    return success();
  }
  plan.form = form;
  if (stores)
    quantized.insert(op->getResults().begin(), op->getResults().end());
  for (Value operand : op->getOperands())
    if (isActivation(operand))
      quantized.insert(operand);
  return success();
}

/// Rule 7, of what a multiplication reads.
void Quantizer::findScaled(Operation *op) {
  if (plans.at(op).form != IntegerForm::Compute || !channelFactors(op))
    return;
  Value value = variableOperand(op).get();
  Operation *source = value.getDefiningOp();
  if (!source || !value.hasOneUse() || plans.at(source).isGiven ||
      resolution.isTooCoarse(value))
    return;
  IntegerForm form = plans.at(source).form;
  if ((isa<ConvOp>(source) && form == IntegerForm::ComputeToFloat) ||
      (elementFunction(source) && form == IntegerForm::Compute))
    scaled[value] = op;
}

/// Tells the rules what the op means for the types of its values.
void Quantizer::relate(Operation *op, const Plan &plan) {
  if (plan.form == IntegerForm::Clamp && canAbsorb(op)) {
    rules.absorb(op->getOperand(0));
    rules.share(op->getOperand(0), op->getResult(0));
  }
  if (plan.form == IntegerForm::Compute && elementFunction(op) &&
      variableOperand(op).get().hasOneUse() &&
      !scaled.contains(op->getResult(0)))
    rules.readBy(variableOperand(op).get(), elementFunction(op),
                 op->getResult(0));
  if (plan.form != IntegerForm::Move)
    return;
  Value first = *llvm::find_if(op->getOperands(), isActivation);
  for (Value operand : op->getOperands()) {
    if (isActivation(operand))
      rules.share(operand, first);
    else if (std::optional<FloatData> data = FloatData::read(operand))
      for (float element : data->values())
        rules.include(first, element);
  }
  for (Value result : op->getResults()) {
    rules.share(result, first);
    rules.moved(result);
  }
  auto pad = dyn_cast<PadOp>(op);
  if (pad && pad.getMode() == PadMode::Constant)
    rules.include(first, pad.getValue().convertToFloat());
}

/// Rule 8.
bool Quantizer::isCurved(Value value) {
  auto source = value.getDefiningOp<ConvOp>();
  if (!source || !value.hasOneUse() || plans.at(source).isGiven ||
      plans.at(source).form != IntegerForm::ComputeToFloat)
    return false;
  Operation *reader = *value.getUsers().begin();
  return reader->getNumResults() == 1 && elementFunction(reader) &&
         scaled.contains(reader->getResult(0));
}

LogicalResult Quantizer::assignTypes() {
  bool valid = true;
  auto assign = [&](Value value, Type type) {
    types[value] = type;
    valid &= type != nullptr;
  };
  for (Value value : quantized)
    if (!scaled.contains(value) && !isCurved(value))
      assign(value, rules.typeOf(value));
  if (!valid)
    return failure();
  for (auto [value, product] : scaled) {
    auto type =
        cast<quant::UniformQuantizedType>(types.at(product->getResult(0)));
    quant::UniformQuantizedPerAxisType channels =
        unscaledType(type, *channelFactors(product));
    assign(value, channels);
    Operation *source = value.getDefiningOp();
    if (elementFunction(source) && isCurved(variableOperand(source).get()))
      assign(variableOperand(source).get(),
             rules.channelTypeOf(variableOperand(source).get(),
                                 elementFunction(source), channels));
  }
  return success(valid);
}

//===----------------------------------------------------------------------===//
// Rewriting
//===----------------------------------------------------------------------===//

LogicalResult Quantizer::quantizeOperand(OpOperand &operand, IntegerForm form) {
  Operation *op = operand.getOwner();
  Value value = operand.get();
  if (!isReal(value.getType()) || keepsF32(operand))
    return success();
  if (isActivation(value))
    return retyper.convert(operand, types.at(value));
  if (isQuantized(getElementTypeOrSelf(value.getType())))
    return success(); // given
  if (form == IntegerForm::Move)
    return retyper.convert(operand, types.at(op->getResult(0)));
  if (elementFunction(op) || channelFactors(op))
    return success(); // a part of the function
  return retyper.convert(operand, constantTypeOf(operand));
}

/// What an op writes whose result no integer op reads: what the network
/// returns, or what the ops after it compute in.
Type Quantizer::floatResult(OpResult result) {
  if (llvm::all_of(result.getUsers(), llvm::IsaPred<func::ReturnOp>))
    return getElementTypeOrSelf(result.getType());
  std::optional<Precision> common;
  for (Operation *user : result.getUsers()) {
    auto reader = plans.find(user);
    if (reader == plans.end() || reader->second.isGiven ||
        reader->second.form != IntegerForm::None)
      continue;
    Precision own = reader->second.precision;
    common = common.value_or(own) == own ? own : Precision::F32;
  }
  Precision precision = common.value_or(fallback);
  if (!resolution.holds(result, precision))
    precision = Precision::F32;
  return floatType(precision, result.getContext());
}

LogicalResult Quantizer::rewrite(Operation *op, const Plan &plan) {
  if (plan.isGiven)
    return success();
  if (plan.form == IntegerForm::None)
    return retyper.retype(op, floatType(plan.precision, op->getContext()));
  for (OpOperand &operand : op->getOpOperands())
    if (failed(quantizeOperand(operand, plan.form)))
      return failure();
  for (OpResult result : op->getResults()) {
    Type element = types.lookup(result);
    if (!element || (plan.form == IntegerForm::ComputeToFloat &&
                     resolution.isTooCoarse(result)))
      element = floatResult(result);
    result.setType(withElement(result.getType(), element));
    if (auto cast = dyn_cast<CastOp>(op))
      cast.setTo(element);
  }
  return success();
}

/// What floats of 16 bits cannot hold, integers of 8 do not either.
void Quantizer::findWide() {
  Precision narrow = fallback == Precision::F32 ? Precision::F16 : fallback;
  wide = findWideOps(
      function, cast<FloatType>(floatType(narrow, function.getContext())),
      [&](Operation *op) { return hasOwnIntegers(op) || overrideOf(op); });
}

LogicalResult Quantizer::run() {
  findWide();
  SmallVector<Operation *> ops = opsOf(function);
  for (Operation *op : llvm::reverse(ops))
    if (failed(plan(op)))
      return failure();
  resolution.report(function.getLoc(), fallback);
  for (Operation *op : ops)
    findScaled(op);
  for (Operation *op : ops)
    relate(op, plans.at(op));
  if (failed(assignTypes()))
    return failure();
  for (Operation *op : ops)
    if (op->getNumResults() == 1 && rules.isClipped(op->getResult(0)))
      op->setLoc(tpu_mlir::markClipped(op->getLoc()));
  for (Operation *op : ops)
    if (failed(rewrite(op, plans.at(op))))
      return failure();
  if (failed(retyper.restoreResults()))
    return failure();
  retyper.eraseUnusedWeights();
  return success();
}

void QuantizePass::runOnOperation() {
  Location location = getOperation().getLoc();
  FailureOr<RangeTable> table = RangeTable();
  if (!ranges.empty())
    table = RangeTable::read(ranges, location);
  FailureOr<Overrides> chosen =
      Overrides::read(overrides, /*integers=*/true, location);
  if (failed(table) || failed(chosen))
    return signalPassFailure();
  for (auto function : getOperation().getOps<func::FuncOp>()) {
    table->warnOfParts(function);
    if (failed(Quantizer(function, *table, asymmetric, !ranges.empty(),
                         quantizeOutputs, *chosen, fallback)
                   .run()))
      return signalPassFailure();
  }
  if (failed(chosen->reportUnknown(location)))
    signalPassFailure();
}
