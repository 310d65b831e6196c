//===- FoldWeights.cpp - Computes what depends on constants only ----------===//
#include "lib/Dialect/Top/Transforms/Passes.h"

#include "lib/Dialect/Top/Transforms/Formulas.h"
#include "lib/Dialect/Top/Transforms/Weights.h"
#include "lib/Support/TypeOf.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace tpu_mlir::top {
#define GEN_PASS_DEF_FOLDWEIGHTS
#include "lib/Dialect/Top/Transforms/Passes.h.inc"
} // namespace tpu_mlir::top

using namespace mlir;
using namespace tpu_mlir;
using namespace tpu_mlir::top;

/// Folding must not blow a small constant up: elements of a result.
static constexpr int64_t kLargestResult = 1 << 26;

static SmallVector<int64_t> rowMajorStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (size_t dim = shape.size(); dim-- > 1;)
    strides[dim - 1] = strides[dim] * shape[dim];
  return strides;
}

/// Reads `source` at offset + index * strides for every index of `shape`.
template <typename Function>
static void walkElements(ArrayRef<int64_t> shape, ArrayRef<int64_t> strides,
                         int64_t offset, Function function) {
  int64_t count = ShapedType::getNumElements(shape);
  SmallVector<int64_t> index(shape.size(), 0);
  for (int64_t i = 0; i < count; ++i) {
    function(i, offset);
    for (size_t dim = shape.size(); dim-- > 0;) {
      offset += strides[dim];
      if (++index[dim] < shape[dim])
        break;
      offset -= strides[dim] * shape[dim];
      index[dim] = 0;
    }
  }
}

/// Strides that read an operand as if it had the result's shape.
static SmallVector<int64_t> broadcastStrides(ArrayRef<int64_t> from,
                                             ArrayRef<int64_t> to) {
  SmallVector<int64_t> strides(to.size(), 0), own = rowMajorStrides(from);
  for (size_t i = 0; i < from.size(); ++i)
    if (from[i] != 1)
      strides[to.size() - from.size() + i] = own[i];
  return strides;
}

using Elements = std::vector<float>;

static Elements pick(const FloatData &data, ArrayRef<int64_t> shape,
                     ArrayRef<int64_t> strides, int64_t offset = 0) {
  Elements result(ShapedType::getNumElements(shape));
  walkElements(shape, strides, offset,
               [&](int64_t to, int64_t from) { result[to] = data[from]; });
  return result;
}

//===----------------------------------------------------------------------===//
// What each op computes
//===----------------------------------------------------------------------===//

static std::optional<Elements> evaluate(TransposeOp op,
                                        ArrayRef<FloatData> data) {
  SmallVector<int64_t> own = rowMajorStrides(typeOf(op.getInput()).getShape());
  SmallVector<int64_t> strides;
  for (int64_t dim : op.getPerm())
    strides.push_back(own[dim]);
  return pick(data[0], typeOf(op.getOutput()).getShape(), strides);
}

static std::optional<Elements> evaluate(SliceOp op, ArrayRef<FloatData> data) {
  SmallVector<int64_t> strides =
      rowMajorStrides(typeOf(op.getInput()).getShape());
  int64_t offset = 0;
  for (size_t dim = 0; dim < strides.size(); ++dim) {
    offset += op.getOffsets()[dim] * strides[dim];
    strides[dim] *= op.getStrides()[dim];
  }
  return pick(data[0], op.getSizes(), strides, offset);
}

static std::optional<Elements> evaluate(ExpandOp op, ArrayRef<FloatData> data) {
  ArrayRef<int64_t> from = typeOf(op.getInput()).getShape();
  return pick(data[0], op.getShape(), broadcastStrides(from, op.getShape()));
}

static std::optional<Elements> evaluate(ConcatOp op, ArrayRef<FloatData> data) {
  int64_t outer = 1;
  for (int64_t size :
       typeOf(op.getOutput()).getShape().take_front(op.getAxis()))
    outer *= size;
  Elements result;
  for (int64_t i = 0; i < outer; ++i)
    for (const FloatData &input : data)
      llvm::append_range(result,
                         input.values().slice(i * (input.size() / outer),
                                              input.size() / outer));
  return result;
}

/// Integers become floats; floats change their type when they are stored.
static std::optional<Elements> evaluate(CastOp, ArrayRef<FloatData> data) {
  return Elements(data[0].values());
}

/// By element, with broadcasting.
template <typename OpTy>
static std::optional<Elements> evaluate(OpTy op, ArrayRef<FloatData> data) {
  ArrayRef<int64_t> shape = typeOf(op.getOutput()).getShape();
  if constexpr (OpTy::template hasTrait<OpTrait::OneOperand>()) {
    Elements result;
    for (float value : data[0].values())
      result.push_back(static_cast<float>(compute(op, value)));
    return result;
  } else {
    Elements lhs =
        pick(data[0], shape,
             broadcastStrides(typeOf(op.getLhs()).getShape(), shape));
    Elements rhs =
        pick(data[1], shape,
             broadcastStrides(typeOf(op.getRhs()).getShape(), shape));
    for (size_t i = 0; i < lhs.size(); ++i)
      lhs[i] = static_cast<float>(compute(op, lhs[i], rhs[i]));
    return lhs;
  }
}

namespace {

template <typename OpTy> struct Fold : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    RankedTensorType type = typeOf(op.getOutput());
    if (!isa<FloatType>(type.getElementType()) || type.getNumElements() == 0 ||
        type.getNumElements() > kLargestResult)
      return rewriter.notifyMatchFailure(op, "the result is no float constant");
    SmallVector<FloatData> data;
    for (Value operand : op->getOperands()) {
      if (isQuantized(getElementTypeOrSelf(operand.getType())))
        return rewriter.notifyMatchFailure(op, "ops may want the integers");
      std::optional<FloatData> elements = FloatData::read(operand);
      if (std::optional<std::vector<int64_t>> integers;
          !elements && (integers = readIntegers(operand)))
        elements = FloatData(Elements(integers->begin(), integers->end()));
      if (!elements)
        return rewriter.notifyMatchFailure(op, "an operand is not constant");
      data.push_back(std::move(*elements));
    }
    std::optional<Elements> result = evaluate(op, ArrayRef<FloatData>(data));
    if (!result)
      return rewriter.notifyMatchFailure(op, "its value is not known");
    rewriter.replaceOp(op, makeWeight(rewriter, op.getLoc(), type, *result));
    return success();
  }
};

template <typename... OpTys> void addFolds(RewritePatternSet &patterns) {
  patterns.add<Fold<OpTys>...>(patterns.getContext());
}

struct FoldWeightsPass : tpu_mlir::top::impl::FoldWeightsBase<FoldWeightsPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    addFolds<AddOp, SubOp, MulOp, DivOp, PowOp, MaxOp, MinOp, AbsOp, NegOp,
             ExpOp, LogOp, SqrtOp, ReciprocalOp, ReluOp, TransposeOp, SliceOp,
             ExpandOp, ConcatOp, CastOp>(patterns);
    if (failed(
            applyPatternsAndFoldGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
