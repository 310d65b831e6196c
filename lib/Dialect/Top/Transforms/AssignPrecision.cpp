//===- AssignPrecision.cpp - Chooses the float type of each op ------------===//
#include "lib/Dialect/Top/Transforms/Passes.h"

#include "lib/Dialect/Top/Transforms/Weights.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/LineIterator.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cmath>

namespace tpu_mlir::top {
#define GEN_PASS_DEF_ASSIGNPRECISION
#include "lib/Dialect/Top/Transforms/Passes.h.inc"
} // namespace tpu_mlir::top

using namespace mlir;
using namespace tpu_mlir::top;

static Type floatType(Precision precision, MLIRContext *context) {
  switch (precision) {
  case Precision::F32:
    return Float32Type::get(context);
  case Precision::F16:
    return Float16Type::get(context);
  case Precision::BF16:
    return BFloat16Type::get(context);
  }
  return {};
}

static bool isFloat(Type type) {
  return isa<FloatType>(getElementTypeOrSelf(type));
}

static RankedTensorType withElement(Type type, Type element) {
  return RankedTensorType::get(cast<RankedTensorType>(type).getShape(),
                               element);
}

//===----------------------------------------------------------------------===//
// The file of overrides
//===----------------------------------------------------------------------===//

namespace {

/// Precision by op name, with the line that says so.
struct Override {
  Precision precision;
  int64_t line;
  bool used = false;
};
using Overrides = llvm::StringMap<Override>;

} // namespace

static std::optional<Precision> parsePrecision(StringRef word) {
  if (word.equals_insensitive("f32"))
    return Precision::F32;
  if (word.equals_insensitive("f16"))
    return Precision::F16;
  if (word.equals_insensitive("bf16"))
    return Precision::BF16;
  return std::nullopt;
}

static LogicalResult readOverrides(StringRef path, Location location,
                                   Overrides &overrides) {
  if (path.empty())
    return success();
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!file)
    return emitError(location) << "cannot read overrides '" << path
                               << "': " << file.getError().message();
  for (llvm::line_iterator line(**file, /*SkipBlanks=*/true, '#');
       !line.is_at_eof(); ++line) {
    StringRef text = line->trim();
    if (text.empty())
      continue;
    size_t gap = text.find_last_of(" \t");
    std::optional<Precision> precision =
        gap == StringRef::npos ? std::nullopt
                               : parsePrecision(text.substr(gap + 1));
    if (!precision)
      return emitError(location)
             << path << ":" << line.line_number()
             << ": expected 'name F32|F16|BF16', but found '" << text << "'";
    overrides[text.take_front(gap).rtrim()] = {*precision, line.line_number()};
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

namespace {

/// Gives the ops of one function their types.
class Retyper {
public:
  explicit Retyper(func::FuncOp function) : function(function) {}

  LogicalResult retype(Operation *op, Type element);
  /// Results of the network have the types they had.
  LogicalResult restoreResults();
  void eraseUnusedWeights();

private:
  /// `value` in another float type: a constant, or a cast behind its op.
  FailureOr<Value> convert(Value value, Type element);
  FailureOr<Value> convertWeight(WeightOp weight, Type element);

  func::FuncOp function;
  DenseMap<std::pair<Value, Type>, Value> converted;
};

struct AssignPrecisionPass
    : tpu_mlir::top::impl::AssignPrecisionBase<AssignPrecisionPass> {
  using AssignPrecisionBase::AssignPrecisionBase;

  void runOnOperation() override;

private:
  LogicalResult assign(func::FuncOp function, Overrides &table);
};

} // namespace

FailureOr<Value> Retyper::convertWeight(WeightOp weight, Type element) {
  std::optional<FloatData> data = FloatData::read(weight.getValue());
  if (!data)
    return emitError(weight.getLoc(),
                     "the elements of this constant are not there, so "
                     "that they cannot be converted");
  OpBuilder builder(weight);
  WeightOp result =
      makeWeight(builder, weight.getLoc(),
                 withElement(weight.getType(), element), data->values());
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

/// A bias is added to sums in f32, so that it may keep those bits.
static bool keepsF32(OpOperand &operand) {
  Operation *op = operand.getOwner();
  return isa<ConvOp, ConvTransposeOp, MatMulOp>(op) &&
         operand.getOperandNumber() == 2 &&
         getElementTypeOrSelf(operand.get().getType()).isF32();
}

LogicalResult Retyper::retype(Operation *op, Type element) {
  auto cast = dyn_cast<CastOp>(op);
  for (OpOperand &operand : op->getOpOperands()) {
    // A cast reads what there is.
    if (cast || !isFloat(operand.get().getType()) || keepsF32(operand))
      continue;
    FailureOr<Value> value = convert(operand.get(), element);
    if (failed(value))
      return failure();
    operand.set(*value);
  }
  for (OpResult result : op->getResults())
    if (isFloat(result.getType()))
      result.setType(withElement(result.getType(), element));
  if (cast && isFloat(cast.getType()))
    cast.setTo(element);
  return success();
}

LogicalResult Retyper::restoreResults() {
  Operation *end = function.getBody().front().getTerminator();
  for (auto [operand, type] :
       llvm::zip(end->getOpOperands(), function.getResultTypes())) {
    if (!isFloat(type))
      continue;
    FailureOr<Value> value = convert(operand.get(), getElementTypeOrSelf(type));
    if (failed(value))
      return failure();
    operand.set(*value);
  }
  return success();
}

void Retyper::eraseUnusedWeights() {
  for (WeightOp weight :
       llvm::make_early_inc_range(function.getOps<WeightOp>()))
    if (weight.getOutput().use_empty())
      weight.erase();
}

//===----------------------------------------------------------------------===//
// Pass
//===----------------------------------------------------------------------===//

LogicalResult AssignPrecisionPass::assign(func::FuncOp function,
                                          Overrides &table) {
  Retyper retyper(function);
  SmallVector<Operation *> ops;
  for (Operation &op : function.getBody().front().without_terminator())
    if (!isa<WeightOp>(op))
      ops.push_back(&op);
  for (Operation *op : ops) {
    Precision chosen = precision;
    for (OpResult result : op->getResults())
      if (auto found = table.find(nameOf(locationOf(result)));
          found != table.end()) {
        chosen = found->second.precision;
        found->second.used = true;
      }
    if (failed(retyper.retype(op, floatType(chosen, &getContext()))))
      return failure();
  }
  if (failed(retyper.restoreResults()))
    return failure();
  retyper.eraseUnusedWeights();
  return success();
}

void AssignPrecisionPass::runOnOperation() {
  Location location = getOperation().getLoc();
  Overrides table;
  if (failed(readOverrides(overrides, location, table)))
    return signalPassFailure();
  for (auto function : getOperation().getOps<func::FuncOp>())
    if (failed(assign(function, table)))
      return signalPassFailure();
  for (const auto &entry : table)
    if (!entry.second.used) {
      emitError(location) << overrides << ":" << entry.second.line
                          << ": no op computes a tensor named '"
                          << entry.getKey() << "'";
      signalPassFailure();
    }
}
