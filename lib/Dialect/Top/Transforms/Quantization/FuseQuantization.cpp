//===- FuseQuantization.cpp - Computes on the integers a network has ------===//
#include "lib/Dialect/Top/Transforms/Passes.h"

#include "lib/Dialect/Top/Transforms/ElementFunctions.h"
#include "lib/Dialect/Top/Transforms/Quantization/IntegerForms.h"
#include "lib/Dialect/Top/Transforms/Quantization/RangeRules.h"
#include "lib/Dialect/Top/Transforms/Retyper.h"
#include "mlir/IR/BuiltinOps.h"

namespace tpu_mlir::top {
#define GEN_PASS_DEF_FUSEQUANTIZATION
#include "lib/Dialect/Top/Transforms/Passes.h.inc"
} // namespace tpu_mlir::top

using namespace mlir;
using namespace tpu_mlir::top;

static bool isFloat(Value value) {
  return isa<FloatType>(getElementTypeOrSelf(value.getType()));
}

/// The quantized value, or constant, that a float is cast from; else null.
static Value storedOf(Value value) {
  auto cast = value.getDefiningOp<CastOp>();
  bool stored = cast && isFloat(value) &&
                isQuantized(getElementTypeOrSelf(cast.getInput().getType()));
  return stored ? cast.getInput() : Value();
}

static bool quantizes(Operation *op) {
  auto cast = dyn_cast<CastOp>(op);
  return cast && isFloat(cast.getInput()) &&
         isa<quant::UniformQuantizedType>(getElementTypeOrSelf(cast.getType()));
}

/// Whether no integer of the type stands for less than zero.
static bool isNeverNegative(quant::UniformQuantizedType type) {
  return type.getStorageTypeMin() == type.getZeroPoint();
}

namespace {

class Fuser {
public:
  explicit Fuser(func::FuncOp function)
      : function(function), retyper(function) {}

  LogicalResult run(bool integers);

private:
  LogicalResult fuse(CastOp cast);
  LogicalResult fuseInto(Operation *op, quant::UniformQuantizedType type);
  /// What only moves does so after the cast, too.
  LogicalResult castOperands(Operation *op, Type type);
  /// Lets the op read the integers behind its floats.
  LogicalResult readStored(Operation *op);
  void takeType(Operation *op, Type type);
  /// Casts of constants that no op reads the integers of.
  void castConstants();

  func::FuncOp function;
  Retyper retyper;
  SmallVector<CastOp> work;
};

struct FuseQuantizationPass
    : tpu_mlir::top::impl::FuseQuantizationBase<FuseQuantizationPass> {
  using FuseQuantizationBase::FuseQuantizationBase;

  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (failed(Fuser(function).run(integers)))
        return signalPassFailure();
  }
};

} // namespace

/// Whether all that reads the op's results stores them as `type`.
static bool areStoredAs(Operation *op, Type type) {
  return llvm::all_of(op->getResults(), [&](OpResult result) {
    return isFloat(result) &&
           llvm::all_of(result.getUsers(), [&](Operation *user) {
             return quantizes(user) &&
                    getElementTypeOrSelf(user->getResult(0).getType()) == type;
           });
  });
}

/// Whether each float that the op reads stands for integers, or is a constant.
static bool hasStoredOperands(Operation *op) {
  return llvm::all_of(op->getOpOperands(), [](OpOperand &operand) {
    return !isFloat(operand.get()) || storedOf(operand.get()) ||
           FloatData::read(operand.get());
  });
}

LogicalResult Fuser::castOperands(Operation *op, Type type) {
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isFloat(operand.get()))
      continue;
    if (failed(retyper.convert(operand, type)))
      return failure();
    if (auto cast = operand.get().getDefiningOp<CastOp>())
      work.push_back(cast);
  }
  return success();
}

LogicalResult Fuser::readStored(Operation *op) {
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isFloat(operand.get()))
      continue;
    if (Value stored = storedOf(operand.get()))
      operand.set(stored);
    else if (!keepsF32(operand) && !elementFunction(op) &&
             failed(retyper.convert(operand, constantTypeOf(operand))))
      return failure();
  }
  if (isa<ConvOp, ConvTransposeOp, MatMulOp>(op))
    op->setAttr(kOwnScales, UnitAttr::get(op->getContext()));
  return success();
}

void Fuser::takeType(Operation *op, Type type) {
  for (OpResult result : op->getResults()) {
    SmallVector<Operation *> casts(result.getUsers());
    result.setType(withElement(result.getType(), type));
    for (Operation *cast : casts) {
      if (op->getNumResults() == 1)
        op->setLoc(cast->getLoc());
      cast->getResult(0).replaceAllUsesWith(result);
      llvm::erase(work, cast);
      cast->erase();
    }
  }
}

LogicalResult Fuser::fuseInto(Operation *op, quant::UniformQuantizedType type) {
  IntegerForm form = integerFormOf(op);
  if (form == IntegerForm::None || !areStoredAs(op, type))
    return success();
  if (form == IntegerForm::Clamp && isNeverNegative(type))
    form = IntegerForm::Move;
  if (form == IntegerForm::Move ? failed(castOperands(op, type))
                                : !hasStoredOperands(op))
    return success(form != IntegerForm::Move);
  if (form != IntegerForm::Move && failed(readStored(op)))
    return failure();
  takeType(op, type);
  return success();
}

LogicalResult Fuser::fuse(CastOp cast) {
  auto type = llvm::cast<quant::UniformQuantizedType>(
      getElementTypeOrSelf(cast.getType()));
  Operation *op = cast.getInput().getDefiningOp();
  if (Value stored = storedOf(cast.getInput())) {
    cast.getInputMutable().assign(stored);
    if (stored.getType() == cast.getType()) {
      cast.replaceAllUsesWith(stored);
      cast.erase();
    }
    return success();
  }
  if (!op || isa<WeightOp, CastOp>(op))
    return success();
  return fuseInto(op, type);
}

void Fuser::castConstants() {
  for (CastOp cast : llvm::make_early_inc_range(function.getOps<CastOp>())) {
    auto weight = cast.getInput().getDefiningOp<WeightOp>();
    if (!weight || !storedOf(cast.getResult()))
      continue;
    std::optional<std::vector<float>> values = readQuantized(weight);
    if (!values)
      continue;
    OpBuilder builder(cast);
    WeightOp floats =
        makeWeight(builder, cast.getLoc(), cast.getType(), *values);
    cast.replaceAllUsesWith(floats.getOutput());
    cast.erase();
  }
}

LogicalResult Fuser::run(bool integers) {
  if (integers) {
    for (CastOp cast : function.getOps<CastOp>())
      if (quantizes(cast))
        work.push_back(cast);
    while (!work.empty())
      if (CastOp cast = work.pop_back_val();
          quantizes(cast) && failed(fuse(cast)))
        return failure();
    for (Operation *op : opsOf(function))
      if (integerFormOf(op) == IntegerForm::ComputeToFloat &&
          llvm::any_of(op->getOperands(), storedOf) && hasStoredOperands(op) &&
          failed(readStored(op)))
        return failure();
  }
  SmallVector<Operation *> ops = opsOf(function);
  for (Operation *op : llvm::reverse(ops))
    if (isOpTriviallyDead(op))
      op->erase();
  castConstants();
  retyper.eraseUnusedWeights();
  return success();
}
