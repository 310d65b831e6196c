//===- Assembly.h - Groups and moves as one program -----------------------===//
#pragma once

#include "lib/Commands/Emitter.h"
#include "lib/Schedule/Plans/GroupPlan.h"

namespace tpu_mlir::tpu {

/// The groups of a function in their order, with the moves between them: what
/// lives in local memory when, and which loads can come before their group.
/// Time is a unit: an op of a group with one slice, any other group, a move.
class Assembly {
public:
  /// Every kernel of the body stands in one of the plans.
  Assembly(mlir::Block &body, std::vector<GroupPlan> plans,
           const Prices &prices);
  Assembly(Assembly &&) = default; // items point to plans
  Assembly &operator=(Assembly &&) = default;

  /// How early inputs may come: so many units before their group, and not
  /// before they must to be there in time if they took so many times as long.
  struct Ahead {
    unsigned units = 0;
    double times = 0;
  };
  /// Brings inputs before their group, as soon as there is room for them, but
  /// no earlier than that. Begins anew, whatever was brought how early before.
  void prefetch(const Ahead &ahead);
  /// Gives each move the local memory that nothing else uses meanwhile.
  void setWindows();
  /// Cycles of the program, by its commands.
  int64_t cycles() const;
  /// Cycles that the array waits before each group, or within it.
  llvm::SmallVector<int64_t> waits() const;
  const std::vector<GroupPlan> &getPlans() const { return plans; }
  /// Whether anything could come early.
  bool hasLoads() const { return !loads.empty(); }
  size_t commandCount() const { return commands; }

private:
  /// A buffer that lives in one unit and may lie elsewhere: a need of a plan.
  struct Slot {
    unsigned plan, need;
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
  /// What a unit keeps the engines busy with, in cycles: the array, and
  /// transfers other than loads that can come early.
  struct Work {
    int64_t array = 0, transfers = 0;
    int64_t idle() const { return std::max<int64_t>(0, array - transfers); }
  };
  /// When a load begins: in a unit, after a part of its idle time; if that is
  /// not known, loads come evenly.
  struct Start {
    unsigned unit = 0;
    std::optional<double> part;
  };
  /// A load of the first slice of an input.
  struct Load {
    unsigned item, input;
    unsigned ready, due; // units: from which on it can come; of its group
    size_t life;         // of its buffer
    int64_t cycles = 0;
  };

  Emitter emit(llvm::function_ref<void(const Step &, llvm::ArrayRef<Command>)>
                   done = {}) const;
  void measure();
  void addItems(mlir::Block &body);
  void decideStores();
  void addLives();
  void addGroupLives(unsigned item);
  size_t addLife(const Life &life);
  void place(const Load &load, unsigned unit);
  std::optional<Place> findPlace(const Load &load, unsigned unit) const;
  bool displace(unsigned unit, Place &place) const;
  llvm::SmallVector<unsigned> livingIn(unsigned first, unsigned last) const;
  void move(unsigned life, int64_t address);
  unsigned earliestUnit(const Load &load, unsigned low) const;
  llvm::SmallVector<Start> latestStarts(double times) const;
  void setSteps(llvm::ArrayRef<Start> starts);
  unsigned readyUnit(mlir::Value value) const;
  unsigned lastUnit(unsigned item) const;
  GroupPlan &planOf(unsigned item) { return plans[planIndex[item]]; }
  const GroupBuffer &needOf(const Slot &slot) const {
    return plans[slot.plan].needs[slot.need];
  }

  mlir::MLIRContext *context;
  const Chip *chip;
  Prices prices;
  std::vector<GroupPlan> plans;
  std::vector<Item> items;
  llvm::SmallVector<unsigned> planIndex; // of items that are groups
  llvm::DenseMap<mlir::Operation *, unsigned> itemOf; // of kernels and moves
  llvm::SmallVector<unsigned> firstUnit;              // of items, and the end
  std::vector<Work> works;                            // of units
  size_t commands = 0;
  std::vector<Life> lives;
  std::vector<Load> loads;
  std::optional<LiveIndex> index; // of lives
  struct {
    std::vector<GroupPlan> plans;
    std::vector<Life> lives;
    std::optional<LiveIndex> index;
  } late; // when nothing comes before its group
};

} // namespace tpu_mlir::tpu
