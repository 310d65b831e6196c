//===- Group.cpp - Slices of a group and the commands for them
//-------------===//
#include "lib/Schedule/Group.h"

#include "lib/Support/ChipOf.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tpu_mlir;

/// Whether something that is not in the set reads a result.
static bool isReadOutside(Operation *op,
                          const llvm::DenseSet<Operation *> &inside) {
  return llvm::any_of(op->getUsers(),
                      [&](Operation *user) { return !inside.contains(user); });
}

std::optional<GroupBody> GroupBody::of(ArrayRef<Operation *> ops) {
  llvm::DenseSet<Operation *> inside(ops.begin(), ops.end());
  for (Operation *op : ops)
    if (!worksLocally(op) || (op != ops.back() && isReadOutside(op, inside)))
      return std::nullopt;
  GroupBody body;
  body.chip = &chipOf(ops.front());
  body.ops.assign(ops.begin(), ops.end());
  llvm::DenseMap<Value, Layout> layouts;
  for (auto [step, op] : llvm::enumerate(ops)) {
    auto kernel = cast<KernelOpInterface>(op);
    for (OpOperand &operand : op->getOpOperands()) {
      Layout layout = kernel.operandLayout(operand.getOperandNumber());
      auto [known, isNew] = layouts.try_emplace(operand.get(), layout);
      if (known->second != layout)
        return std::nullopt;
      if (isNew) {
        body.inputs.push_back(operand.get());
        body.inputLayouts.push_back(layout);
      }
      body.reads.try_emplace(operand.get(), Reads{unsigned(step), 0})
          .first->second.last = step;
    }
    layouts[op->getResult(0)] = kernel.resultLayout();
  }
  return body;
}

/// What a kernel computes so that a tile of its result is there: all of the
/// dimensions that it cannot cut, although what reads it may need a part.
static Tile computed(KernelOpInterface kernel, Tile tile) {
  Tile whole = Tile::whole(kernel->getResult(0));
  for (unsigned dim = 0; dim < 4; ++dim)
    if (!kernel.sliceable(dim)) {
      tile.offset[dim] = 0;
      tile.size[dim] = whole.size[dim];
    }
  return tile;
}

/// The tiles of everything before a slice of the result, backwards.
static SliceTiles tilesBefore(const GroupBody &body, const Tile &resultTile) {
  SliceTiles tiles;
  tiles[body.result()] = resultTile;
  for (Operation *op : llvm::reverse(body.ops)) {
    auto kernel = cast<KernelOpInterface>(op);
    Tile &known = tiles.find(op->getResult(0))->second;
    const Tile tile = known = computed(kernel, known);
    for (OpOperand &operand : op->getOpOperands()) {
      Tile needed = kernel.operandTile(operand.getOperandNumber(), tile);
      auto [known, isNew] = tiles.try_emplace(operand.get(), needed);
      if (!isNew)
        known->second = Tile::hull(known->second, needed);
    }
  }
  return tiles;
}

namespace {
/// The plain grid of a group's result.
struct Grid {
  Grid(const GroupBody &body, const Tiling &tiling)
      : whole(Tile::whole(body.result())) {
    if (tiling.channelsInner)
      order = {0, 2, 3, 1};
    for (unsigned dim = 0; dim < 4; ++dim) {
      step[dim] = llvm::divideCeil(whole.size[dim], tiling.counts[dim]);
      if (dim == 1 && tiling.counts[dim] > 1)
        step[dim] = llvm::alignTo(step[dim], body.chip->lanes);
      count[dim] = llvm::divideCeil(whole.size[dim], step[dim]);
    }
  }

  int64_t slices() const { return count[0] * count[1] * count[2] * count[3]; }

  Tile tile(int64_t index) const {
    Tile tile;
    for (unsigned dim : llvm::reverse(order)) {
      tile.offset[dim] = index % count[dim] * step[dim];
      tile.size[dim] = std::min(step[dim], whole.size[dim] - tile.offset[dim]);
      index /= count[dim];
    }
    return tile;
  }

  Tile whole;
  std::array<int64_t, 4> step, count;
  std::array<unsigned, 4> order = {0, 1, 2, 3}; // outermost first
};
} // namespace

SliceTiles tpu_mlir::firstSlice(const GroupBody &body, const Tiling &tiling) {
  return tilesBefore(body, Grid(body, tiling).tile(0));
}

SmallVector<SliceTiles> tpu_mlir::sliceGroup(const GroupBody &body,
                                             const Tiling &tiling,
                                             int64_t most) {
  Grid grid(body, tiling);
  SmallVector<SliceTiles> slices;
  for (int64_t index = 0; index < std::min(grid.slices(), most); ++index)
    slices.push_back(tilesBefore(body, grid.tile(index)));
  return slices;
}

bool tpu_mlir::fitsFields(const Tile &tile, const Chip &chip) {
  return llvm::all_of(tile.size,
                      [&](int64_t size) { return size <= chip.maxSize; });
}

int64_t tpu_mlir::largestSlice(ArrayRef<SliceTiles> slices, Value value,
                               Layout layout, const Chip &chip) {
  Type type = cast<RankedTensorType>(value.getType()).getElementType();
  int64_t bytes = 0;
  for (const SliceTiles &tiles : slices)
    bytes = std::max(
        bytes, bytesPerLane(tiles.find(value)->second, layout, type, chip));
  return bytes;
}

SmallVector<int64_t> tpu_mlir::largestScratch(ArrayRef<SliceTiles> slices,
                                              KernelOpInterface kernel,
                                              const Chip &chip) {
  SmallVector<int64_t> most;
  for (const SliceTiles &tiles : slices) {
    SmallVector<int64_t> bytes =
        kernel.scratch(tiles.find(kernel->getResult(0))->second);
    most.resize(std::max(most.size(), bytes.size()));
    for (auto [a, b] : llvm::zip(most, bytes))
      a = std::max(a, b);
  }
  for (int64_t &bytes : most)
    bytes = llvm::alignTo(bytes, chip.alignment);
  return most;
}

bool tpu_mlir::changes(ArrayRef<SliceTiles> slices, Value value) {
  const Tile &first = slices.front().find(value)->second;
  return llvm::any_of(slices, [&](const SliceTiles &tiles) {
    return tiles.find(value)->second != first;
  });
}
