//===- Convolution.h - Convolutions within the limits of the chip ---------===//
#pragma once

#include "lib/Conversion/TopToTpu/Support/Window.h"

#include <vector>

namespace tpu_mlir {

/// A convolution of [n, c, h, w] with constants, before it meets the limits of
/// a command. `insertion` zeros stand after each element of the input.
struct Convolution {
  mlir::Value input;
  std::vector<float> filter; // [oc, ic / group, kh, kw]
  std::vector<float> bias;   // [oc], or empty
  int64_t oc = 1, group = 1;
  Window window;
  std::array<int64_t, 2> insertion = {0, 0};
  bool relu = false;

  int64_t ic() const { return shapeOf(input)[1]; }
  int64_t inputsPerGroup() const { return ic() / group; }
  int64_t taps() const { return window.kernel[0] * window.kernel[1]; }
};

/// The result [n, oc, oh, ow] of tpu.conv or tpu.depthwise ops.
mlir::Value emitConvolution(Lowering &l, Convolution conv);

} // namespace tpu_mlir
