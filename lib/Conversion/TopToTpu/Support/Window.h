//===- Window.h - Sliding windows in h and w ------------------------------===//
#pragma once

#include "lib/Conversion/TopToTpu/Support/Lowering.h"

namespace tpu_mlir {

/// Sizes of windows over [n, c, h, w]: pairs are [h, w], `pads` [top, left,
/// bottom, right].
struct Window {
  std::array<int64_t, 2> kernel = {1, 1}, strides = {1, 1}, dilations = {1, 1};
  std::array<int64_t, 4> pads = {0, 0, 0, 0};

  /// Of one or two spatial dimensions; one is w. `pads` are begins, then ends.
  static std::optional<Window> make(ShapeRef kernel, ShapeRef strides,
                                    ShapeRef pads, ShapeRef dilations);

  /// Elements that a window spans in h (0) or w (1).
  int64_t extent(unsigned i) const {
    return (kernel[i] - 1) * dilations[i] + 1;
  }
  /// Windows that fit into `size` elements with the padding.
  int64_t count(unsigned i, int64_t size) const {
    return (size + pads[i] + pads[2 + i] - extent(i)) / strides[i] + 1;
  }
  bool isPadded() const {
    return llvm::any_of(pads, [](int64_t pad) { return pad != 0; });
  }
};

/// Surrounds the input itself where a pad does not fit into a command, or
/// everywhere; those pads of the window become 0.
mlir::Value padInput(Lowering &l, mlir::Value input, Window &window,
                     double value, bool everywhere = false);

} // namespace tpu_mlir
