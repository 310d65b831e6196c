//===- Window.cpp - Windows that slide over spatial dimensions ------------===//
#include "lib/Dialect/Top/IR/Window.h"

using namespace mlir;
using namespace tpu_mlir::top;

FailureOr<SmallVector<Window>>
tpu_mlir::top::windowsOf(Emitter emit, Shape kernel, Shape strides, Shape pads,
                         Shape dilations, size_t spatial) {
  if (kernel.size() != spatial || strides.size() != spatial ||
      dilations.size() != spatial || pads.size() != 2 * spatial)
    return emit("expects ", spatial, " kernel sizes, ", spatial, " strides, ",
                2 * spatial, " pads and ", spatial, " dilations, but found ",
                kernel.size(), ", ", strides.size(), ", ", pads.size(), " and ",
                dilations.size(), " (C2)");
  SmallVector<Window> windows;
  for (size_t i = 0; i < spatial; ++i)
    windows.push_back(
        {kernel[i], strides[i], dilations[i], pads[i], pads[spatial + i]});
  return windows;
}
