//===- FormGroups.cpp - Kernels in groups, tiled --------------------------===//
#include "lib/Schedule/Passes.h"
#include "lib/Schedule/Search.h"

#include "lib/Support/ChipOf.h"
#include "mlir/IR/Builders.h"

namespace tpu_mlir::tpu {
#define GEN_PASS_DEF_FORMGROUPS
#include "lib/Schedule/Passes.h.inc"
} // namespace tpu_mlir::tpu

using namespace mlir;
using namespace tpu_mlir;
using namespace tpu_mlir::tpu;

/// Refuses what no chip has room for, before tilings of it are tried.
static LogicalResult checkSize(Operation *kernel) {
  int64_t most = chipOf(kernel).globalBytes;
  int64_t bytes = 0;
  for (Value value :
       llvm::concat<Value>(llvm::to_vector(kernel->getOperands()),
                           llvm::to_vector(kernel->getResults()))) {
    auto type = cast<ShapedType>(value.getType());
    bytes += type.getNumElements() * type.getElementTypeBitWidth() / 8;
  }
  if (bytes <= most)
    return success();
  return kernel->emitError("does not fit into global memory: expects operands "
                           "and result of at most ")
         << most << " bytes together, but found " << bytes;
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
      plan.keep ? builder.getI64IntegerAttr(*plan.keep) : IntegerAttr(),
      plan.leading ? builder.getI64IntegerAttr(plan.leading) : IntegerAttr());
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

namespace {
struct FormGroupsPass : tpu::impl::FormGroupsBase<FormGroupsPass> {
  using Base::Base;

  void runOnOperation() override {
    Block &body = getOperation().getBody().front();
    for (Operation &op : body)
      if (worksLocally(&op) && failed(checkSize(&op)))
        return signalPassFailure();
    FailureOr<std::vector<GroupPlan>> plans = schedule(
        body, {maxOps, effort,
               cycles == Preset::Static ? kPrices : Prices{cycles, 0}});
    if (failed(plans))
      return signalPassFailure();
    // Last group first: its inputs may be results of groups before it, whose
    // ops have not moved yet.
    for (const GroupPlan &plan : llvm::reverse(*plans))
      materialize(plan);
  }
};
} // namespace
