//===- FoldEmpty.cpp - Tensors without elements leave the network ---------===//
#include "lib/Dialect/Top/Transforms/Passes.h"

#include "lib/Dialect/Top/Transforms/Weights.h"
#include "lib/Support/TypeOf.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace tpu_mlir::top {
#define GEN_PASS_DEF_FOLDEMPTY
#include "lib/Dialect/Top/Transforms/Passes.h.inc"
} // namespace tpu_mlir::top

using namespace mlir;
using namespace tpu_mlir;
using namespace tpu_mlir::top;

static bool isEmpty(Value value) {
  return value && llvm::is_contained(typeOf(value).getShape(), 0);
}

/// The constant of a type that has no elements.
static Value makeEmpty(OpBuilder &builder, Location location,
                       RankedTensorType type) {
  auto quantized = dyn_cast<quant::QuantizedType>(type.getElementType());
  RankedTensorType stored = quantized ? type.clone(storageOf(quantized)) : type;
  auto none = DenseElementsAttr::get(stored, ArrayRef<Attribute>());
  return builder.create<WeightOp>(
      location, none, quantized ? TypeAttr::get(quantized) : TypeAttr());
}

/// A constant of equal elements; beyond a size, one element that is expanded
/// when the network runs.
static Value makeSplat(OpBuilder &builder, Location location,
                       RankedTensorType type, Attribute element) {
  constexpr int64_t kStored = 1 << 16;
  if (type.getNumElements() <= kStored)
    return builder.create<WeightOp>(location,
                                    DenseElementsAttr::get(type, element));
  SmallVector<int64_t> one(type.getRank(), 1);
  Value value = builder.create<WeightOp>(
      location, DenseElementsAttr::get(type.clone(one), element));
  return builder.create<ExpandOp>(
      location, type, value, builder.getDenseI64ArrayAttr(type.getShape()));
}

//===----------------------------------------------------------------------===//
// What becomes of nothing
//===----------------------------------------------------------------------===//

/// The least or greatest number of a type: of floats, an infinity.
static Attribute limitOf(Type type, bool isGreatest) {
  if (auto element = dyn_cast<FloatType>(type))
    return FloatAttr::get(
        element, APFloat::getInf(element.getFloatSemantics(), !isGreatest));
  auto integer = cast<IntegerType>(type);
  unsigned width = integer.getWidth();
  if (integer.isUnsigned() || width == 1)
    return IntegerAttr::get(integer, isGreatest ? APInt::getMaxValue(width)
                                                : APInt::getMinValue(width));
  return IntegerAttr::get(integer, isGreatest
                                       ? APInt::getSignedMaxValue(width)
                                       : APInt::getSignedMinValue(width));
}

static Attribute number(Type type, int64_t value) {
  if (isa<FloatType>(type))
    return FloatAttr::get(type, static_cast<double>(value));
  return IntegerAttr::get(type, value);
}

/// What a reduction of no elements gives; null where that is not defined.
static Attribute neutralOf(ReduceOp op) {
  Type type = typeOf(op.getOutput()).getElementType();
  if (!type.isIntOrFloat())
    return {};
  auto element = dyn_cast<FloatType>(type);
  switch (op.getKind()) {
  case ReduceKind::Sum:
  case ReduceKind::L1:
  case ReduceKind::L2:
  case ReduceKind::SumSquare:
    return number(type, 0);
  case ReduceKind::Prod:
    return number(type, 1);
  case ReduceKind::Max:
  case ReduceKind::Min:
    return limitOf(type, op.getKind() == ReduceKind::Min);
  case ReduceKind::Mean:
    return element ? FloatAttr::get(
                         element, APFloat::getNaN(element.getFloatSemantics()))
                   : Attribute();
  case ReduceKind::LogSum:
  case ReduceKind::LogSumExp:
    return element ? limitOf(type, /*isGreatest=*/false) : Attribute();
  }
  llvm_unreachable("an unknown kind of reduction");
}

static Value fromNothing(ReduceOp op, OpBuilder &builder) {
  Attribute neutral = neutralOf(op);
  return neutral
             ? makeSplat(builder, op.getLoc(), typeOf(op.getOutput()), neutral)
             : Value();
}

static Value fromNothing(PadOp op, OpBuilder &builder) {
  RankedTensorType type = typeOf(op.getOutput());
  APFloat value = op.getValue();
  if (auto integer = dyn_cast<IntegerType>(type.getElementType()))
    return makeSplat(
        builder, op.getLoc(), type,
        number(integer, static_cast<int64_t>(value.convertToDouble())));
  auto element = dyn_cast<FloatType>(type.getElementType());
  if (!element)
    return {};
  bool inexact;
  value.convert(element.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                &inexact);
  return makeSplat(builder, op.getLoc(), type, FloatAttr::get(element, value));
}

/// Sums of no products: the bias, or zero. `channels` is where the bias lies.
template <typename OpTy>
static Value sumsOfNothing(OpTy op, size_t channels, OpBuilder &builder) {
  RankedTensorType type = typeOf(op.getOutput());
  if (!isa<FloatType>(type.getElementType()))
    return {};
  Value sum = op.getBias();
  if (!sum) // relu of zero is zero
    return makeSplat(builder, op.getLoc(), type,
                     builder.getFloatAttr(type.getElementType(), 0.0));
  if (getElementTypeOrSelf(sum.getType()) != type.getElementType())
    sum = builder.create<CastOp>(op.getLoc(),
                                 typeOf(sum).clone(type.getElementType()), sum,
                                 TypeAttr::get(type.getElementType()));
  SmallVector<int64_t> shape(type.getRank(), 1);
  shape[channels] = type.getDimSize(channels);
  sum = builder.create<ReshapeOp>(op.getLoc(), type.clone(shape), sum,
                                  builder.getDenseI64ArrayAttr(shape));
  sum = builder.create<ExpandOp>(op.getLoc(), type, sum,
                                 builder.getDenseI64ArrayAttr(type.getShape()));
  if (std::optional<APFloat> limit = op.getReluLimit())
    return builder.create<ClipOp>(op.getLoc(), type, sum,
                                  builder.getF32FloatAttr(0),
                                  op.getReluLimitAttr());
  return op.getRelu() ? builder.create<ReluOp>(op.getLoc(), type, sum) : sum;
}

static Value fromNothing(MatMulOp op, OpBuilder &builder) {
  return sumsOfNothing(op, typeOf(op.getOutput()).getRank() - 1, builder);
}
static Value fromNothing(ConvOp op, OpBuilder &builder) {
  return sumsOfNothing(op, 1, builder);
}
static Value fromNothing(ConvTransposeOp op, OpBuilder &builder) {
  return sumsOfNothing(op, 1, builder);
}

namespace {

/// An op that computes from no elements some that are known.
template <typename OpTy> struct FromNothing : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    if (!llvm::any_of(op->getOperands(), isEmpty) || isEmpty(op.getOutput()))
      return rewriter.notifyMatchFailure(op, "it reads elements");
    Value value = fromNothing(op, rewriter);
    if (!value)
      return rewriter.notifyMatchFailure(op, "ONNX does not define the value");
    rewriter.replaceOp(op, value);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// What stays without the empty parts
//===----------------------------------------------------------------------===//

/// A result without elements is a constant.
struct EmptyResult : RewritePattern {
  explicit EmptyResult(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (!isa_and_nonnull<TopDialect>(op->getDialect()) || isa<WeightOp>(op))
      return rewriter.notifyMatchFailure(op, "it computes nothing");
    bool changed = false;
    for (OpResult result : op->getResults()) {
      if (result.use_empty() || !isEmpty(result))
        continue;
      rewriter.replaceAllUsesWith(
          result, makeEmpty(rewriter, locationOf(result), typeOf(result)));
      changed = true;
    }
    return success(changed);
  }
};

struct ConcatParts : OpRewritePattern<ConcatOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ConcatOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<Value> parts = llvm::to_vector(llvm::make_filter_range(
        op.getInputs(), [](Value input) { return !isEmpty(input); }));
    if (parts.empty() || parts.size() == op.getInputs().size())
      return rewriter.notifyMatchFailure(op, "all parts are alike");
    rewriter.modifyOpInPlace(op, [&] { op.getInputsMutable().assign(parts); });
    return success();
  }
};

struct SplitParts : OpRewritePattern<SplitOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SplitOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<Type> types;
    SmallVector<Location> locations;
    SmallVector<int64_t> sizes;
    SmallVector<Value> parts(op.getNumResults());
    for (auto [result, size] : llvm::zip(op.getResults(), op.getSizes()))
      if (!isEmpty(result)) {
        types.push_back(result.getType());
        locations.push_back(locationOf(cast<OpResult>(result)));
        sizes.push_back(size);
      }
    if (types.empty() || types.size() == parts.size())
      return rewriter.notifyMatchFailure(op, "all parts are alike");
    Location location = locations.size() == 1
                            ? locations.front()
                            : FusedLoc::get(getContext(), locations);
    auto split = rewriter.create<SplitOp>(location, types, op.getInput(),
                                          op.getAxisAttr(),
                                          rewriter.getDenseI64ArrayAttr(sizes));
    auto rest = split.getResults().begin();
    for (auto [result, part] : llvm::zip(op->getResults(), parts))
      part = isEmpty(result)
                 ? makeEmpty(rewriter, locationOf(result), typeOf(result))
                 : Value(*rest++);
    rewriter.replaceOp(op, parts);
    return success();
  }
};

struct FoldEmptyPass : tpu_mlir::top::impl::FoldEmptyBase<FoldEmptyPass> {
  void runOnOperation() override {
    OpBuilder builder(&getContext());
    getOperation()->walk([&](func::FuncOp function) {
      for (BlockArgument argument : function.getArguments()) {
        if (!isEmpty(argument) || argument.use_empty())
          continue;
        builder.setInsertionPointToStart(argument.getOwner());
        argument.replaceAllUsesWith(
            makeEmpty(builder, argument.getLoc(), typeOf(argument)));
      }
    });
    RewritePatternSet patterns(&getContext());
    patterns.add<EmptyResult, ConcatParts, SplitParts, FromNothing<ReduceOp>,
                 FromNothing<PadOp>, FromNothing<MatMulOp>, FromNothing<ConvOp>,
                 FromNothing<ConvTransposeOp>>(&getContext());
    if (failed(
            applyPatternsAndFoldGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
