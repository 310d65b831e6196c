//===- LowerTopToTpu.cpp - Expresses a top network in tpu ops -------------===//
#include "lib/Conversion/TopToTpu/Passes.h"

#include "lib/Conversion/TopToTpu/Finish.h"
#include "lib/Conversion/TopToTpu/Pattern.h"
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

void LowerTopToTpuPass::runOnOperation() {
  if (failed(setChip(getOperation(), chip)))
    return signalPassFailure();
  bool valid = true;
  for (auto function : getOperation().getOps<func::FuncOp>())
    valid &= succeeded(checkSignature(function));
  Reasons reasons;
  if (failed(convert(reasons)) || failed(reportLeftovers(reasons)) || !valid)
    return signalPassFailure();
  for (auto function : getOperation().getOps<func::FuncOp>())
    if (failed(finishFunction(function)))
      return signalPassFailure();
}
