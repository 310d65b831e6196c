//===- ShapeFolds.cpp - Rearrangements that undo or join one another ------===//
#include "lib/Dialect/Top/IR/Inference.h"

#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace tpu_mlir::top;

//===----------------------------------------------------------------------===//
// Identities
//===----------------------------------------------------------------------===//

/// For ops that do nothing exactly if they keep the type.
template <typename OpTy> static OpFoldResult foldSameType(OpTy op) {
  return op.getInput().getType() == op.getType() ? op.getInput()
                                                 : OpFoldResult();
}

OpFoldResult ReshapeOp::fold(FoldAdaptor) { return foldSameType(*this); }

OpFoldResult TransposeOp::fold(FoldAdaptor) {
  return llvm::is_sorted(getPerm()) ? getInput() : OpFoldResult();
}

OpFoldResult ExpandOp::fold(FoldAdaptor) { return foldSameType(*this); }
OpFoldResult TileOp::fold(FoldAdaptor) { return foldSameType(*this); }

OpFoldResult ConcatOp::fold(FoldAdaptor) {
  return getInputs().size() == 1 ? getInputs().front() : Value();
}

LogicalResult SplitOp::fold(FoldAdaptor,
                            SmallVectorImpl<OpFoldResult> &results) {
  if (getNumResults() != 1)
    return failure();
  results.push_back(getInput());
  return success();
}

//===----------------------------------------------------------------------===//
// Compositions
//===----------------------------------------------------------------------===//

namespace {

struct MergeReshapes : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReshapeOp outer,
                                PatternRewriter &rewriter) const override {
    auto inner = outer.getInput().getDefiningOp<ReshapeOp>();
    if (!inner)
      return rewriter.notifyMatchFailure(outer, "the input is not reshaped");
    rewriter.replaceOpWithNewOp<ReshapeOp>(
        outer, outer.getType(), inner.getInput(), outer.getShapeAttr());
    return success();
  }
};

/// A constant keeps its bytes.
struct ReshapeWeight : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReshapeOp reshape,
                                PatternRewriter &rewriter) const override {
    auto weight = reshape.getInput().getDefiningOp<WeightOp>();
    if (!weight)
      return rewriter.notifyMatchFailure(reshape, "the input is no weight");
    auto type = cast<RankedTensorType>(reshape.getType());
    ElementsAttr value;
    if (auto dense = dyn_cast<DenseElementsAttr>(weight.getValue()))
      value = dense.reshape(type);
    else if (auto resource =
                 dyn_cast<DenseResourceElementsAttr>(weight.getValue()))
      value = DenseResourceElementsAttr::get(type, resource.getRawHandle());
    else
      return rewriter.notifyMatchFailure(reshape, "not a dense weight");
    rewriter.replaceOpWithNewOp<WeightOp>(reshape, value);
    return success();
  }
};

struct MergeTransposes : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp outer,
                                PatternRewriter &rewriter) const override {
    auto inner = outer.getInput().getDefiningOp<TransposeOp>();
    if (!inner)
      return rewriter.notifyMatchFailure(outer, "the input is not transposed");
    SmallVector<int64_t> perm =
        llvm::map_to_vector(outer.getPerm(), [&](int64_t dimension) {
          return inner.getPerm()[dimension];
        });
    rewriter.replaceOpWithNewOp<TransposeOp>(
        outer, outer.getType(), inner.getInput(),
        rewriter.getDenseI64ArrayAttr(perm));
    return success();
  }
};

/// Where only dimensions of size 1 move past others, no element moves.
struct TransposeToReshape : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp transpose,
                                PatternRewriter &rewriter) const override {
    Shape input = shapeOf(transpose.getInput());
    SmallVector<int64_t> moving(transpose.getPerm());
    llvm::erase_if(moving,
                   [&](int64_t dimension) { return input[dimension] == 1; });
    if (!llvm::is_sorted(moving))
      return rewriter.notifyMatchFailure(transpose, "elements move");
    rewriter.replaceOpWithNewOp<ReshapeOp>(
        transpose, transpose.getType(), transpose.getInput(),
        rewriter.getDenseI64ArrayAttr(transpose.getType().getShape()));
    return success();
  }
};

} // namespace

void ReshapeOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                            MLIRContext *context) {
  patterns.add<MergeReshapes, ReshapeWeight>(context);
}

void TransposeOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                              MLIRContext *context) {
  patterns.add<MergeTransposes, TransposeToReshape>(context);
}
