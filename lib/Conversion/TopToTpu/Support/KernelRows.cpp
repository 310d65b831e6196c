//===- KernelRows.cpp - Rows of a kernel as input channels ----------------===//
#include "lib/Conversion/TopToTpu/Support/Convolution.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tpu_mlir;

/// The stride along a row, if so many times the channels are multiplied at a
/// time, too: what columns that far apart have in common is a channel then.
static int64_t columnsApart(const Convolution &conv, int64_t together) {
  const Window &window = conv.window;
  int64_t stride = window.strides[1];
  int64_t channels = conv.ic() * window.kernel[0] * stride;
  return window.dilations[1] == 1 && channels <= together ? stride : 1;
}

bool tpu_mlir::wastesChannels(const Lowering &l, const Convolution &conv,
                              int64_t together) {
  // Fewer taps save less than it takes to move the input; a large image keeps
  // the array busy, not the transfers, and makes up for more of them.
  constexpr int64_t kLargeImage = 128 * 128; // results a channel
  Shape shape(shapeOf(conv.input));
  bool isLarge =
      conv.window.count(0, shape[2]) * conv.window.count(1, shape[3]) >
      kLargeImage;
  int64_t worthMoving = isLarge ? 4 : 5;
  if (isLarge && 2 * conv.oc > l.chip.lanes)
    worthMoving = 3; // tpu-fold-rows has no idle lanes to fill instead
  auto [kh, kw] = conv.window.kernel;
  int64_t taps = llvm::divideCeil(kw, columnsApart(conv, together));
  return conv.group == 1 && conv.insertion[0] == 0 && conv.insertion[1] == 0 &&
         kh * kw >= worthMoving * taps && conv.ic() * kh <= together;
}

/// The filter with rows, and columns `apart`, as channels.
static std::vector<float> turnFilter(const Convolution &conv, int64_t apart) {
  auto [kh, kw] = conv.window.kernel;
  int64_t taps = llvm::divideCeil(kw, apart);
  std::vector<float> filter;
  filter.reserve(conv.oc * conv.ic() * kh * apart * taps);
  for (int64_t o = 0; o < conv.oc; ++o)
    for (int64_t y = 0; y < kh; ++y)
      for (int64_t first = 0; first < apart; ++first)
        for (int64_t i = 0; i < conv.ic(); ++i)
          for (int64_t x = first; x < taps * apart; x += apart)
            filter.push_back(
                x < kw ? conv.filter[((o * conv.ic() + i) * kh + y) * kw + x]
                       : 0.0f);
  return filter;
}

void tpu_mlir::turnRowsIntoChannels(Lowering &l, Convolution &conv,
                                    int64_t together) {
  Window &window = conv.window;
  int64_t apart = columnsApart(conv, together);
  int64_t taps = llvm::divideCeil(window.kernel[1], apart);
  Shape sizes(shapeOf(conv.input));
  Shape low = {0, 0, window.pads[0], 0}, high = {0, 0, window.pads[2], 0};
  if (apart > 1) {
    low[3] = window.pads[1];
    int64_t width = window.count(1, sizes[3]) + taps - 1;
    high[3] = std::max<int64_t>(width * apart - sizes[3] - low[3], 0);
    sizes[3] = width;
  }
  sizes[2] = window.count(0, sizes[2]);
  Value padded =
      l.pad(conv.input, low, high, static_cast<double>(conv.zeroPoint));
  SmallVector<Value> rows;
  for (int64_t y = 0; y < window.kernel[0]; ++y)
    for (int64_t first = 0; first < apart; ++first)
      rows.push_back(l.slice(padded, {0, 0, y * window.dilations[0], first},
                             sizes, {1, 1, window.strides[0], apart}));
  conv.filter = turnFilter(conv, apart);
  conv.input = l.concat(rows, 1);
  window.kernel[0] = window.strides[0] = window.dilations[0] = 1;
  window.pads[0] = window.pads[2] = 0;
  if (apart > 1) {
    window.kernel[1] = taps;
    window.strides[1] = 1;
    window.pads[1] = window.pads[3] = 0;
  }
}
