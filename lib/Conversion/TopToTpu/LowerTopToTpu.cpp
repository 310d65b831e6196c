//===- LowerTopToTpu.cpp - Expresses a top network in tpu ops -------------===//
#include "lib/Conversion/TopToTpu/Passes.h"

#include "lib/Conversion/TopToTpu/Finish.h"
#include "lib/Conversion/TopToTpu/Integers/WideIntegers.h"
#include "lib/Conversion/TopToTpu/Pattern.h"
#include "lib/Dialect/Top/Transforms/Weights.h"
#include "lib/Dialect/Tpu/IR/Integers.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace tpu_mlir {
#define GEN_PASS_DEF_LOWERTOPTOTPU
#include "lib/Conversion/TopToTpu/Passes.h.inc"
} // namespace tpu_mlir

using namespace mlir;
using namespace tpu_mlir;

/// Floats stay, quantized types become what they are stored as, integers and
/// truth values what carries them.
static Type convertTensor(RankedTensorType type) {
  return RankedTensorType::get(canonicalShape(type.getShape()),
                               storedElement(type.getElementType()));
}

namespace {

/// Constants keep their bytes under a rank-4 type, or in what carries them.
class WeightPattern : public OpConversionPattern<top::WeightOp> {
public:
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(top::WeightOp op, OpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto type = dyn_cast<RankedTensorType>(
        getTypeConverter()->convertType(op.getType()));
    if (!type || type == op.getType())
      return rewriter.notifyMatchFailure(op, "it has that type already");
    ElementsAttr value = carry(op.getOutput(), type);
    if (!value)
      return rewriter.notifyMatchFailure(op, "its elements do not fit");
    rewriter.replaceOpWithNewOp<top::WeightOp>(op, value);
    return success();
  }
};

struct LowerTopToTpuPass
    : tpu_mlir::impl::LowerTopToTpuBase<LowerTopToTpuPass> {
  using Base::Base;

  void runOnOperation() override;

private:
  LogicalResult checkSignature(func::FuncOp function);
  LogicalResult checkConstants(func::FuncOp function);
  LogicalResult convert(Reasons &reasons);
  LogicalResult reportLeftovers(const Reasons &reasons);

  DenseSet<Operation *> refused; // constants, which stay as they are
};

} // namespace

/// Whether the quantized integers of an element type are the numbers
/// themselves.
static bool isPixel(Type element) {
  auto type = dyn_cast<quant::UniformQuantizedType>(element);
  return type && type.getScale() == 1 && type.getZeroPoint() == 0;
}

/// Arguments and results are what the caller sees: they have no hidden scales.
LogicalResult LowerTopToTpuPass::checkSignature(func::FuncOp function) {
  bool valid = true;
  auto check = [&](StringRef what, unsigned index, Type type, Location loc,
                   bool isInput) {
    Type element = getElementTypeOrSelf(type);
    if (isa<FloatType>(element) || isInteger(type) ||
        (isInput && isPixel(element)))
      return;
    emitError(loc) << what << " " << index << " of the network is " << type
                   << ", but only tensors of floats, integers and truth values "
                      "can be passed";
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

/// Names the ops that read constants of 64 bits that need them.
LogicalResult LowerTopToTpuPass::checkConstants(func::FuncOp function) {
  bool valid = true;
  for (top::WeightOp weight : function.getOps<top::WeightOp>()) {
    Type carrier = carrierOf(weight.getType().getElementType());
    std::optional<std::vector<int64_t>> values =
        carrier ? top::readIntegers(weight.getOutput()) : std::nullopt;
    if (!values || weight->use_empty())
      continue;
    auto large = llvm::find_if(
        *values, [&](int64_t value) { return !tpu::holds(carrier, value); });
    if (large == values->end())
      continue;
    for (Operation *user : weight->getUsers())
      emitError(user->getLoc())
          << "'" << user->getName() << "' cannot be lowered: its constant '"
          << nameOf(weight.getLoc()) << "' holds " << *large << " as element "
          << large - values->begin() << ", but the chip carries "
          << weight.getType().getElementType() << " as " << carrier;
    refused.insert(weight);
    valid = false;
  }
  return success(valid);
}

LogicalResult LowerTopToTpuPass::convert(Reasons &reasons) {
  TypeConverter types;
  types.addConversion([](Type type) { return type; });
  types.addConversion(
      [](RankedTensorType type) -> Type { return convertTensor(type); });
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
  target.addDynamicallyLegalOp<top::WeightOp>([&](top::WeightOp op) {
    return refused.contains(op) || types.isLegal(op.getOperation());
  });
  RewritePatternSet patterns(&getContext());
  patterns.add<WeightPattern>(types, &getContext());
  Lowerings lowerings(types, patterns, reasons);
  addActivations(lowerings);
  addArgs(lowerings);
  addAttentions(lowerings);
  addConvs(lowerings);
  addElementwise(lowerings);
  addGathers(lowerings);
  addLogic(lowerings);
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

void LowerTopToTpuPass::runOnOperation() {
  if (failed(setChip(getOperation(), chip)))
    return signalPassFailure();
  bool valid = true;
  for (auto function : getOperation().getOps<func::FuncOp>())
    valid &= succeeded(checkSignature(function)) &
             succeeded(checkConstants(function)) &
             succeeded(limitWideIntegers(function));
  Reasons reasons;
  if (failed(convert(reasons)) || failed(reportLeftovers(reasons)) || !valid)
    return signalPassFailure();
  for (auto function : getOperation().getOps<func::FuncOp>())
    if (failed(finishFunction(function)))
      return signalPassFailure();
}
