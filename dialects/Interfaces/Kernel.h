//===- Kernel.h - Slices, local layouts and bindings of kernels
//------------===//
#pragma once

#include "lib/Target/Chip.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OpDefinition.h"
#include "llvm/ADT/SmallVector.h"

#include <array>
#include <cstdint>
#include <optional>

namespace tpu_mlir {

class Emitter;

/// A box in a rank-4 tensor [n, c, h, w], in elements.
struct Tile {
  std::array<int64_t, 4> offset = {0, 0, 0, 0};
  std::array<int64_t, 4> size = {0, 0, 0, 0};

  int64_t end(unsigned dim) const { return offset[dim] + size[dim]; }
  bool operator==(const Tile &other) const {
    return offset == other.offset && size == other.size;
  }
  bool operator!=(const Tile &other) const { return !(*this == other); }

  /// The whole of a rank-4 tensor.
  static Tile whole(mlir::Value value);
  /// The smallest box that holds both.
  static Tile hull(const Tile &a, const Tile &b);
};

/// How a slice lies in local memory; channel c sits in lane c mod lanes.
enum class Layout {
  Aligned,    // each channel starts at a multiple of the chip's alignment
  Compact,    // channels of a lane follow each other without gaps
  Replicated, // aligned, the one channel of the operand in every lane
  Columns,    // rows (c) follow each other, columns (w) are spread over lanes
};

/// Neighbouring columns that share a lane in a Columns layout: the most f32,
/// within the chip's alignment, that leave no lane partly filled.
int64_t columnsPerLane(int64_t columns, const Chip &chip);
/// Bytes a lane from one row to the next in a Columns layout of f32.
int64_t columnsRowBytes(int64_t columns, const Chip &chip);

/// Bytes a lane that a slice takes, rounded up to the chip's alignment.
int64_t bytesPerLane(const Tile &tile, Layout layout, mlir::Type elementType,
                     const Chip &chip);

/// A slice of a value in local memory. The address counts bytes from the start
/// of each lane.
struct LocalBuffer {
  int64_t address = 0;
  Tile tile;
  Layout layout = Layout::Aligned;
  mlir::Type elementType;
  const Chip *chip = nullptr;
};

/// Where the operands, the result and the scratch buffers of one slice are.
struct Binding {
  llvm::SmallVector<LocalBuffer, 4> operands;
  LocalBuffer result;
  llvm::SmallVector<int64_t, 4> scratch;
};

/// A value in global memory: row-major, address in bytes.
struct GlobalBuffer {
  int64_t address = 0;
  mlir::RankedTensorType type;
};

struct GlobalBinding {
  llvm::SmallVector<GlobalBuffer, 4> operands;
  llvm::SmallVector<GlobalBuffer, 4> results;
};

/// On an op that could also move within global memory: it works in local
/// memory.
inline constexpr llvm::StringLiteral kWorksLocally = "tpu.local";
/// Whether the op works on slices in local memory, by its kernel.
bool worksLocally(mlir::Operation *op);

} // namespace tpu_mlir

#include "dialects/Interfaces/Kernel.h.inc"
