//===- Pool.cpp - Sliding windows without weights -------------------------===//
#include "lib/Dialect/Top/IR/Window.h"

using namespace mlir;
using namespace tpu_mlir::top;

LogicalResult tpu_mlir::top::inferPool(Emitter emit, Value input, Shape kernel,
                                       Shape strides, Shape pads,
                                       Shape dilations, Types &types) {
  Shape shape = shapeOf(input);
  if (shape.size() < 3)
    return emit("expects an input of at least rank 3, but found rank ",
                shape.size(), " (C1)");
  auto windows =
      windowsOf(emit, kernel, strides, pads, dilations, shape.size() - 2);
  if (failed(windows))
    return failure();
  SmallVector<int64_t> result(shape.take_front(2));
  for (auto [window, size] : llvm::zip(*windows, shape.drop_front(2))) {
    int64_t pad = std::max(window.padBegin, window.padEnd);
    if (pad >= window.extent())
      return emit("expects pads smaller than the dilated window of ",
                  window.extent(), ", but found ", pad, " (C3)");
    if (size == 0 && pad > 0)
      return emit("expects elements in every dimension that it pads, but found "
                  "none (C3)");
    if (window.room(size) < 0)
      return emit("expects a padded input of at least ", window.extent(),
                  " elements, but found ",
                  size + window.padBegin + window.padEnd, " (C4)");
    result.push_back(window.positions(size));
  }
  return yield(types, result, input);
}
