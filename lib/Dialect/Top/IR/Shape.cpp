//===- Shape.cpp - The same elements in another arrangement ---------------===//
#include "lib/Dialect/Top/IR/Inference.h"

#include <numeric>

using namespace mlir;
using namespace tpu_mlir::top;

//===----------------------------------------------------------------------===//
// Inference
//===----------------------------------------------------------------------===//

LogicalResult ReshapeOp::inferTypes(Emitter emit, Adaptor adaptor,
                                    Types &types) {
  Shape input = shapeOf(adaptor.getInput());
  Shape shape = adaptor.getShape();
  int64_t expected = countElements(input), found = countElements(shape);
  if (expected != found)
    return emit("expects a shape of ", expected, " elements, but found [",
                shape, "] with ", found, " (C1)");
  return yield(types, shape, adaptor.getInput());
}

LogicalResult TransposeOp::inferTypes(Emitter emit, Adaptor adaptor,
                                      Types &types) {
  Shape input = shapeOf(adaptor.getInput());
  ArrayRef<int64_t> perm = adaptor.getPerm();
  SmallVector<int64_t> sorted(perm);
  llvm::sort(sorted);
  SmallVector<int64_t> dimensions(input.size());
  std::iota(dimensions.begin(), dimensions.end(), 0);
  if (sorted != dimensions)
    return emit("expects perm to be a permutation of the ", input.size(),
                " dimensions, but found [", perm, "] (C1)");
  SmallVector<int64_t> result = llvm::map_to_vector(
      perm, [&](int64_t dimension) { return input[dimension]; });
  return yield(types, result, adaptor.getInput());
}

LogicalResult ExpandOp::inferTypes(Emitter emit, Adaptor adaptor,
                                   Types &types) {
  Shape input = shapeOf(adaptor.getInput());
  Shape shape = adaptor.getShape();
  auto joined = broadcast(shape, input);
  if (!joined || Shape(*joined) != shape)
    return emit("expects an input that broadcasts to [", shape,
                "], but found [", input, "] (C1)");
  return yield(types, shape, adaptor.getInput());
}

LogicalResult TileOp::inferTypes(Emitter emit, Adaptor adaptor, Types &types) {
  Shape input = shapeOf(adaptor.getInput());
  ArrayRef<int64_t> repeats = adaptor.getRepeats();
  if (repeats.size() != input.size())
    return emit("expects ", input.size(), " repeats, but found ",
                repeats.size(), " (C1)");
  SmallVector<int64_t> result;
  for (auto [size, repeat] : llvm::zip(input, repeats))
    result.push_back(size * repeat);
  return yield(types, result, adaptor.getInput());
}

LogicalResult ConcatOp::inferTypes(Emitter emit, Adaptor adaptor,
                                   Types &types) {
  ValueRange inputs = adaptor.getInputs();
  if (inputs.empty())
    return emit("expects at least one input (C1)");
  int64_t axis = adaptor.getAxis();
  if (failed(checkAxis(emit, axis, inputs.front(), "(C2)")))
    return failure();
  SmallVector<int64_t> result(shapeOf(inputs.front()));
  for (auto [index, input] : llvm::enumerate(inputs.drop_front())) {
    Shape shape = shapeOf(input);
    bool fits = shape.size() == result.size();
    for (size_t i = 0; fits && i < shape.size(); ++i)
      fits = static_cast<int64_t>(i) == axis || shape[i] == result[i];
    if (!fits)
      return emit("expects inputs that differ along axis ", axis,
                  " only, but found [", shapeOf(inputs.front()), "] and [",
                  shape, "] as #", index + 1, " (C3)");
    result[axis] += shape[axis];
  }
  return yield(types, result, inputs.front());
}

LogicalResult SplitOp::inferTypes(Emitter emit, Adaptor adaptor, Types &types) {
  int64_t axis = adaptor.getAxis();
  if (failed(checkAxis(emit, axis, adaptor.getInput())))
    return failure();
  SmallVector<int64_t> result(shapeOf(adaptor.getInput()));
  ArrayRef<int64_t> sizes = adaptor.getSizes();
  int64_t sum = std::accumulate(sizes.begin(), sizes.end(), int64_t{0});
  if (sum != result[axis])
    return emit("expects sizes that sum to ", result[axis], ", but found ", sum,
                " (C2)");
  for (int64_t size : sizes) {
    result[axis] = size;
    (void)yield(types, result, adaptor.getInput());
  }
  return success();
}

static LogicalResult checkRank4(Emitter emit, Shape shape) {
  if (shape.size() == 4)
    return success();
  return emit("expects an input of rank 4, but found rank ", shape.size(),
              " (C1)");
}

LogicalResult DepthToSpaceOp::inferTypes(Emitter emit, Adaptor adaptor,
                                         Types &types) {
  Shape input = shapeOf(adaptor.getInput());
  if (failed(checkRank4(emit, input)))
    return failure();
  int64_t block = adaptor.getBlocksize();
  if (input[1] % (block * block) != 0)
    return emit("expects a multiple of ", block * block,
                " channels (blocksize squared), but found ", input[1], " (C2)");
  return yield(types,
               {input[0], input[1] / (block * block), input[2] * block,
                input[3] * block},
               adaptor.getInput());
}

LogicalResult SpaceToDepthOp::inferTypes(Emitter emit, Adaptor adaptor,
                                         Types &types) {
  Shape input = shapeOf(adaptor.getInput());
  if (failed(checkRank4(emit, input)))
    return failure();
  int64_t block = adaptor.getBlocksize();
  if (input[2] % block != 0 || input[3] % block != 0)
    return emit("expects height and width to be multiples of ", block,
                ", but found ", input[2], " and ", input[3], " (C2)");
  return yield(
      types,
      {input[0], input[1] * block * block, input[2] / block, input[3] / block},
      adaptor.getInput());
}
