//===- Slice.cpp - Parts of a tensor, and more around it ------------------===//
#include "lib/Dialect/Top/IR/Inference.h"

#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace tpu_mlir::top;

//===----------------------------------------------------------------------===//
// Inference
//===----------------------------------------------------------------------===//

LogicalResult SliceOp::inferTypes(Emitter emit, Adaptor adaptor, Types &types) {
  Shape input = shapeOf(adaptor.getInput());
  ArrayRef<int64_t> offsets = adaptor.getOffsets();
  ArrayRef<int64_t> sizes = adaptor.getSizes();
  ArrayRef<int64_t> strides = adaptor.getStrides();
  size_t rank = input.size();
  if (offsets.size() != rank || sizes.size() != rank || strides.size() != rank)
    return emit("expects ", rank, " offsets, sizes and strides, but found ",
                offsets.size(), ", ", sizes.size(), " and ", strides.size(),
                " (C1)");
  bool isEmpty = llvm::is_contained(sizes, 0);
  for (size_t i = 0; i < rank; ++i) {
    if (strides[i] == 0)
      return emit("expects strides that are not zero, but found [", strides,
                  "] (C2)");
    int64_t last = offsets[i] + (sizes[i] - 1) * strides[i];
    if (!isEmpty && (std::max(offsets[i], last) >= input[i] || last < 0))
      return emit("expects elements inside of the ", input[i], " of dimension ",
                  i, ", but found ", offsets[i], " to ", last, " (C3)");
  }
  return yield(types, sizes, adaptor.getInput());
}

LogicalResult PadOp::inferTypes(Emitter emit, Adaptor adaptor, Types &types) {
  Shape input = shapeOf(adaptor.getInput());
  ArrayRef<int64_t> pads = adaptor.getPads();
  size_t rank = input.size();
  if (pads.size() != 2 * rank)
    return emit("expects ", 2 * rank, " pads, but found ", pads.size(),
                " (C1)");
  SmallVector<int64_t> result(input);
  for (size_t i = 0; i < rank; ++i) {
    int64_t pad = std::max(pads[i], pads[rank + i]);
    PadMode mode = adaptor.getMode();
    int64_t most = mode == PadMode::Reflect ? input[i] - 1 : input[i];
    if ((mode == PadMode::Reflect || mode == PadMode::Wrap) && pad > 0 &&
        pad > most)
      return emit("expects pads of at most ", most, " in dimension ", i,
                  " with ", stringifyPadMode(mode), ", but found ", pad,
                  " (C2)");
    if (mode == PadMode::Edge && pad > 0 && input[i] == 0)
      return emit("expects elements in the padded dimension ", i,
                  ", but found none (C3)");
    result[i] += pads[i] + pads[rank + i];
  }
  return yield(types, result, adaptor.getInput());
}

//===----------------------------------------------------------------------===//
// Folding
//===----------------------------------------------------------------------===//

OpFoldResult SliceOp::fold(FoldAdaptor) {
  bool isIdentity =
      getInput().getType() == getType() &&
      llvm::all_of(getStrides(), [](int64_t s) { return s == 1; });
  return isIdentity ? getInput() : OpFoldResult();
}

OpFoldResult PadOp::fold(FoldAdaptor) {
  return getInput().getType() == getType() ? getInput() : OpFoldResult();
}

namespace {

struct MergeSlices : OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SliceOp outer,
                                PatternRewriter &rewriter) const override {
    auto inner = outer.getInput().getDefiningOp<SliceOp>();
    if (!inner)
      return rewriter.notifyMatchFailure(outer, "the input is not a slice");
    SmallVector<int64_t> offsets(inner.getOffsets());
    SmallVector<int64_t> strides(inner.getStrides());
    for (size_t i = 0; i < offsets.size(); ++i) {
      offsets[i] += outer.getOffsets()[i] * strides[i];
      strides[i] *= outer.getStrides()[i];
    }
    rewriter.replaceOpWithNewOp<SliceOp>(
        outer, outer.getType(), inner.getInput(),
        rewriter.getDenseI64ArrayAttr(offsets), outer.getSizesAttr(),
        rewriter.getDenseI64ArrayAttr(strides));
    return success();
  }
};

} // namespace

void SliceOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                          MLIRContext *context) {
  patterns.add<MergeSlices>(context);
}
