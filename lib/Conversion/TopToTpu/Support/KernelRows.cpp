//===- KernelRows.cpp - Rows of a kernel as input channels ----------------===//
#include "lib/Conversion/TopToTpu/Support/Convolution.h"

using namespace mlir;
using namespace tpu_mlir;

bool tpu_mlir::wastesChannels(const Convolution &conv, int64_t together) {
  // Fewer rows save less than it takes to move the input.
  constexpr int64_t kWorthMoving = 5;
  int64_t rows = conv.window.kernel[0];
  return conv.group == 1 && conv.insertion[0] == 0 && conv.insertion[1] == 0 &&
         rows >= kWorthMoving && conv.ic() * rows <= together;
}

void tpu_mlir::turnRowsIntoChannels(Lowering &l, Convolution &conv) {
  Window &window = conv.window;
  auto [kh, kw] = window.kernel;
  int64_t ic = conv.ic();
  Shape low(4, 0), high(4, 0);
  low[2] = window.pads[0];
  high[2] = window.pads[2];
  Value padded =
      l.pad(conv.input, low, high, static_cast<double>(conv.zeroPoint));
  Shape sizes(shapeOf(conv.input));
  sizes[2] = window.count(0, sizes[2]);
  SmallVector<Value> rows;
  for (int64_t y = 0; y < kh; ++y)
    rows.push_back(l.slice(padded, {0, 0, y * window.dilations[0], 0}, sizes,
                           {1, 1, window.strides[0], 1}));
  conv.input = l.concat(rows, 1);

  std::vector<float> filter(conv.filter.size());
  float *to = filter.data();
  for (int64_t o = 0; o < conv.oc; ++o)
    for (int64_t y = 0; y < kh; ++y)
      for (int64_t i = 0; i < ic; ++i)
        for (int64_t x = 0; x < kw; ++x)
          *to++ = conv.filter[((o * ic + i) * kh + y) * kw + x];
  conv.filter = std::move(filter);
  window.kernel[0] = window.strides[0] = window.dilations[0] = 1;
  window.pads[0] = window.pads[2] = 0;
}
