//===- LowerTopToTpu.cpp - Expresses a top network in tpu ops -------------===//
#include "lib/Conversion/TopToTpu/Passes.h"

#include "lib/Conversion/TopToTpu/GatherRows.h"
#include "lib/Conversion/TopToTpu/Pattern.h"
#include "lib/Dialect/Top/Transforms/ElementFunctions.h"
#include "lib/Dialect/Top/Transforms/Weights.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace tpu_mlir {
#define GEN_PASS_DEF_LOWERTOPTOTPU
#include "lib/Conversion/TopToTpu/Passes.h.inc"
} // namespace tpu_mlir

using namespace mlir;
using namespace tpu_mlir;

/// The 16-bit type the network computes in, or f32.
static Type networkFloat(ModuleOp module) {
  Type found = Float32Type::get(module.getContext());
  module.walk([&](Operation *op) {
    for (Type type : op->getResultTypes())
      if (auto tensor = dyn_cast<RankedTensorType>(type))
        if (isa<Float16Type, BFloat16Type>(tensor.getElementType())) {
          found = tensor.getElementType();
          return WalkResult::interrupt();
        }
    return WalkResult::advance();
  });
  return found;
}

/// f32, f16 and bf16 stay, i1 becomes `boolean`, quantized types what they are
/// stored as, indices i32; other types are left alone.
static Type convertTensor(RankedTensorType type, Type boolean) {
  Type element = type.getElementType();
  if (element.isInteger(1))
    element = boolean;
  if (auto quantized = dyn_cast<quant::QuantizedType>(element))
    element = top::storageOf(quantized);
  else if (isIndex(element))
    element = IntegerType::get(type.getContext(), 32);
  else if (!isa<Float32Type, Float16Type, BFloat16Type>(element))
    return type;
  return RankedTensorType::get(canonicalShape(type.getShape()), element);
}

static bool isComputable(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor &&
         (tensor.getElementType().isInteger(1) ||
          top::isQuantized(tensor.getElementType()) ||
          isa<Float32Type, Float16Type, BFloat16Type>(tensor.getElementType()));
}

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
    return isComputable(type) ||
           (isIndex(type) && op->hasTrait<top::TakesIntegers>());
  };
  for (Type type : op->getResultTypes())
    if (!isTaken(type))
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

Location tpu_mlir::partOf(Location location) {
  return FusedLoc::get({location},
                       StringAttr::get(location.getContext(), "part"),
                       location.getContext());
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

namespace {

/// Constants keep their bytes under a rank-4 type; truth values become floats.
class WeightPattern : public OpConversionPattern<top::WeightOp> {
public:
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(top::WeightOp op, OpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto type = dyn_cast<RankedTensorType>(
        getTypeConverter()->convertType(op.getType()));
    if (!type || type == op.getType())
      return rewriter.notifyMatchFailure(op, "it is no float or truth value");
    ElementsAttr value = op.getValue();
    if (type.getElementType().isInteger(32)) {
      ElementsAttr narrow = narrowIndices(op.getOutput(), type);
      if (!narrow)
        return rewriter.notifyMatchFailure(op, "it needs more than 32 bits");
      rewriter.replaceOpWithNewOp<top::WeightOp>(op, narrow);
      return success();
    }
    if (type.getElementType() == value.getElementType()) {
      rewriter.replaceOpWithNewOp<top::WeightOp>(
          op, top::reshapeElements(value, type.getShape()));
      return success();
    }
    std::optional<top::FloatData> data = top::FloatData::read(value);
    if (!data)
      return rewriter.notifyMatchFailure(op, "its elements are not there");
    rewriter.replaceOp(
        op, top::makeWeight(rewriter, op.getLoc(), type, data->values()));
    return success();
  }
};

struct LowerTopToTpuPass
    : tpu_mlir::impl::LowerTopToTpuBase<LowerTopToTpuPass> {
  using Base::Base;

  void runOnOperation() override;

private:
  LogicalResult checkSignature(func::FuncOp function);
  LogicalResult convert(Reasons &reasons);
  LogicalResult reportLeftovers(const Reasons &reasons);
};

} // namespace

/// Whether the integers of an element type are the numbers themselves.
static bool holdsIntegers(Type element) {
  auto type = dyn_cast<quant::UniformQuantizedType>(element);
  return type && type.getScale() == 1 && type.getZeroPoint() == 0;
}

/// Arguments and results are what the caller sees: they have no hidden scales.
LogicalResult LowerTopToTpuPass::checkSignature(func::FuncOp function) {
  bool valid = true;
  auto check = [&](StringRef what, unsigned index, Type type, Location loc,
                   bool isInput) {
    Type element = getElementTypeOrSelf(type);
    bool isPixel = holdsIntegers(element);
    if ((isComputable(type) && isa<FloatType>(element)) ||
        (isInput && (isPixel || isIndex(element))))
      return;
    emitError(loc) << what << " " << index << " of the network is " << type
                   << ", but only f32, f16 and bf16 tensors"
                   << (isInput ? ", i32 and i64 ones" : "") << " can be passed";
    valid = false;
  };
  for (BlockArgument argument : function.getArguments())
    check("input", argument.getArgNumber(), argument.getType(),
          argument.getLoc(), /*isInput=*/true);
  Operation *end = function.getBody().front().getTerminator();
  for (OpOperand &result : end->getOpOperands())
    check("output", result.getOperandNumber(), result.get().getType(),
          result.get().getLoc(), /*isInput=*/false);
  return success(valid);
}

LogicalResult LowerTopToTpuPass::convert(Reasons &reasons) {
  Type boolean = networkFloat(getOperation());
  TypeConverter types;
  types.addConversion([](Type type) { return type; });
  types.addConversion([boolean](RankedTensorType type) -> Type {
    return convertTensor(type, boolean);
  });
  // What remains in other types has been, or will be, reported.
  auto view = [](OpBuilder &builder, RankedTensorType type, ValueRange inputs,
                 Location loc) -> Value {
    if (inputs.size() == 1 &&
        elementOf(inputs.front()) == type.getElementType())
      return builder.create<tpu::ReshapeOp>(loc, type, inputs.front());
    return builder.create<UnrealizedConversionCastOp>(loc, type, inputs)
        .getResult(0);
  };
  types.addArgumentMaterialization(view);
  types.addSourceMaterialization(view);
  types.addTargetMaterialization(view);

  ConversionTarget target(getContext());
  target.addLegalDialect<tpu::TpuDialect>();
  target.addLegalOp<ModuleOp, func::FuncOp, func::ReturnOp>();
  target.addDynamicallyLegalOp<top::WeightOp>(
      [&](top::WeightOp op) { return types.isLegal(op.getOperation()); });
  RewritePatternSet patterns(&getContext());
  patterns.add<WeightPattern>(types, &getContext());
  Lowerings lowerings(types, patterns, reasons);
  addActivations(lowerings);
  addAttentions(lowerings);
  addConvs(lowerings);
  addElementwise(lowerings);
  addGathers(lowerings);
  addMatMuls(lowerings);
  addNormalizations(lowerings);
  addPools(lowerings);
  addReductions(lowerings);
  addResizes(lowerings);
  addShapes(lowerings);
  addSlices(lowerings);
  addSoftmax(lowerings);
  addTrigonometry(lowerings);
  return applyPartialConversion(getOperation(), target, std::move(patterns));
}

/// Names every op that is left, not only the first.
LogicalResult LowerTopToTpuPass::reportLeftovers(const Reasons &reasons) {
  bool complete = true;
  getOperation().walk([&](Operation *op) {
    if (isa<ModuleOp, func::FuncOp, func::ReturnOp, top::WeightOp>(op) ||
        isa<tpu::TpuDialect>(op->getDialect()) ||
        isa<UnrealizedConversionCastOp>(op))
      return;
    InFlightDiagnostic error = emitError(op->getLoc())
                               << "'" << op->getName() << "' ";
    auto reason = reasons.find(op);
    if (reason != reasons.end() && !reason->second.empty())
      error << "cannot be lowered: " << reason->second;
    else
      error << "has no lowering to the chip's operations";
    complete = false;
  });
  return success(complete);
}

//===----------------------------------------------------------------------===//
// After the conversion
//===----------------------------------------------------------------------===//

/// Quantized arguments and indices become the integers that their readers were
/// given.
static void passIntegers(func::FuncOp function) {
  for (BlockArgument argument : function.getArguments()) {
    auto type = cast<RankedTensorType>(argument.getType());
    auto quantized = dyn_cast<quant::QuantizedType>(type.getElementType());
    if (!quantized && !type.getElementType().isInteger(64))
      continue;
    Type element = quantized ? top::storageOf(quantized)
                             : IntegerType::get(function.getContext(), 32);
    argument.setType(RankedTensorType::get(type.getShape(), element));
    for (Operation *user : llvm::make_early_inc_range(argument.getUsers())) {
      auto cast = llvm::cast<UnrealizedConversionCastOp>(user);
      OpBuilder builder(cast);
      cast.getResult(0).replaceAllUsesWith(builder.create<tpu::ReshapeOp>(
          cast.getLoc(), cast.getResult(0).getType(), argument));
      cast.erase();
    }
  }
  function.setType(FunctionType::get(function.getContext(),
                                     function.getBody().getArgumentTypes(),
                                     function.getResultTypes()));
}

/// Joins views of views and of constants, and erases what nothing uses.
static void tidy(func::FuncOp function) {
  function.walk([](tpu::ReshapeOp view) {
    while (auto source = view.getInput().getDefiningOp<tpu::ReshapeOp>())
      view.getInputMutable().assign(source.getInput());
    if (view.getInput().getType() == view.getType())
      return view.replaceAllUsesWith(view.getInput());
    // A view of a constant is a constant, unless the network returns it.
    auto weight = view.getInput().getDefiningOp<top::WeightOp>();
    if (!weight || view.getType().getRank() != 4)
      return;
    OpBuilder builder(weight);
    auto same = builder.create<top::WeightOp>(
        weight.getLoc(),
        top::reshapeElements(weight.getValue(), view.getType().getShape()));
    view.replaceAllUsesWith(same.getOutput());
  });
  SmallVector<Operation *> ops;
  for (Operation &op : function.getBody().front().without_terminator())
    ops.push_back(&op);
  for (Operation *op : llvm::reverse(ops))
    if (isOpTriviallyDead(op))
      op->erase();
}

static Value sourceOf(Value value) {
  while (auto view = value.getDefiningOp<tpu::ReshapeOp>())
    value = view.getInput();
  return value;
}

/// Whether the memory of `value` may be part of another value's.
static bool sharesMemory(Value value) {
  auto isOuter = [](Value whole, unsigned dim) {
    return product(shapeOf(whole).take_front(dim)) == 1;
  };
  if (isa<BlockArgument>(value) ||
      isa<top::WeightOp, tpu::SliceOp>(value.getDefiningOp()))
    return true;
  SmallVector<Value> views = {value};
  while (!views.empty())
    for (Operation *user : views.pop_back_val().getUsers()) {
      if (auto view = dyn_cast<tpu::ReshapeOp>(user))
        views.push_back(view.getResult());
      auto concat = dyn_cast<tpu::ConcatOp>(user);
      if (concat && isOuter(concat.getResult(), concat.getAxis()))
        return true;
    }
  return false;
}

/// Gives every result of the network memory of its own.
static void copyShared(func::FuncOp function) {
  Operation *end = function.getBody().front().getTerminator();
  OpBuilder builder(end);
  DenseSet<Value> returned;
  for (OpOperand &result : end->getOpOperands()) {
    Value source = sourceOf(result.get());
    auto type = cast<RankedTensorType>(result.get().getType());
    if (ElementsAttr none = top::weightOf(source); none && !hasElements(type)) {
      result.set(builder.create<top::WeightOp>(
          result.get().getLoc(), top::reshapeElements(none, type.getShape())));
      continue;
    }
    if (returned.insert(source).second && !sharesMemory(source))
      continue;
    result.set(
        builder.create<tpu::CopyOp>(result.get().getLoc(), type, result.get()));
  }
}

void LowerTopToTpuPass::runOnOperation() {
  if (failed(setChip(getOperation(), chip)))
    return signalPassFailure();
  bool valid = true;
  for (auto function : getOperation().getOps<func::FuncOp>())
    valid &= succeeded(checkSignature(function));
  Reasons reasons;
  if (failed(convert(reasons)) || failed(reportLeftovers(reasons)) || !valid)
    return signalPassFailure();
  for (auto function : getOperation().getOps<func::FuncOp>()) {
    passIntegers(function);
    if (failed(noteIndexLimits(function)))
      return signalPassFailure();
    gatherRows(function);
    tidy(function);
    copyShared(function);
  }
}
