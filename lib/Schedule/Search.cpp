//===- Search.cpp - The best schedule that is found -----------------------===//
#include "lib/Schedule/Search.h"

#include "lib/Schedule/Borders.h"
#include "lib/Schedule/Cut.h"
#include "lib/Schedule/Order.h"
#include "lib/Schedule/Plans/Tilings.h"
#include "lib/Support/ChipOf.h"
#include "lib/Support/Locations.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace tpu_mlir;
using namespace tpu_mlir::tpu;

namespace {
/// How local memory is shared; in bytes of a lane.
struct Shares {
  int64_t reserve; // in which nothing stays
  int64_t room;    // in which groups work, where they can
};
} // namespace

/// The shares of which the best are taken, in sixteenths of a lane.
static constexpr Shares kShares[] = {{4, 16}, {1, 16}, {8, 16}, {4, 8}, {4, 4}};
/// How early inputs may be loaded.
static constexpr Assembly::Ahead kAhead[] = {{0, 0},    {8, 1e9},  {16, 1e9},
                                             {32, 1e9}, {64, 1e9}, {64, 1},
                                             {64, 1.5}, {64, 3}};
/// More ops or commands than this are scheduled with the first shares only,
/// unless the best is asked for.
static constexpr size_t kManyOps = 600;
static constexpr size_t kManyCommands = 100000;
/// Changes of borders that are tried, and at most.
static constexpr unsigned kTrials = 150, kMostTrials = 10000;
/// Chains of movement that are tried in local memory by themselves.
static constexpr size_t kTriedChains = 3;
/// How often ops that work in local memory in vain are sent back.
static constexpr unsigned kRounds = 3;

using Kernels = SmallVector<Operation *>;
using Values = llvm::DenseSet<Value>;

static Shares inBytes(const Shares &sixteenths, const Chip &chip) {
  const int64_t part = chip.laneBytes / 16;
  return {part * sixteenths.reserve, part * sixteenths.room};
}

static Kernels kernelsOf(Block &body) {
  Kernels kernels;
  for (Operation &op : body)
    if (worksLocally(&op))
      kernels.push_back(&op);
  return kernels;
}

/// Runs of these ops that read each other, those of most elements first.
static SmallVector<Kernels> chainsOf(ArrayRef<Operation *> ops) {
  llvm::EquivalenceClasses<Operation *> joined;
  llvm::DenseSet<Operation *> known(ops.begin(), ops.end());
  for (Operation *op : ops) {
    joined.insert(op);
    for (Value operand : op->getOperands())
      if (Operation *maker = operand.getDefiningOp(); known.contains(maker))
        joined.unionSets(op, maker);
  }
  llvm::MapVector<Operation *, Kernels> chains;
  for (Operation *op : ops)
    chains[joined.getLeaderValue(op)].push_back(op);
  SmallVector<Kernels> sorted;
  for (auto &[leader, chain] : chains)
    sorted.push_back(std::move(chain));
  auto elements = [](const Kernels &chain) {
    int64_t most = 0;
    for (Operation *op : chain)
      most = std::max(
          most, cast<ShapedType>(op->getResult(0).getType()).getNumElements());
    return most;
  };
  llvm::stable_sort(sorted, [&](const Kernels &a, const Kernels &b) {
    return elements(a) > elements(b);
  });
  return sorted;
}

static void setLocal(Operation *op, bool isLocal) {
  if (isLocal)
    op->setAttr(kWorksLocally, UnitAttr::get(op->getContext()));
  else
    op->removeAttr(kWorksLocally);
}

/// Ops that can work in local memory or move within global memory.
static Kernels choices(Block &body) {
  Kernels found;
  for (Operation &op : body)
    if (llvm::isa<GlobalKernelOpInterface>(op))
      if (auto kernel = dyn_cast<KernelOpInterface>(op);
          kernel && kernel.available())
        found.push_back(&op);
  return found;
}

/// Whether a group only brings and takes away what a move would.
static bool isInVain(const GroupPlan &plan) {
  return plan.body.ops.size() == 1 && !plan.keep &&
         llvm::isa<GlobalKernelOpInterface>(plan.body.ops.front()) &&
         llvm::none_of(plan.intakes, [](const Intake &intake) {
           return intake.held.has_value();
         });
}

/// A cut in which no op works in local memory in vain; ops that do not fit
/// otherwise are misfits.
static std::vector<GroupPlan> cut(Block &body, unsigned maxOps,
                                  const Shares &shares, const Values &passing,
                                  PlanMemo &memo, Kernels &misfits) {
  for (unsigned round = 0;; ++round) {
    Kernels kernels = kernelsOf(body);
    Residency residency =
        maxOps > 1 ? Residency(body, shares.reserve, passing) : Residency();
    Cut cut(kernels, maxOps, residency, shares.room, memo);
    bool changed = false;
    misfits.clear();
    for (Operation *op : cut.getMisfits()) {
      if (!op->hasAttr(kWorksLocally)) {
        misfits.push_back(op);
        continue;
      }
      setLocal(op, false);
      changed = true;
    }
    if (!misfits.empty())
      return {};
    if (changed)
      continue;
    std::vector<GroupPlan> plans = cut.takePlans();
    for (const GroupPlan &plan : plans)
      if (round < kRounds && isInVain(plan)) {
        setLocal(plan.body.ops.front(), false);
        changed = true;
      }
    if (!changed)
      return plans;
  }
}

/// The program of these groups with the cheapest of several distances at which
/// inputs are loaded early.
static Candidate assemble(Block &body, const std::vector<GroupPlan> &plans,
                          const Prices &prices, int64_t reserve,
                          const Values &passing) {
  Assembly assembly(body, plans, prices);
  Assembly::Ahead best;
  std::optional<int64_t> least;
  ArrayRef<Assembly::Ahead> aheads(kAhead);
  for (const Assembly::Ahead &ahead :
       assembly.hasLoads() ? aheads : aheads.take_front()) {
    assembly.prefetch(ahead);
    assembly.setWindows();
    int64_t cycles = assembly.cycles();
    if (!least || cycles < *least) {
      least = cycles;
      best = ahead;
    }
  }
  assembly.prefetch(best);
  return {std::move(assembly), *least, best, reserve, passing};
}

/// Says why an op does not fit, whose fault that is, and what would help.
static void refuse(Operation *op) {
  const int64_t most = chipOf(op).laneBytes;
  InFlightDiagnostic error =
      op->emitError("does not fit into local memory, however its result is "
                    "cut: expects the smallest slice to take at most ")
      << most << " bytes of each lane";
  std::optional<GroupBody> body = GroupBody::of(op);
  if (!body)
    return;
  LeastNeed need = leastNeed(*body);
  if (need.bytes <= most) {
    error << " and dimensions of at most " << chipOf(op).maxSize;
    return;
  }
  StringRef name = nameOf(need.owner.getLoc());
  bool isResult = need.owner.getDefiningOp() == op;
  error << ", but found " << need.bytes << ", of which "
        << (isResult ? "its result" : "its operand");
  if (!isResult && !name.empty())
    error << " '" << name << "'";
  error << " takes " << need.ownerBytes << " and working memory "
        << need.scratchBytes;
  if (getElementTypeOrSelf(need.owner).isF32())
    error << "; half of that in f16 or bf16";
  else
    error << "; divide the node in the model";
}

namespace {
/// Tries schedules of a body and keeps the cheapest.
class Search {
public:
  Search(Block &body, const SearchOptions &options)
      : body(body), maxOps(options.maxOps), effort(options.effort),
        prices(options.prices), movable(maxOps > 1 ? choices(body) : Kernels()),
        memo(prices) {}

  LogicalResult run() {
    if (failed(attempt({}, kShares[0])))
      return failure();
    if (!movable.empty() && failed(attempt(movable, kShares[0])))
      return failure();
    if (maxOps == 1)
      return success();
    OpOrder early = tailsEarly(body);
    if (early != order) {
      setOrder(body, early);
      if (failed(attempt(movable, kShares[0])))
        return failure();
      setOrder(body, order);
    }
    if (failed(attemptChains()))
      return failure();
    if (effort == Effort::Fast || isLong())
      return success();
    for (const Shares &shares : ArrayRef(kShares).drop_front())
      if (failed(attempt(Kernels(local), shares)))
        return failure();
    return success();
  }

  std::vector<GroupPlan> takePlans() {
    setOrder(body, order);
    markLocal(local);
    memo.setKernels(kernelsOf(body));
    if (maxOps > 1)
      Borders(body, maxOps, prices, *best, memo).improve(trials());
    best->assembly.setWindows();
    return best->assembly.getPlans();
  }

private:
  /// Whether time to compile matters more than a few cycles.
  bool isLong() const {
    return effort != Effort::Best &&
           (order.size() > kManyOps ||
            best->assembly.commandCount() > kManyCommands);
  }

  unsigned trials() const {
    if (effort == Effort::Fast || isLong())
      return 0;
    return effort == Effort::Best ? kMostTrials : kTrials;
  }

  /// Movement pays in local memory for some chains of ops and not for others:
  /// tries the largest of those that do not work there yet.
  LogicalResult attemptChains() {
    Kernels others;
    for (Operation *op : movable)
      if (!llvm::is_contained(local, op))
        others.push_back(op);
    SmallVector<Kernels> chains = chainsOf(others);
    for (const Kernels &chain : ArrayRef(chains).take_front(kTriedChains)) {
      Kernels more(local);
      llvm::append_range(more, chain);
      setOrder(body, order);
      if (failed(attempt(more, kShares[0])))
        return failure();
    }
    return success();
  }

  /// Schedules with these ops, or fewer, in local memory; then once more, when
  /// it is known which values never leave a group and need no place to stay.
  LogicalResult attempt(ArrayRef<Operation *> ops, const Shares &shares) {
    markLocal(ops);
    Values passing;
    if (failed(attempt(shares, passing)))
      return failure();
    return passing.empty() ? success() : attempt(shares, passing);
  }

  LogicalResult attempt(const Shares &sixteenths, Values &passing) {
    const Shares shares = inBytes(sixteenths, chipOf(body.getParentOp()));
    Kernels misfits;
    std::vector<GroupPlan> plans =
        cut(body, maxOps, shares, passing, memo, misfits);
    Values used = passing;
    for (const GroupPlan &plan : plans)
      for (Operation *op : ArrayRef(plan.body.ops).drop_back())
        passing.insert(op->getResult(0));
    for (Operation *op : misfits)
      refuse(op);
    if (!misfits.empty())
      return failure();
    Candidate now = assemble(body, plans, prices, shares.reserve, used);
    if (best && best->cycles <= now.cycles)
      return success();
    best.emplace(std::move(now));
    order = orderOf(body);
    local = Kernels(llvm::make_filter_range(
        movable, [](Operation *op) { return op->hasAttr(kWorksLocally); }));
    return success();
  }

  void markLocal(ArrayRef<Operation *> ops) {
    for (Operation *op : movable)
      setLocal(op, false);
    for (Operation *op : ops)
      setLocal(op, true);
  }

  Block &body;
  unsigned maxOps;
  Effort effort;
  Prices prices;
  Kernels movable, local; // of these, in the best schedule
  OpOrder order;          // of the best schedule
  PlanMemo memo;
  std::optional<Candidate> best;
};
} // namespace

FailureOr<std::vector<GroupPlan>> tpu::schedule(Block &body,
                                                const SearchOptions &options) {
  Search search(body, options);
  if (failed(search.run()))
    return failure();
  return search.takePlans();
}
