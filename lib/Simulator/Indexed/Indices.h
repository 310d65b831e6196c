//===- Indices.h - Operands of gathers and scatters in local memory -------===//
#pragma once

#include "lib/Simulator/TensorView.h"
#include <optional>
#include <vector>

namespace tpu_mlir::sim {

/// The elements of a tensor as they were when a command began: its result may
/// overlap its operands.
class PackedTensor {
public:
  PackedTensor(Machine &machine, const TensorView &view);

  const uint8_t *at(uint32_t n, uint32_t c, uint32_t h, uint32_t w) const {
    return bytes.data() +
           (((uint64_t(n) * shape.c + c) * shape.h + h) * shape.w + w) * size;
  }

private:
  Shape4 shape;
  unsigned size; ///< bytes of an element
  std::vector<uint8_t> bytes;
};

/// Unsigned indices of 8 or 16 bits. Where indices are limited, the largest
/// one means "none".
class IndexTable {
public:
  /// Fails if the machine does not have the elements of `view`, or if they do
  /// not begin at a multiple of `alignment` bytes (0: of their own size).
  static llvm::Expected<IndexTable> read(Machine &machine,
                                         const TensorView &view, bool isLimited,
                                         unsigned alignment = 0);

  std::optional<uint32_t> at(uint32_t n, uint32_t c, uint32_t w) const {
    uint32_t value = raw(n, c, w);
    if (isLimited && value == none)
      return std::nullopt;
    return value;
  }
  /// The same, "none" included.
  uint32_t raw(uint32_t n, uint32_t c, uint32_t w) const {
    return values[(uint64_t(n) * shape.c + c) * shape.w + w];
  }

private:
  Shape4 shape;
  bool isLimited;
  uint32_t none; ///< all bits set
  std::vector<uint32_t> values;
};

} // namespace tpu_mlir::sim
