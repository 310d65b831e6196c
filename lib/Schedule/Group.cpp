//===- Group.cpp - Slices of a group and the commands for them
//-------------===//
#include "lib/Schedule/Group.h"

#include "lib/Commands/Emitter.h"
#include "lib/Kernels/Movement/Transfer.h"
#include "lib/Target/BM1684X/Chip.h"
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
    if (!llvm::isa<KernelOpInterface>(op) ||
        (op != ops.back() && isReadOutside(op, inside)))
      return std::nullopt;
  GroupBody body;
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

/// The tiles of everything before a slice of the result, backwards.
static SliceTiles tilesBefore(const GroupBody &body, const Tile &resultTile) {
  SliceTiles tiles;
  tiles[body.result()] = resultTile;
  for (Operation *op : llvm::reverse(body.ops)) {
    Tile tile = tiles.lookup(op->getResult(0));
    auto kernel = cast<KernelOpInterface>(op);
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
        step[dim] = llvm::alignTo(step[dim], bm1684x::kLanes);
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

unsigned tpu_mlir::loadStep(const GroupBody &body, Value input, int64_t ahead) {
  if (ahead == 0)
    return 0;
  return std::max<int64_t>(0, body.reads.lookup(input).first - ahead);
}

namespace {
/// Emits one group; keeps track of which slice of an input lies in which of
/// its buffers.
class GroupEmitter {
public:
  GroupEmitter(Emitter &emitter, const GroupBody &body,
               const GroupBuffers &buffers,
               llvm::function_ref<int64_t(Value)> addressOf)
      : emitter(emitter), body(body), buffers(buffers), addressOf(addressOf) {}

  /// One slice, each input loaded some ops ahead.
  void runWhole(const SliceTiles &tiles, int64_t ahead) {
    size_t next = 0; // inputs are in the order in which they are loaded
    for (auto [step, op] : llvm::enumerate(body.ops)) {
      for (; next < body.inputs.size() &&
             loadStep(body, body.inputs[next], ahead) <= step;
           ++next)
        load(body.inputs[next], body.inputLayouts[next], tiles);
      compute(op, 0, tiles, inputAt);
    }
    store(0, tiles);
  }

  void run(ArrayRef<SliceTiles> slices) {
    load(slices.front());
    for (size_t s = 0; s < slices.size(); ++s) {
      auto present = inputAt; // the loads below belong to the next slice
      if (s + 1 < slices.size())
        load(slices[s + 1]);
      compute(s, slices[s], present);
      if (s > 0)
        store(s - 1, slices[s - 1]);
    }
    store(slices.size() - 1, slices.back());
  }

private:
  struct Loaded {
    Tile tile;
    unsigned turn = 0;
  };

  int64_t address(Value value, unsigned turn) const {
    const auto &addresses = buffers.values.find(value)->second;
    return addresses[turn % addresses.size()];
  }

  LocalBuffer buffer(Value value, unsigned turn, const Tile &tile,
                     Layout layout) const {
    Type type = cast<RankedTensorType>(value.getType()).getElementType();
    return {address(value, turn), tile, layout, type};
  }

  /// A load works for the op that needs it, whoever made the value.
  Operation *firstUser(Value value) const {
    return body.ops[body.reads.lookup(value).first];
  }

  GlobalBuffer global(Value value) const {
    return {addressOf(value), cast<RankedTensorType>(value.getType())};
  }

  void load(const SliceTiles &tiles) {
    for (auto [input, layout] : llvm::zip(body.inputs, body.inputLayouts))
      load(input, layout, tiles);
  }

  void load(Value input, Layout layout, const SliceTiles &tiles) {
    const Tile &tile = tiles.find(input)->second;
    auto [loaded, isNew] = inputAt.try_emplace(input);
    if (!isNew && loaded->second.tile == tile)
      return;
    if (!isNew)
      ++loaded->second.turn;
    loaded->second.tile = tile;
    emitter.setLocation(firstUser(input)->getLoc());
    LocalBuffer to = buffer(input, loaded->second.turn, tile, layout);
    if (std::optional<LaneImage> image = laneImageOf(input))
      emitLoad(emitter, *image, addressOf(input), to);
    else
      emitLoad(emitter, global(input), to);
  }

  void compute(size_t slice, const SliceTiles &tiles,
               const llvm::DenseMap<Value, Loaded> &present) {
    for (Operation *op : body.ops)
      compute(op, slice, tiles, present);
  }

  void compute(Operation *op, size_t slice, const SliceTiles &tiles,
               const llvm::DenseMap<Value, Loaded> &present) {
    auto kernel = cast<KernelOpInterface>(op);
    Binding binding;
    for (OpOperand &operand : op->getOpOperands()) {
      Value value = operand.get();
      auto loaded = present.find(value);
      unsigned turn = loaded == present.end() ? slice : loaded->second.turn;
      binding.operands.push_back(
          buffer(value, turn, tiles.find(value)->second,
                 kernel.operandLayout(operand.getOperandNumber())));
    }
    Value result = op->getResult(0);
    binding.result = buffer(result, slice, tiles.find(result)->second,
                            kernel.resultLayout());
    if (auto found = buffers.scratch.find(op); found != buffers.scratch.end())
      binding.scratch = found->second;
    emitter.setLocation(op->getLoc());
    kernel.emit(emitter, binding);
  }

  void store(size_t slice, const SliceTiles &tiles) {
    Value result = body.result();
    auto kernel = cast<KernelOpInterface>(body.ops.back());
    emitter.setLocation(result.getLoc());
    emitStore(emitter,
              buffer(result, slice, tiles.find(result)->second,
                     kernel.resultLayout()),
              global(result));
  }

  Emitter &emitter;
  const GroupBody &body;
  const GroupBuffers &buffers;
  llvm::function_ref<int64_t(Value)> addressOf;
  llvm::DenseMap<Value, Loaded> inputAt;
};
} // namespace

void tpu_mlir::emitGroup(Emitter &emitter, const GroupBody &body,
                         const Tiling &tiling, ArrayRef<SliceTiles> slices,
                         const GroupBuffers &buffers,
                         llvm::function_ref<int64_t(Value)> addressOf) {
  GroupEmitter group(emitter, body, buffers, addressOf);
  if (tiling.isWhole() && tiling.ahead > 0)
    group.runWhole(slices.front(), tiling.ahead);
  else
    group.run(slices);
}
