//===- Steps.h - What happens when, as data -------------------------------===//
//
// A schedule is a list of items: groups, and moves within global memory. Its
// steps are one list, from which the price, the code and the checks all follow.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "lib/Schedule/Group.h"

namespace tpu_mlir {

/// Local addresses of a group's values, in bytes of a lane.
struct GroupBuffers {
  /// One address, or two that slices use in turn.
  using Addresses = llvm::SmallVector<int64_t, 2>;
  /// Inputs and results; none for a value that is read or written where all of
  /// it stays.
  llvm::DenseMap<mlir::Value, Addresses> values;
  llvm::DenseMap<mlir::Operation *, llvm::SmallVector<int64_t, 4>> scratch;
};

/// How a group comes to one of its inputs.
struct Intake {
  /// Where all of it stays in local memory, if it does: slices are read there,
  /// or moved from there into buffers of the group.
  std::optional<int64_t> held;
  /// The compute step of the group before which the first slice is brought;
  /// negative: a step of what runs before the group.
  int64_t load = 0;
};

/// A group with everything decided.
struct GroupSchedule {
  GroupBody body;
  Tiling tiling;
  llvm::SmallVector<Intake> intakes; // of the inputs
  GroupBuffers buffers;
  /// Where all of the result stays in local memory, if it does.
  std::optional<int64_t> keep;
  bool stores = true; // the result goes to global memory
  /// So many ops work on a slice ahead of the others, which compute while the
  /// transfer engine moves what the leading ones have made.
  unsigned leading = 0;

  /// Whether slices of an input are for leading ops.
  bool leads(mlir::Value input) const {
    return body.reads.lookup(input).first < leading;
  }
};

/// Part of a schedule.
struct Item {
  const GroupSchedule *group = nullptr; // or
  mlir::Operation *move = nullptr;
  llvm::SmallVector<SliceTiles> slices; // of the group: all, or the first ones

  /// Steps that others may be counted against: computes, or the move.
  int64_t computeSteps() const {
    return group ? int64_t(group->body.ops.size() * slices.size()) : 1;
  }
};

struct Step {
  enum class Kind : uint8_t { Load, Compute, Store, Move };
  Kind kind;
  unsigned item;
  unsigned index = 0; // of the input that is loaded, of the op that computes
  unsigned slice = 0;
};

/// All steps in program order. In a group of several slices: load(s + 1),
/// compute(s), store(s - 1) for every slice s; where ops lead, all but they and
/// their loads are a slice behind.
std::vector<Step> stepsOf(llvm::ArrayRef<Item> items);

/// Appends the commands of steps. `addressOf` tells where values are in global
/// memory; `done` hears of each step whose commands are appended, and whether
/// it is the last one of its item.
void emitSteps(Emitter &emitter, llvm::ArrayRef<Item> items,
               llvm::ArrayRef<Step> steps,
               llvm::function_ref<int64_t(mlir::Value)> addressOf,
               llvm::function_ref<void(const Step &, bool isLast)> done = {});

} // namespace tpu_mlir
