//===- Operands.cpp - Places of operands in local memory
//-------------------===//
#include "lib/Kernels/Operands.h"

#include "lib/Target/BM1684X/Chip.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tpu_mlir;

isa::Precision tpu_mlir::precisionOf(Type type) {
  if (type.isF32())
    return isa::Precision::F32;
  if (type.isF16())
    return isa::Precision::F16;
  if (type.isBF16())
    return isa::Precision::BF16;
  switch (type.getIntOrFloatBitWidth()) {
  case 8:
    return isa::Precision::I8;
  case 16:
    return isa::Precision::I16;
  default:
    return isa::Precision::I32;
  }
}

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

LocalView LocalView::broadcast(const std::array<int64_t, 4> &from,
                               const std::array<int64_t, 4> &to) const {
  if (from == to)
    return *this;
  LocalView view = *this;
  view.mode = Strided;
  for (unsigned dim = 0; dim < 4; ++dim)
    if (from[dim] == 1 && to[dim] != 1)
      view.strides[dim] = 0;
  return view;
}

static std::array<int64_t, 4> stridesOf(const std::array<int64_t, 4> &size,
                                        Layout layout, int64_t elementBytes) {
  int64_t channel = size[2] * size[3];
  if (layout != Layout::Compact)
    channel = llvm::alignTo(channel, bm1684x::kAlignment / elementBytes);
  int64_t blocks = layout == Layout::Replicated
                       ? size[1]
                       : llvm::divideCeil(size[1], bm1684x::kLanes);
  return {blocks * channel, channel, size[3], 1};
}

static int64_t bytesOf(Type type) { return type.getIntOrFloatBitWidth() / 8; }

/// Steps that a command takes in a dimension.
static int64_t roundsOf(const Tile &tile, Layout layout, unsigned dim) {
  bool spread = dim == 1 && layout != Layout::Replicated;
  return spread ? llvm::divideCeil(tile.size[dim], bm1684x::kLanes)
                : tile.size[dim];
}

/// Bytes of a lane before the first element of a part.
static int64_t bytesBefore(const LocalBuffer &buffer, const Tile &tile) {
  auto strides =
      stridesOf(buffer.tile.size, buffer.layout, bytesOf(buffer.elementType));
  int64_t skip = 0;
  for (unsigned dim = 0; dim < 4; ++dim) {
    int64_t offset = tile.offset[dim] - buffer.tile.offset[dim];
    assert(offset >= 0 && tile.end(dim) <= buffer.tile.end(dim) &&
           "a kernel reads outside of its operand's slice");
    assert((dim != 1 || offset % bm1684x::kLanes == 0) &&
           "channels of a slice start at lane 0");
    skip += (dim == 1 ? offset / bm1684x::kLanes : offset) * strides[dim];
  }
  return skip * bytesOf(buffer.elementType);
}

std::optional<LocalBuffer> tpu_mlir::partOf(const LocalBuffer &buffer,
                                            const Tile &tile) {
  if (tile == buffer.tile)
    return buffer;
  if (buffer.layout == Layout::Columns ||
      (tile.offset[1] - buffer.tile.offset[1]) % bm1684x::kLanes != 0)
    return std::nullopt;
  int64_t bytes = bytesOf(buffer.elementType);
  auto whole = stridesOf(buffer.tile.size, buffer.layout, bytes);
  auto part = stridesOf(tile.size, buffer.layout, bytes);
  for (unsigned dim = 0; dim < 4; ++dim) {
    if (roundsOf(tile, buffer.layout, dim) > 1 && whole[dim] != part[dim])
      return std::nullopt;
  }
  LocalBuffer result = buffer;
  result.tile = tile;
  result.address += bytesBefore(buffer, tile);
  if (result.address % bm1684x::kAlignment != 0)
    return std::nullopt;
  return result;
}

LocalView tpu_mlir::viewOf(const LocalBuffer &buffer, const Tile &tile) {
  LocalView view;
  view.elementType = buffer.elementType;
  view.strides =
      stridesOf(buffer.tile.size, buffer.layout, bytesOf(buffer.elementType));
  view.mode = buffer.layout == Layout::Compact ? LocalView::Compact
                                               : LocalView::Aligned;
  view.address = buffer.address + bytesBefore(buffer, tile);
  if (tile.size[1] != buffer.tile.size[1] ||
      tile.size[2] != buffer.tile.size[2] ||
      tile.size[3] != buffer.tile.size[3])
    view.mode = LocalView::Strided;
  if (view.mode == LocalView::Strided)
    for (unsigned dim : {0, 1})
      if (roundsOf(tile, buffer.layout, dim) == 1)
        view.strides[dim] = 0; // never walked, and may exceed the field
  return view;
}

bool tpu_mlir::fitsStrides(const LocalBuffer &buffer, const Tile &tile) {
  LocalView view = viewOf(buffer, tile);
  for (unsigned dim = 0; dim < 4; ++dim)
    if (roundsOf(tile, buffer.layout, dim) > 1 &&
        view.strides[dim] > bm1684x::kMaxSize)
      return false;
  return true;
}

LocalView tpu_mlir::scratchView(int64_t address, const Tile &tile, Type type) {
  return viewOf(LocalBuffer{address, tile, Layout::Aligned, type});
}
