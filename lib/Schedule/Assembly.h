//===- Assembly.h - Groups and moves as one program -----------------------===//
#pragma once

#include "lib/Schedule/GroupPlan.h"

namespace tpu_mlir::tpu {

/// The groups of a function in their order, with the moves between them: what
/// lives in local memory when, and which loads can come before their group.
/// Time is a unit: an op of a group with one slice, any other group, a move.
class Assembly {
public:
  /// Every kernel of the body stands in one of the plans.
  Assembly(mlir::Block &body, std::vector<GroupPlan> plans);

  /// Brings inputs at most so many units before their group, as early as there
  /// is room for them.
  void prefetch(unsigned units);
  /// Gives each move the local memory that nothing else uses meanwhile.
  void setWindows();
  /// Cycles of the program, by its commands.
  int64_t cycles() const;
  const std::vector<GroupPlan> &getPlans() const { return plans; }

private:
  /// A buffer of a group of one op, which may lie elsewhere.
  struct Slot {
    unsigned plan;
    mlir::Value value; // or
    mlir::Operation *scratchOf;
    unsigned number; // of its addresses
  };
  struct Life {
    Span span;
    unsigned first, last; // units
    std::optional<Slot> slot;
  };
  /// Where a load goes, and where what is in its way goes then.
  struct Place {
    Span span;
    llvm::SmallVector<std::pair<unsigned, int64_t>> displaced; // lives
  };
  /// A load of the first slice of an input.
  struct Load {
    unsigned item, input;
    unsigned ready, due; // units: from which on it can come; of its group
    size_t life;         // of its buffer
  };

  void addItems(mlir::Block &body);
  void decideStores();
  void addLives();
  void addGroupLives(unsigned item);
  void addBuffer(unsigned item, int64_t address, int64_t bytes,
                 const GroupBody::Reads &steps, const Slot &slot);
  size_t addBuffers(unsigned item, mlir::Value value, Layout layout,
                    const GroupBody::Reads &steps);
  size_t addLife(const Life &life);
  void place(const Load &load, unsigned unit);
  std::optional<Place> findPlace(const Load &load, unsigned unit) const;
  bool displace(unsigned unit, Place &place) const;
  llvm::SmallVector<unsigned> livingIn(unsigned first, unsigned last) const;
  void move(unsigned life, int64_t address);
  unsigned earliestUnit(const Load &load, unsigned low) const;
  void setSteps(llvm::ArrayRef<unsigned> units);
  unsigned readyUnit(mlir::Value value) const;
  unsigned lastUnit(unsigned item) const;
  GroupPlan &planOf(unsigned item) { return plans[planIndex[item]]; }

  const Chip &chip;
  std::vector<GroupPlan> plans;
  std::vector<Item> items;
  llvm::SmallVector<unsigned> planIndex; // of items that are groups
  llvm::DenseMap<mlir::Operation *, unsigned> itemOf; // of kernels and moves
  llvm::SmallVector<unsigned> firstUnit;              // of items, and the end
  std::vector<Life> lives;
  std::vector<Load> loads;
  std::optional<LiveIndex> index; // of lives
};

} // namespace tpu_mlir::tpu
