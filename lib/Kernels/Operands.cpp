//===- Operands.cpp - Places of operands in local memory ------------------===//
#include "lib/Kernels/Operands.h"

#include "lib/Support/ChipOf.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tpu_mlir;

uint32_t tpu_mlir::bitsOf(float value, Type type) {
  if (type.isInteger())
    return uint32_t(int64_t(value)) &
           llvm::maskTrailingOnes<uint32_t>(type.getIntOrFloatBitWidth());
  llvm::APFloat number(value);
  bool inexact = false;
  number.convert(cast<FloatType>(type).getFloatSemantics(),
                 llvm::APFloat::rmNearestTiesToEven, &inexact);
  return number.bitcastToAPInt().getZExtValue();
}

bool tpu_mlir::isSigned(Type type) { return !type.isUnsignedInteger(); }

LocalView LocalView::broadcast(const Quad &from, const Quad &to) const {
  if (from == to)
    return *this;
  LocalView view = *this;
  view.mode = Strided;
  for (unsigned dim = 0; dim < 4; ++dim)
    if (from[dim] == 1 && to[dim] != 1)
      view.strides[dim] = 0;
  return view;
}

static Quad stridesOf(const LocalBuffer &buffer, int64_t elementBytes) {
  const Quad &size = buffer.tile.size;
  int64_t channel = size[2] * size[3];
  if (buffer.layout != Layout::Compact)
    channel = llvm::alignTo(channel, buffer.chip->alignment / elementBytes);
  int64_t blocks = buffer.layout == Layout::Replicated
                       ? size[1]
                       : llvm::divideCeil(size[1], buffer.chip->lanes);
  return {blocks * channel, channel, size[3], 1};
}

static int64_t bytesOf(Type type) { return type.getIntOrFloatBitWidth() / 8; }

/// Steps that a command takes in a dimension of a part.
static int64_t roundsOf(const LocalBuffer &buffer, const Tile &tile,
                        unsigned dim) {
  bool spread = dim == 1 && buffer.layout != Layout::Replicated;
  return spread ? llvm::divideCeil(tile.size[dim], buffer.chip->lanes)
                : tile.size[dim];
}

/// Bytes of a lane before the first element of a part.
static int64_t bytesBefore(const LocalBuffer &buffer, const Tile &tile) {
  int64_t lanes = buffer.chip->lanes;
  Quad strides = stridesOf(buffer, bytesOf(buffer.elementType));
  int64_t skip = 0;
  for (unsigned dim = 0; dim < 4; ++dim) {
    int64_t offset = tile.offset[dim] - buffer.tile.offset[dim];
    assert(offset >= 0 && tile.end(dim) <= buffer.tile.end(dim) &&
           "a kernel reads outside of its operand's slice");
    assert((dim != 1 || offset % lanes == 0) &&
           "channels of a slice start at lane 0");
    skip += (dim == 1 ? offset / lanes : offset) * strides[dim];
  }
  return skip * bytesOf(buffer.elementType);
}

std::optional<LocalBuffer> tpu_mlir::partOf(const LocalBuffer &buffer,
                                            const Tile &tile) {
  if (tile == buffer.tile)
    return buffer;
  if (buffer.layout == Layout::Columns ||
      (tile.offset[1] - buffer.tile.offset[1]) % buffer.chip->lanes != 0)
    return std::nullopt;
  LocalBuffer result = buffer;
  result.tile = tile;
  int64_t bytes = bytesOf(buffer.elementType);
  Quad whole = stridesOf(buffer, bytes), part = stridesOf(result, bytes);
  for (unsigned dim = 0; dim < 4; ++dim) {
    if (roundsOf(buffer, tile, dim) > 1 && whole[dim] != part[dim])
      return std::nullopt;
  }
  result.address += bytesBefore(buffer, tile);
  if (result.address % buffer.chip->alignment != 0)
    return std::nullopt;
  return result;
}

LocalView tpu_mlir::viewOf(const LocalBuffer &buffer, const Tile &tile) {
  LocalView view;
  view.elementType = buffer.elementType;
  view.strides = stridesOf(buffer, bytesOf(buffer.elementType));
  view.mode = buffer.layout == Layout::Compact ? LocalView::Compact
                                               : LocalView::Aligned;
  view.address = buffer.address + bytesBefore(buffer, tile);
  if (tile.size[1] != buffer.tile.size[1] ||
      tile.size[2] != buffer.tile.size[2] ||
      tile.size[3] != buffer.tile.size[3])
    view.mode = LocalView::Strided;
  if (view.mode == LocalView::Strided)
    for (unsigned dim : {0, 1})
      if (roundsOf(buffer, tile, dim) == 1)
        view.strides[dim] = 0; // never walked, and may exceed the field
  return view;
}

bool tpu_mlir::fitsStrides(const LocalBuffer &buffer, const Tile &tile) {
  LocalView view = viewOf(buffer, tile);
  for (unsigned dim = 0; dim < 4; ++dim)
    if (roundsOf(buffer, tile, dim) > 1 &&
        view.strides[dim] > buffer.chip->maxSize)
      return false;
  return true;
}

int64_t tpu_mlir::scratchBytes(Operation *op, const Tile &tile, Type type) {
  return bytesPerLane(tile, Layout::Aligned, type, chipOf(op));
}

LocalView tpu_mlir::scratchView(const Binding &binding, unsigned index,
                                const Tile &tile, Type type) {
  return viewOf(LocalBuffer{binding.scratch[index], tile, Layout::Aligned, type,
                            binding.result.chip});
}
