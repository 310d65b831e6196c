//===- Gather.cpp - Elements chosen by index ------------------------------===//
#include "lib/Dialect/Top/IR/Inference.h"

using namespace mlir;
using namespace tpu_mlir::top;

LogicalResult GatherOp::inferTypes(Emitter emit, Adaptor adaptor,
                                   Types &types) {
  int64_t axis = adaptor.getAxis();
  if (failed(checkAxis(emit, axis, adaptor.getInput())))
    return failure();
  Shape input = shapeOf(adaptor.getInput());
  SmallVector<int64_t> result(input.take_front(axis));
  llvm::append_range(result, shapeOf(adaptor.getIndices()));
  llvm::append_range(result, input.drop_front(axis + 1));
  if (failed(checkChoice(emit, input[axis], result, "(C2)")))
    return failure();
  return yield(types, result, adaptor.getInput());
}

LogicalResult GatherElementsOp::inferTypes(Emitter emit, Adaptor adaptor,
                                           Types &types) {
  int64_t axis = adaptor.getAxis();
  if (failed(checkAxis(emit, axis, adaptor.getInput())))
    return failure();
  Shape input = shapeOf(adaptor.getInput());
  Shape indices = shapeOf(adaptor.getIndices());
  if (input.size() != indices.size())
    return emit("expects input and indices of one rank, but found ranks ",
                input.size(), " and ", indices.size(), " (C2)");
  for (auto [dimension, most, size] : llvm::enumerate(input, indices))
    if (static_cast<int64_t>(dimension) != axis && size > most)
      return emit("expects dimension ", dimension,
                  " of the indices to be at "
                  "most ",
                  most, ", but found ", size, " (C3)");
  if (failed(checkChoice(emit, input[axis], indices, "(C4)")))
    return failure();
  return yield(types, indices, adaptor.getInput());
}
