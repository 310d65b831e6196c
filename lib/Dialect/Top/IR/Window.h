//===- Window.h - Windows that slide over spatial dimensions --------------===//
#pragma once

#include "lib/Dialect/Top/IR/Inference.h"

namespace tpu_mlir::top {

/// One spatial dimension of a convolution or pooling, in elements.
struct Window {
  int64_t size, stride, dilation, padBegin, padEnd;

  /// From the first to the last element that the window covers.
  int64_t extent() const { return (size - 1) * dilation + 1; }
  /// Elements of the padded input beyond the first window's extent; negative
  /// if not even one window fits.
  int64_t room(int64_t input) const {
    return input + padBegin + padEnd - extent();
  }
  /// Positions of the window.
  int64_t positions(int64_t input) const { return room(input) / stride + 1; }
};

/// The windows of s spatial dimensions; fails, citing (C2), unless the arrays
/// have s elements and `pads` (all begins, then all ends) has 2 * s.
mlir::FailureOr<llvm::SmallVector<Window>> windowsOf(Emitter emit, Shape kernel,
                                                     Shape strides, Shape pads,
                                                     Shape dilations,
                                                     size_t spatial);

} // namespace tpu_mlir::top
