//===- Convolution.h - Convolutions within the limits of the chip ---------===//
#pragma once

#include "lib/Conversion/TopToTpu/Support/Quantization.h"

#include <vector>

namespace tpu_mlir {

/// A convolution of [n, c, h, w] with constants, before it meets the limits of
/// a command. `insertion` zeros stand after each element of the input.
///
/// Of 8-bit integers, the filter holds i8 as floats, the result is
/// sum * scales[o] + bias[o], and zeros of the input are its zero point.
struct Convolution {
  mlir::Value input;
  std::vector<float> filter; // [oc, ic / group, kh, kw]
  std::vector<float> bias;   // [oc], or empty
  std::vector<float> scales; // [oc], or empty: floats
  int64_t zeroPoint = 0;     // of the input
  mlir::Type result;         // element type; null: that of the input
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

/// Whether most of the `together` input channels that the chip multiplies at a
/// time would be missing, and rows of the kernel could stand in for them.
bool wastesChannels(const Lowering &l, const Convolution &conv,
                    int64_t together);
/// Turns [ic, kh, kw] into [kh * ic, 1, kw]: channel ky * ic + i of the input
/// has the rows of channel i that kernel row ky meets. Where kernel columns go
/// in steps, and channels are left, each step's columns become channels, too.
void turnRowsIntoChannels(Lowering &l, Convolution &conv, int64_t together);

/// The top values of a convolution or product of quantized ones.
struct QuantizedOperands {
  mlir::Value input, filter, output;
  bool relu;
  std::optional<llvm::APFloat> reluLimit;
  bool ownScales; // see top::kOwnScales
};

/// Of stored integers: `conv` has the elements of the filter and the bias in
/// floats, as for `emitConvolution`.
mlir::Value emitQuantized(Lowering &l, Convolution conv,
                          const QuantizedOperands &operands);

} // namespace tpu_mlir
