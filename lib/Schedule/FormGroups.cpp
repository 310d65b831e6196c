//===- FormGroups.cpp - Kernels in groups, tiled --------------------------===//
#include "lib/Schedule/Assembly.h"
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

/// Bytes of a lane in which nothing stays.
static constexpr int64_t kReserve = 64 << 10;
/// What a cycle of a load that can come early counts beside one of work.
static constexpr double kLoadWeight = 0.5;
/// How many units before their group inputs may be loaded.
static constexpr unsigned kPrefetched[] = {0, 16, 64};

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
                                             unsigned maxOps,
                                             const Residency &residency,
                                             double loadWeight) {
  struct Prefix {
    double cost = 0;
    size_t start = 0;
    std::optional<GroupPlan> last;
  };
  std::vector<Prefix> best(kernels.size() + 1);
  bool fits = true;
  for (size_t end = 1; end <= kernels.size(); ++end) {
    Prefix &prefix = best[end];
    for (size_t length = 1; length <= std::min<size_t>(maxOps, end); ++length) {
      size_t start = end - length;
      std::optional<GroupPlan> plan =
          planGroup(kernels.slice(start, length), residency, loadWeight);
      if (!plan)
        continue;
      double cost = best[start].cost + costOf(*plan, loadWeight);
      if (!prefix.last || cost < prefix.cost)
        prefix = {cost, start, std::move(plan)};
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

/// The buffers of a value in the group; where all of it stays, if it has none.
static BufferAttr bufferOf(const GroupPlan &plan, Value value,
                           std::optional<int64_t> whole) {
  auto found = plan.buffers.values.find(value);
  return found == plan.buffers.values.end()
             ? BufferAttr::get(value.getContext(), *whole)
             : BufferAttr::get(value.getContext(), found->second);
}

static void materialize(const GroupPlan &plan) {
  const GroupBody &body = plan.body;
  MLIRContext *context = body.ops.front()->getContext();
  OpBuilder builder(body.ops.back());
  SmallVector<Attribute> buffers;
  SmallVector<int64_t> loads, holds;
  for (auto [input, intake] : llvm::zip(body.inputs, plan.intakes)) {
    buffers.push_back(bufferOf(plan, input, intake.held));
    loads.push_back(intake.load);
    holds.push_back(intake.held.value_or(-1));
  }
  const auto &counts = plan.tiling.counts;
  auto tiling = TilingAttr::get(context, counts[0], counts[1], counts[2],
                                counts[3], plan.tiling.channelsInner);
  Value result = body.result();
  auto group = builder.create<GroupOp>(
      result.getLoc(), result.getType(), body.inputs, tiling,
      builder.getDenseI64ArrayAttr(loads), builder.getDenseI64ArrayAttr(holds),
      builder.getArrayAttr(buffers),
      plan.keep ? builder.getI64IntegerAttr(*plan.keep) : IntegerAttr());
  for (StringRef note : {"tpu.scale", "tpu.zero_point"})
    if (Attribute value = body.ops.back()->getAttr(note))
      group->setAttr(note, value);
  result.replaceAllUsesWith(group.getResult());
  Block &block = group.getBody().emplaceBlock();
  for (Operation *op : body.ops) {
    op->setAttr("tpu.buffer", bufferOf(plan, op->getResult(0), plan.keep));
    auto scratch = plan.buffers.scratch.find(op);
    if (scratch != plan.buffers.scratch.end())
      op->setAttr("tpu.scratch", builder.getDenseI64ArrayAttr(scratch->second));
    op->moveBefore(&block, block.end());
  }
  builder.setInsertionPointToEnd(&block);
  builder.create<YieldOp>(result.getLoc(), result);
}

/// The best of a few schedules, by the cycles of the whole program.
static FailureOr<std::vector<GroupPlan>>
schedule(Block &body, ArrayRef<Operation *> kernels, unsigned maxOps) {
  Residency residency = maxOps > 1 ? Residency(body, kReserve) : Residency();
  FailureOr<std::vector<GroupPlan>> plans =
      cut(kernels, maxOps, residency, kLoadWeight);
  if (failed(plans))
    return failure();
  std::optional<Assembly> best;
  int64_t cycles = 0;
  for (unsigned units : kPrefetched) {
    Assembly assembly(body, *plans);
    assembly.prefetch(units);
    assembly.setWindows();
    int64_t now = assembly.cycles();
    if (best && cycles <= now)
      continue;
    best.emplace(std::move(assembly));
    cycles = now;
  }
  best->setWindows();
  return best->getPlans();
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
    FailureOr<std::vector<GroupPlan>> plans =
        schedule(getOperation().getBody().front(), kernels, maxOps);
    if (failed(plans))
      return signalPassFailure();
    // Last group first: its inputs may be results of groups before it, whose
    // ops have not moved yet.
    for (const GroupPlan &plan : llvm::reverse(*plans))
      materialize(plan);
  }
};
} // namespace
