//===- FormGroups.cpp - Kernels in groups, tiled --------------------------===//
#include "lib/Schedule/GroupPlan.h"
#include "lib/Schedule/Passes.h"

#include "lib/Target/BM1684X/Chip.h"
#include "mlir/IR/Builders.h"

namespace tpu_mlir::tpu {
#define GEN_PASS_DEF_FORMGROUPS
#include "lib/Schedule/Passes.h.inc"
} // namespace tpu_mlir::tpu

using namespace mlir;
using namespace tpu_mlir;
using namespace tpu_mlir::tpu;

/// How many groups ahead to look for one that completes a joined one.
static constexpr size_t kJoined = 3;

/// Refuses what no chip has room for, before tilings of it are tried.
static LogicalResult checkSize(Operation *kernel) {
  int64_t bytes = 0;
  for (Value value :
       llvm::concat<Value>(llvm::to_vector(kernel->getOperands()),
                           llvm::to_vector(kernel->getResults()))) {
    auto type = cast<ShapedType>(value.getType());
    bytes += type.getNumElements() * type.getElementTypeBitWidth() / 8;
  }
  if (bytes <= bm1684x::kGlobalBytes)
    return success();
  return kernel->emitError("does not fit into global memory: expects operands "
                           "and result of at most ")
         << bm1684x::kGlobalBytes << " bytes together, but found " << bytes;
}

/// The cheapest cut of the kernels into groups: the best way to do the first
/// `end` of them ends with a group that starts at one of the `maxOps` before.
/// Emits an error for each kernel that does not fit even alone.
static FailureOr<std::vector<GroupPlan>> cut(ArrayRef<Operation *> kernels,
                                             unsigned maxOps) {
  struct Prefix {
    int64_t cycles = 0;
    size_t start = 0;
    std::optional<GroupPlan> last;
  };
  std::vector<Prefix> best(kernels.size() + 1);
  bool fits = true;
  for (size_t end = 1; end <= kernels.size(); ++end) {
    Prefix &prefix = best[end];
    for (size_t length = 1; length <= std::min<size_t>(maxOps, end); ++length) {
      size_t start = end - length;
      std::optional<GroupPlan> plan = planGroup(kernels.slice(start, length));
      if (!plan)
        continue;
      int64_t cycles = best[start].cycles + plan->cycles;
      if (!prefix.last || cycles < prefix.cycles)
        prefix = {cycles, start, std::move(plan)};
    }
    if (prefix.last)
      continue;
    fits = false;
    kernels[end - 1]->emitError(
        "does not fit into local memory, however its result is cut: expects "
        "the operands and the result of the smallest slice to take at most "
        "262144 bytes of each lane");
  }
  if (!fits)
    return failure();
  std::vector<GroupPlan> plans;
  for (size_t end = kernels.size(); end > 0; end = best[end].start)
    plans.push_back(std::move(*best[end].last));
  std::reverse(plans.begin(), plans.end());
  return plans;
}

namespace {
/// A group while groups are being joined.
struct Joining {
  GroupPlan plan;
  bool isNew = true; // since the round before
};
} // namespace

/// The groups from `first` on as one, of the fewest that are cheaper so; and
/// how many. A value may be used beyond the next group: what is joined must end
/// where no more than its last value is.
static std::optional<std::pair<GroupPlan, size_t>>
joinFrom(ArrayRef<Joining> groups) {
  SmallVector<Operation *> ops;
  int64_t apart = 0;
  bool anyNew = false;
  for (size_t count = 1; count <= std::min(groups.size(), kJoined + 1);
       ++count) {
    const Joining &group = groups[count - 1];
    ops.append(group.plan.body.ops);
    apart += group.plan.cycles;
    anyNew |= group.isNew;
    if (count == 1 || !anyNew) // tried in the round before
      continue;
    std::optional<GroupBody> body = GroupBody::of(ops);
    std::optional<GroupPlan> plan = body ? planWhole(*body) : std::nullopt;
    if (plan && plan->cycles < apart)
      return std::pair(std::move(*plan), count);
  }
  return std::nullopt;
}

/// Joins groups where that is cheaper: those with one slice can be long, as
/// loads then stay ahead of the work. Neighbours are joined round by round, so
/// that an op is planned again O(log n) times and not once for each group
/// before it.
static void join(std::vector<GroupPlan> &plans) {
  std::vector<Joining> groups;
  for (GroupPlan &plan : plans)
    groups.push_back({std::move(plan)});
  for (bool changed = true; changed;) {
    changed = false;
    std::vector<Joining> next;
    for (size_t i = 0; i < groups.size();) {
      auto joined = joinFrom(ArrayRef(groups).drop_front(i));
      if (joined) {
        next.push_back({std::move(joined->first)});
        i += joined->second;
        changed = true;
        continue;
      }
      next.push_back(std::move(groups[i++]));
      next.back().isNew = false;
    }
    groups = std::move(next);
  }
  plans.clear();
  for (Joining &group : groups)
    plans.push_back(std::move(group.plan));
}

static BufferAttr bufferOf(const GroupPlan &plan, Value value) {
  return BufferAttr::get(value.getContext(),
                         plan.buffers.values.find(value)->second);
}

static void materialize(const GroupPlan &plan) {
  const GroupBody &body = plan.body;
  MLIRContext *context = body.ops.front()->getContext();
  OpBuilder builder(body.ops.back());
  SmallVector<Attribute> buffers;
  for (Value input : body.inputs)
    buffers.push_back(bufferOf(plan, input));
  const auto &counts = plan.tiling.counts;
  auto tiling =
      TilingAttr::get(context, counts[0], counts[1], counts[2], counts[3],
                      plan.tiling.channelsInner, plan.tiling.ahead);
  Value result = body.result();
  auto group =
      builder.create<GroupOp>(result.getLoc(), result.getType(), body.inputs,
                              tiling, builder.getArrayAttr(buffers));
  for (StringRef note : {"tpu.scale", "tpu.zero_point"})
    if (Attribute value = body.ops.back()->getAttr(note))
      group->setAttr(note, value);
  result.replaceAllUsesWith(group.getResult());
  Block &block = group.getBody().emplaceBlock();
  for (Operation *op : body.ops) {
    op->setAttr("tpu.buffer", bufferOf(plan, op->getResult(0)));
    auto scratch = plan.buffers.scratch.find(op);
    if (scratch != plan.buffers.scratch.end())
      op->setAttr("tpu.scratch", builder.getDenseI64ArrayAttr(scratch->second));
    op->moveBefore(&block, block.end());
  }
  builder.setInsertionPointToEnd(&block);
  builder.create<YieldOp>(result.getLoc(), result);
}

namespace {
struct FormGroupsPass : tpu::impl::FormGroupsBase<FormGroupsPass> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<Operation *> kernels;
    for (Operation &op : getOperation().getBody().front())
      if (isa<KernelOpInterface>(op))
        kernels.push_back(&op);
    for (Operation *kernel : kernels)
      if (failed(checkSize(kernel)))
        return signalPassFailure();
    FailureOr<std::vector<GroupPlan>> plans = cut(kernels, maxOps);
    if (failed(plans))
      return signalPassFailure();
    if (maxOps > 1)
      join(*plans);
    // Last group first: its inputs may be results of groups before it, whose
    // ops have not moved yet.
    for (const GroupPlan &plan : llvm::reverse(*plans))
      materialize(plan);
  }
};
} // namespace
