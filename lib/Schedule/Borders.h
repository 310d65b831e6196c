//===- Borders.h - Other borders between groups ---------------------------===//
#pragma once

#include "lib/Schedule/Assembly.h"
#include "lib/Schedule/Plans/PlanMemo.h"

#include <set>

namespace tpu_mlir::tpu {

/// A schedule and what it was made with.
struct Candidate {
  Assembly assembly;
  int64_t cycles;
  Assembly::Ahead ahead;
  int64_t reserve;                     // bytes of a lane in which nothing stays
  llvm::DenseSet<mlir::Value> passing; // that do not stay
};

/// Looks for cheaper borders than those of a cut, which prices each group by
/// itself: a group that fills local memory costs those behind it their early
/// loads. Changes all groups of one structure at once, those first beside which
/// the array waits longest, and prices the whole program.
class Borders {
public:
  Borders(mlir::Block &body, unsigned maxOps, const Prices &prices,
          Candidate &best, PlanMemo &memo)
      : body(body), maxOps(maxOps), prices(prices), best(best), memo(memo) {}

  /// Tries up to so many changes and keeps those that gain.
  void improve(unsigned trials);

private:
  using Operations = llvm::SmallVector<mlir::Operation *>;
  /// A group to be.
  struct Run {
    Operations ops;
    int64_t room; // bytes of a lane
  };
  using Runs = std::vector<Run>;
  /// Groups of one structure that stand before one other structure.
  struct Kind {
    PlanMemo::Key key;
    llvm::SmallVector<unsigned> places; // of the runs
    int64_t waits = 0;                  // cycles
  };
  /// What becomes of a group, and maybe of the one behind it: the sizes of the
  /// groups that their ops make then, and their room.
  struct Change {
    llvm::SmallVector<unsigned, 2> sizes;
    int64_t room;
    std::optional<bool> stays; // the result of the first, if that changes
  };

  Runs runsOf() const;
  std::vector<Kind> kindsOf(const Runs &runs) const;
  llvm::SmallVector<Change> changesOf(const Runs &runs, unsigned place) const;
  static Runs apply(const Runs &runs, const Kind &kind, const Change &change);
  bool tryChange(const Runs &runs, const Kind &kind, const Change &change);
  bool improveOnce(unsigned &trials);

  mlir::Block &body;
  unsigned maxOps; // in a group
  Prices prices;
  Candidate &best;
  PlanMemo &memo;
  std::set<PlanMemo::Key> tried;
};

} // namespace tpu_mlir::tpu
