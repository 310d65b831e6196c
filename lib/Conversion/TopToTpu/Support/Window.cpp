//===- Window.cpp - Sliding windows in h and w ----------------------------===//
#include "lib/Conversion/TopToTpu/Support/Window.h"

using namespace mlir;
using namespace tpu_mlir;

std::optional<Window> Window::make(ShapeRef kernel, ShapeRef strides,
                                   ShapeRef pads, ShapeRef dilations) {
  size_t spatial = kernel.size();
  if (spatial < 1 || spatial > 2)
    return std::nullopt;
  Window window;
  for (size_t i = 0; i < spatial; ++i) {
    size_t to = i + 2 - spatial;
    window.kernel[to] = kernel[i];
    window.strides[to] = strides[i];
    window.dilations[to] = dilations[i];
    window.pads[to] = pads[i];
    window.pads[2 + to] = pads[spatial + i];
  }
  return window;
}

Value tpu_mlir::padInput(Lowering &l, Value input, Window &window, double value,
                         bool everywhere) {
  Shape low(4, 0), high(4, 0);
  for (unsigned i = 0; i < 2; ++i) {
    if (everywhere || window.pads[i] > l.chip.window.pad)
      std::swap(low[2 + i], window.pads[i]);
    if (everywhere || window.pads[2 + i] > l.chip.window.pad)
      std::swap(high[2 + i], window.pads[2 + i]);
  }
  return l.pad(input, low, high, value);
}
