//===- Window.h - What a sliding window reads
//------------------------------===//
#pragma once

#include <cstdint>

namespace tpu_mlir {

/// A window that slides along one dimension, with zeros between elements.
struct Window {
  int64_t size; // of the input
  int64_t kernel;
  int64_t stride = 1;
  int64_t padBefore = 0;
  int64_t dilation = 1;
  int64_t insertion = 0;

  int64_t extent() const { return (kernel - 1) * dilation + 1; }
};

/// The input elements that a run of results reads, and how many positions of
/// padding stand before and after them.
struct WindowSpan {
  int64_t offset, size;
  int64_t padBefore, padAfter;
};
WindowSpan spanOf(const Window &window, int64_t offset, int64_t count);

/// Whether results may be cut: every one of them reads at least one element.
bool canCut(const Window &window, int64_t padAfter);

} // namespace tpu_mlir
