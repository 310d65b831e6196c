//===- Kernel.cpp - Slices and local layouts
//-------------------------------===//
#include "dialects/Interfaces/Kernel.h"

#include "llvm/Support/MathExtras.h"

using namespace tpu_mlir;

#include "dialects/Interfaces/Kernel.cpp.inc"

bool tpu_mlir::worksLocally(mlir::Operation *op) {
  return llvm::isa_and_nonnull<KernelOpInterface>(op) &&
         (!llvm::isa<GlobalKernelOpInterface>(op) ||
          op->hasAttr(kWorksLocally));
}

Tile Tile::whole(mlir::Value value) {
  auto type = llvm::cast<mlir::RankedTensorType>(value.getType());
  assert(type.getRank() == 4 && "tiles are of rank-4 tensors");
  Tile tile;
  llvm::copy(type.getShape(), tile.size.begin());
  return tile;
}

Tile Tile::hull(const Tile &a, const Tile &b) {
  Tile tile;
  for (unsigned dim = 0; dim < 4; ++dim) {
    tile.offset[dim] = std::min(a.offset[dim], b.offset[dim]);
    tile.size[dim] = std::max(a.end(dim), b.end(dim)) - tile.offset[dim];
  }
  return tile;
}

int64_t tpu_mlir::columnsPerLane(int64_t columns, const Chip &chip) {
  int64_t most = std::min<int64_t>(columns, chip.alignment / sizeof(float));
  while (columns % most != 0)
    --most;
  return most;
}

int64_t tpu_mlir::columnsRowBytes(int64_t columns, const Chip &chip) {
  int64_t lanes = columns / columnsPerLane(columns, chip);
  return llvm::divideCeil(lanes, chip.lanes) * chip.alignment;
}

int64_t tpu_mlir::bytesPerLane(const Tile &tile, Layout layout,
                               mlir::Type elementType, const Chip &chip) {
  const auto &[n, c, h, w] = tile.size;
  if (layout == Layout::Columns)
    return n * c * columnsRowBytes(w, chip);
  int64_t channelsPerLane =
      layout == Layout::Replicated ? c : llvm::divideCeil(c, chip.lanes);
  int64_t channel = h * w * (elementType.getIntOrFloatBitWidth() / 8);
  if (layout != Layout::Compact)
    channel = llvm::alignTo(channel, chip.alignment);
  return llvm::alignTo(n * channelsPerLane * channel, chip.alignment);
}
