//===- Window.cpp - What a sliding window reads
//----------------------------===//
#include "lib/Kernels/Support/Window.h"

#include <algorithm>

using namespace tpu_mlir;

static int64_t divideUp(int64_t a, int64_t b) {
  return a >= 0 ? (a + b - 1) / b : -(-a / b);
}

static int64_t divideDown(int64_t a, int64_t b) {
  return a >= 0 ? a / b : -((-a + b - 1) / b);
}

WindowSpan tpu_mlir::spanOf(const Window &window, int64_t offset,
                            int64_t count) {
  // Positions count the inserted zeros; element i stands at i * pitch.
  int64_t pitch = window.insertion + 1;
  int64_t first = offset * window.stride - window.padBefore;
  int64_t last = (offset + count - 1) * window.stride - window.padBefore +
                 window.extent() - 1;
  int64_t low = std::clamp<int64_t>(divideUp(first, pitch), 0, window.size - 1);
  int64_t high =
      std::clamp<int64_t>(divideDown(last, pitch), low, window.size - 1);
  return {low, high - low + 1, low * pitch - first, last - high * pitch};
}

bool tpu_mlir::canCut(const Window &window, int64_t padAfter) {
  return window.padBefore < window.extent() && padAfter < window.extent() &&
         window.insertion < window.extent();
}
