//===- MatMul.cpp - Matrix products ---------------------------------------===//
#include "lib/Dialect/Top/IR/Inference.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace tpu_mlir::top;

LogicalResult MatMulOp::inferTypes(Emitter emit, Adaptor adaptor,
                                   Types &types) {
  Shape lhs = shapeOf(adaptor.getLhs());
  Shape rhs = shapeOf(adaptor.getRhs());
  if (lhs.size() < 2 || rhs.size() < 2)
    return emit("expects operands of at least rank 2, but found ranks ",
                lhs.size(), " and ", rhs.size(), " (C1)");
  if (failed(
          checkElementType(emit, adaptor.getLhs(), adaptor.getRhs(), "(C5)")) ||
      failed(checkBiasType(emit, adaptor.getLhs(), adaptor.getBias(), "(C5)")))
    return failure();
  if (failed(checkReluLimit(emit, adaptor.getRelu(), adaptor.getReluLimit(),
                            "(C6)")))
    return failure();
  Shape matrix = rhs.take_back(2);
  int64_t inner = matrix[adaptor.getTransposeRhs() ? 1 : 0];
  int64_t columns = matrix[adaptor.getTransposeRhs() ? 0 : 1];
  if (lhs.back() != inner)
    return emit("expects equal inner dimensions, but found ", lhs.back(),
                " and ", inner, " (C2)");
  auto result = broadcast(lhs.drop_back(2), rhs.drop_back(2));
  if (!result)
    return emit("expects leading dimensions that broadcast, but found [",
                lhs.drop_back(2), "] and [", rhs.drop_back(2), "] (C3)");
  if (Value bias = adaptor.getBias(); bias && shapeOf(bias) != Shape(columns))
    return emit("expects a bias of shape [", columns, "], but found [",
                shapeOf(bias), "] (C4)");
  result->append({lhs[lhs.size() - 2], columns});
  return yield(types, *result, adaptor.getLhs());
}

namespace {
/// A transpose of the matrices of rhs is part of the product; what stays of it
/// leaves the last dimension in place.
struct TakeTranspose : OpRewritePattern<MatMulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MatMulOp op,
                                PatternRewriter &rewriter) const override {
    auto transpose = op.getRhs().getDefiningOp<TransposeOp>();
    if (!transpose)
      return rewriter.notifyMatchFailure(op, "rhs is not transposed");
    SmallVector<int64_t> perm(transpose.getPerm());
    int64_t last = perm.size() - 1;
    if (perm[last - 1] != last)
      return rewriter.notifyMatchFailure(op, "no rows become columns");
    std::swap(perm[last - 1], perm[last]);
    Value rhs = transpose.getInput();
    if (!llvm::equal(perm, llvm::seq<int64_t>(perm.size()))) {
      auto type = cast<RankedTensorType>(op.getRhs().getType());
      SmallVector<int64_t> shape(type.getShape());
      std::swap(shape[last - 1], shape[last]);
      rhs = rewriter.create<TransposeOp>(transpose.getLoc(), type.clone(shape),
                                         rhs, perm);
    }
    rewriter.modifyOpInPlace(op, [&] {
      op.getRhsMutable().assign(rhs);
      op.setTransposeRhs(!op.getTransposeRhs());
    });
    return success();
  }
};
} // namespace

void MatMulOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                           MLIRContext *context) {
  patterns.add<TakeTranspose>(context);
}
