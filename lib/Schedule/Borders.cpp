//===- Borders.cpp - Other borders between groups -------------------------===//
#include "lib/Schedule/Borders.h"

#include "lib/Schedule/Cut.h"
#include "lib/Support/ChipOf.h"

#include <numeric>

using namespace mlir;
using namespace tpu_mlir;
using namespace tpu_mlir::tpu;

/// Parts of a lane that a group may have to itself.
static constexpr int64_t kRooms[] = {1, 2, 4};

Borders::Runs Borders::runsOf() const {
  Runs runs;
  for (const GroupPlan &plan : best.assembly.getPlans())
    runs.push_back({plan.body.ops, plan.room});
  return runs;
}

std::vector<Borders::Kind> Borders::kindsOf(const Runs &runs) const {
  SmallVector<int64_t> waits = best.assembly.waits();
  std::vector<PlanMemo::Key> keys;
  for (const Run &run : runs)
    keys.push_back(memo.structureOf(run.ops));
  std::map<PlanMemo::Key, Kind> kinds;
  for (auto [place, run] : llvm::enumerate(runs)) {
    PlanMemo::Key key = keys[place];
    key.insert(key.end(), {-1, run.room, -1});
    if (place + 1 < runs.size())
      llvm::append_range(key, keys[place + 1]);
    Kind &kind = kinds[key];
    kind.key = std::move(key);
    kind.places.push_back(place);
    for (size_t near = place; near < std::min(place + 3, runs.size()); ++near)
      kind.waits += waits[near];
  }
  std::vector<Kind> sorted;
  for (auto &[key, kind] : kinds)
    sorted.push_back(std::move(kind));
  llvm::stable_sort(sorted, [](const Kind &a, const Kind &b) {
    return std::pair(-a.waits, a.places.front()) <
           std::pair(-b.waits, b.places.front());
  });
  return sorted;
}

SmallVector<Borders::Change> Borders::changesOf(const Runs &runs,
                                                unsigned place) const {
  const Run &run = runs[place];
  unsigned size = run.ops.size();
  SmallVector<Change> changes;
  for (unsigned first = size - 1; first > 0; --first)
    changes.push_back({{first, size - first}, run.room, {}});
  int64_t lane = chipOf(run.ops.front()).laneBytes;
  for (int64_t part : kRooms)
    if (lane / part != run.room)
      changes.push_back({{size}, lane / part, {}});
  bool stays = !best.passing.contains(run.ops.back()->getResult(0));
  changes.push_back({{size}, run.room, !stays});
  if (place + 1 == runs.size())
    return changes;
  unsigned both = size + runs[place + 1].ops.size();
  int64_t room = std::max(run.room, runs[place + 1].room);
  changes.push_back({{both}, room, {}});
  for (unsigned first = 1; first < both; ++first)
    if (first != size)
      changes.push_back({{first, both - first}, room, {}});
  llvm::erase_if(changes, [&](const Change &change) {
    return llvm::any_of(change.sizes,
                        [&](unsigned size) { return size > maxOps; });
  });
  return changes;
}

/// The groups after a change of some of one kind.
Borders::Runs Borders::apply(const Runs &runs, const Kind &kind,
                             const Change &change) {
  unsigned count = std::accumulate(change.sizes.begin(), change.sizes.end(), 0);
  Runs changed;
  auto place = kind.places.begin();
  for (unsigned at = 0; at < runs.size(); ++at) {
    if (place == kind.places.end() || *place != at) {
      changed.push_back(runs[at]);
      continue;
    }
    Operations ops(runs[at].ops);
    if (count > ops.size())
      llvm::append_range(ops, runs[++at].ops);
    while (place != kind.places.end() && *place <= at)
      ++place;
    ArrayRef<Operation *> rest = ops;
    for (unsigned size : change.sizes) {
      changed.push_back({Operations(rest.take_front(size)), change.room});
      rest = rest.drop_front(size);
    }
  }
  return changed;
}

/// Whether a change makes a cheaper program; keeps it then.
bool Borders::tryChange(const Runs &before, const Kind &kind,
                        const Change &change) {
  Runs runs = apply(before, kind, change);
  llvm::DenseSet<Value> passing = best.passing;
  if (change.stays)
    for (unsigned place : kind.places) {
      Value result = before[place].ops.back()->getResult(0);
      *change.stays ? (void)passing.erase(result)
                    : (void)passing.insert(result);
    }
  if (change.sizes.size() > 1)
    for (const Run &run : runs)
      passing.erase(run.ops.back()->getResult(0));
  Residency residency(body, best.reserve, passing);
  std::vector<GroupPlan> plans;
  for (const Run &run : runs) {
    std::optional<GroupPlan> plan =
        memo.plan(run.ops, residency, kLoadWeight, run.room);
    if (!plan)
      return false;
    plans.push_back(std::move(*plan));
  }
  Assembly assembly(body, std::move(plans), prices);
  assembly.prefetch(best.ahead);
  assembly.setWindows();
  int64_t cycles = assembly.cycles();
  if (cycles >= best.cycles)
    return false;
  best = {std::move(assembly), cycles, best.ahead, best.reserve,
          std::move(passing)};
  return true;
}

/// Whether a change gains, among those not yet tried.
bool Borders::improveOnce(unsigned &trials) {
  Runs runs = runsOf();
  for (const Kind &kind : kindsOf(runs))
    for (const Change &change : changesOf(runs, kind.places.front())) {
      PlanMemo::Key key = kind.key;
      key.insert(key.end(),
                 {-1, change.room, change.stays ? *change.stays : -1});
      llvm::append_range(key, change.sizes);
      if (!tried.insert(std::move(key)).second)
        continue;
      if (trials-- == 0)
        return false;
      if (tryChange(runs, kind, change))
        return true;
    }
  return false;
}

void Borders::improve(unsigned trials) {
  if (!best.assembly.getPlans().empty())
    while (improveOnce(trials)) {
    }
}
