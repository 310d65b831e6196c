//===- Group.h - Slices of a group and the commands for them
//---------------===//
#pragma once

#include "dialects/Tpu/Tpu.h"
#include "lib/Target/Chip.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLFunctionalExtras.h"

#include <limits>

namespace tpu_mlir {

/// A run of kernels of which only the last one's result is used outside.
struct GroupBody {
  /// The steps, numbers of ops, between which the ops read a value.
  struct Reads {
    unsigned first = 0, last = 0;
  };

  const Chip *chip = nullptr; // that the ops are for
  llvm::SmallVector<mlir::Operation *> ops;
  llvm::SmallVector<mlir::Value> inputs; // from outside, in order of first use
  llvm::SmallVector<Layout> inputLayouts;
  llvm::DenseMap<mlir::Value, Reads> reads; // inputs, and results read inside

  mlir::Value result() const { return ops.back()->getResult(0); }
  /// The last op that reads a value; `step`, which makes it, if none does.
  unsigned lastRead(mlir::Value value, unsigned step) const {
    auto found = reads.find(value);
    return found == reads.end() ? step : found->second.last;
  }

  /// The body that these ops, in order, make; nothing where they do not agree
  /// on the local layout of a value or use a result outside.
  static std::optional<GroupBody> of(llvm::ArrayRef<mlir::Operation *> ops);
};

/// How a group's result is cut, the number of slices along n, c, h, w.
struct Tiling {
  std::array<int64_t, 4> counts = {1, 1, 1, 1};
  bool channelsInner = false;

  bool isWhole() const { return counts == std::array<int64_t, 4>{1, 1, 1, 1}; }
};

/// The slice of each value of the group that belongs to one slice of its
/// result: inputs too.
using SliceTiles = llvm::DenseMap<mlir::Value, Tile>;

/// Tiles of the first slice, which is as large as any.
SliceTiles firstSlice(const GroupBody &body, const Tiling &tiling);
/// Tiles of every slice, or the first ones, in the order in which they run.
llvm::SmallVector<SliceTiles>
sliceGroup(const GroupBody &body, const Tiling &tiling,
           int64_t most = std::numeric_limits<int64_t>::max());

/// Whether the fields of a command can name the sizes of a tile.
bool fitsFields(const Tile &tile, const Chip &chip);
/// Bytes of a lane that the largest of the slices of a value takes.
int64_t largestSlice(llvm::ArrayRef<SliceTiles> slices, mlir::Value value,
                     Layout layout, const Chip &chip);
/// The same of each scratch buffer of an op, as local memory is aligned.
llvm::SmallVector<int64_t> largestScratch(llvm::ArrayRef<SliceTiles> slices,
                                          KernelOpInterface kernel,
                                          const Chip &chip);

/// Whether slices of a value differ, so that each is brought anew.
bool changes(llvm::ArrayRef<SliceTiles> slices, mlir::Value value);

} // namespace tpu_mlir
