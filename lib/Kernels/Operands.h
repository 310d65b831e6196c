//===- Operands.h - Places of operands in local memory --------------------===//
#pragma once

#include "dialects/Interfaces/Kernel.h"

namespace tpu_mlir {

/// The bits of a number, rounded to nearest even in a floating-point type, in
/// two's complement in an integer type, which has it.
uint32_t bitsOf(float value, mlir::Type type);
/// Whether integers of this type are signed; floats count as signed.
bool isSigned(mlir::Type type);

/// Sizes or strides [n, c, h, w].
using Quad = std::array<int64_t, 4>;

/// A tensor in local memory: start, and strides in elements, where c steps over
/// all lanes at once.
struct LocalView {
  /// How the strides follow from the size; strided: they do not.
  enum Mode { Aligned, Compact, Strided };

  uint32_t address = 0; // bytes from the start of each lane
  Mode mode = Aligned;
  Quad strides = {0, 0, 0, 0};
  mlir::Type elementType;

  /// Strides with which a command reads this view as one of a larger shape:
  /// dimensions of size 1 are repeated.
  LocalView broadcast(const Quad &from, const Quad &to) const;
};

/// The part `tile` of a buffer that may hold more than it.
LocalView viewOf(const LocalBuffer &buffer, const Tile &tile);
/// Whether a command can state the strides of such a part.
bool fitsStrides(const LocalBuffer &buffer, const Tile &tile);
/// The whole buffer.
inline LocalView viewOf(const LocalBuffer &buffer) {
  return viewOf(buffer, buffer.tile);
}
/// The part as a buffer of its own, if a command need not know that it is one:
/// it has no gaps that the layout would not have and starts where a buffer may.
std::optional<LocalBuffer> partOf(const LocalBuffer &buffer, const Tile &tile);
/// Bytes a lane of a scratch buffer for a tile of the given type, aligned, on
/// the chip of the op.
int64_t scratchBytes(mlir::Operation *op, const Tile &tile, mlir::Type type);
/// Such a buffer, by its number.
LocalView scratchView(const Binding &binding, unsigned index, const Tile &tile,
                      mlir::Type type);

} // namespace tpu_mlir
