//===- Shape.cpp - The same elements in another arrangement ---------------===//
#include "lib/Conversion/TopToTpu/Pattern.h"

#include "lib/Dialect/Top/Transforms/Weights.h"

using namespace mlir;
using namespace tpu_mlir;

static Value lowerTile(top::TileOp op, top::TileOp::Adaptor in, Lowering &l) {
  Shape shape(shapeOf(op.getInput()));
  Value value = in.getInput();
  for (auto [axis, repeats] : llvm::enumerate(op.getRepeats())) {
    if (repeats == 1)
      continue;
    Shape view = {product(ShapeRef(shape).take_front(axis)), 1, 1,
                  product(ShapeRef(shape).drop_front(axis))};
    value = l.reshape(value, view);
    view[1] = repeats;
    value = l.broadcast(value, view);
    shape[axis] *= repeats;
  }
  return value;
}

static Value lowerConcat(top::ConcatOp op, top::ConcatOp::Adaptor in,
                         Lowering &l) {
  SmallVector<Value> views;
  unsigned dim = 0;
  for (auto [input, value] : llvm::zip(op.getInputs(), in.getInputs())) {
    if (product(shapeOf(input)) == 0)
      continue;
    AxisView view = viewAxis(l, value, shapeOf(input), op.getAxis());
    dim = view.dim;
    views.push_back(view.value);
  }
  return views.empty() ? l.fail("it is empty") : l.concat(views, dim);
}

/// The channel is (row of the block, column, c) or (c, row, column).
static Value lowerDepthToSpace(top::DepthToSpaceOp op,
                               top::DepthToSpaceOp::Adaptor in, Lowering &l) {
  ShapeRef shape = shapeOf(op.getInput());
  int64_t b = op.getBlocksize(), c = shape[1] / (b * b);
  if (op.getMode() == top::DepthToSpaceMode::Dcr)
    return transpose(l, in.getInput(), {shape[0], b, b, c, shape[2], shape[3]},
                     {0, 3, 4, 1, 5, 2});
  return transpose(l, in.getInput(), {shape[0], c, b, b, shape[2], shape[3]},
                   {0, 1, 4, 2, 5, 3});
}

static Value lowerSpaceToDepth(top::SpaceToDepthOp op,
                               top::SpaceToDepthOp::Adaptor in, Lowering &l) {
  ShapeRef shape = shapeOf(op.getInput());
  int64_t b = op.getBlocksize();
  return transpose(l, in.getInput(),
                   {shape[0], shape[1], shape[2] / b, b, shape[3] / b, b},
                   {0, 3, 5, 1, 2, 4});
}

namespace {

/// The one op with several results: a slice for each.
class SplitPattern : public OpConversionPattern<top::SplitOp> {
public:
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(top::SplitOp op, OpAdaptor in,
                  ConversionPatternRewriter &rewriter) const override {
    std::string reason = refuseTypes(op, *getTypeConverter());
    if (!reason.empty())
      return rewriter.notifyMatchFailure(op, reason);
    Lowering l(rewriter, partOf(op.getLoc()), chipOf(op), reason);
    SmallVector<Value> operands = {in.getInput()};
    if (isQuantizedOp(op)) {
      auto shared = shareQuantization(op, operands, l);
      if (!shared)
        return rewriter.notifyMatchFailure(op, reason);
      operands = *shared;
    }
    AxisView view =
        viewAxis(l, operands[0], shapeOf(op.getInput()), op.getAxis());
    SmallVector<Value> parts;
    int64_t offset = 0;
    for (OpResult result : op.getOutputs()) {
      Location name = locationOf(result);
      Lowering part(rewriter, partOf(name), l.chip, reason);
      int64_t size = op.getSizes()[result.getResultNumber()];
      Value piece = part.slice(view.value, view.dim, offset, size);
      piece = part.reshape(piece, canonicalShape(shapeOf(result)));
      nameResult(piece, name);
      parts.push_back(piece);
      offset += size;
    }
    rewriter.replaceOp(op, parts);
    return success();
  }
};

} // namespace

void tpu_mlir::addShapes(Lowerings &set) {
  set.add<top::ReshapeOp>(
      [](top::ReshapeOp, top::ReshapeOp::Adaptor in, Lowering &) {
        return in.getInput(); // the canonical view of the result follows
      });
  set.add<top::TransposeOp>([](top::TransposeOp op,
                               top::TransposeOp::Adaptor in, Lowering &l) {
    return transpose(l, in.getInput(), shapeOf(op.getInput()), op.getPerm());
  });
  set.add<top::ExpandOp>(
      [](top::ExpandOp op, top::ExpandOp::Adaptor in, Lowering &l) {
        return expand(l, in.getInput(), shapeOf(op.getInput()), op.getShape());
      });
  set.add<top::TileOp>(lowerTile);
  set.add<top::ConcatOp>(lowerConcat);
  set.add<top::DepthToSpaceOp>(lowerDepthToSpace);
  set.add<top::SpaceToDepthOp>(lowerSpaceToDepth);
  set.addPattern<SplitPattern>();
}
