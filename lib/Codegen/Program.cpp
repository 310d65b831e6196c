//===- Program.cpp - From a scheduled function to its commands
//-------------===//
#include "lib/Codegen/Program.h"

#include "dialects/Top/Top.h"
#include "dialects/Tpu/Tpu.h"
#include "lib/Schedule/Steps.h"
#include "lib/Support/ChipOf.h"

#include <memory>

using namespace mlir;
using namespace tpu_mlir;

int64_t tpu_mlir::addressOf(Value value) {
  IntegerAttr address;
  if (auto argument = dyn_cast<BlockArgument>(value))
    address = cast<func::FuncOp>(argument.getOwner()->getParentOp())
                  .getArgAttrOfType<IntegerAttr>(argument.getArgNumber(),
                                                 "tpu.address");
  else
    address = value.getDefiningOp()->getAttrOfType<IntegerAttr>("tpu.address");
  return address ? address.getInt() : -1;
}

namespace {
/// Reads a schedule back from the attributes of a function.
class ScheduleReader {
public:
  explicit ScheduleReader(func::FuncOp function) : function(function) {}

  LogicalResult read() {
    for (Operation &op : function.getBody().front().without_terminator()) {
      if (llvm::isa<top::WeightOp>(op))
        continue;
      if (failed(checkAddresses(op)) || failed(add(op)))
        return failure();
    }
    return success();
  }

  Program emit() {
    Program program;
    Emitter emitter(function.getLoc(), chipOf(function));
    emitSteps(
        emitter, items, stepsOf(items),
        [&](Value value) {
          auto group = outside.find(value);
          return addressOf(group == outside.end() ? value : group->second);
        },
        [&](const Step &step, bool isLast) {
          if (!isLast)
            return;
          for (Value value : ops[step.item]->getResults())
            if (addressOf(value) >= 0)
              program.completions.push_back(
                  {value, emitter.getCommands().size()});
        });
    program.commands = emitter.takeCommands();
    return program;
  }

private:
  static LogicalResult checkAddresses(Operation &op) {
    auto group = dyn_cast<tpu::GroupOp>(op);
    if (group && !group.stores())
      return success();
    for (Value value : op.getResults())
      if (addressOf(value) < 0)
        return op.emitOpError("expects an address in 'tpu.address': run "
                              "--tpu-schedule before --tpu-codegen");
    return success();
  }

  LogicalResult add(Operation &op) {
    Item item;
    if (auto group = dyn_cast<tpu::GroupOp>(op)) {
      if (failed(addGroup(group)))
        return failure();
      item.group = groups.back().get();
      item.slices = sliceGroup(item.group->body, item.group->tiling);
    } else if (llvm::isa<GlobalKernelOpInterface>(op)) {
      item.move = &op;
    } else {
      return op.emitOpError("cannot be turned into commands: expects groups "
                            "and data movement of the tpu dialect");
    }
    items.push_back(std::move(item));
    ops.push_back(&op);
    return success();
  }

  LogicalResult addGroup(tpu::GroupOp group) {
    SmallVector<Operation *> inner;
    for (Operation &op : group.getBody().front().without_terminator())
      inner.push_back(&op);
    std::optional<GroupBody> body = GroupBody::of(inner);
    if (!body || !group.getTiling() ||
        body->inputs.size() != group.getInputs().size())
      return group.emitOpError(
          "expects a schedule: run --tpu-schedule before --tpu-codegen");
    groups.push_back(std::make_unique<GroupSchedule>());
    GroupSchedule &schedule = *groups.back();
    schedule.body = std::move(*body);
    tpu::TilingAttr tiling = *group.getTiling();
    schedule.tiling = {
        {tiling.getN(), tiling.getC(), tiling.getH(), tiling.getW()},
        tiling.getChannelsInner()};
    schedule.stores = group.stores();
    if (std::optional<uint64_t> keeps = group.getKeeps())
      schedule.keep = *keeps;
    schedule.leading = group.getLeading().value_or(0);
    for (auto [input, buffer, load, hold] :
         llvm::zip(group.getInputs(), *group.getBuffers(), *group.getLoads(),
                   *group.getHolds())) {
      Intake intake;
      intake.load = load;
      if (hold >= 0)
        intake.held = hold;
      schedule.intakes.push_back(intake);
      remember(schedule.buffers, input, buffer, intake.held);
    }
    outside[schedule.body.result()] = group.getResult();
    return addOps(schedule);
  }

  static LogicalResult addOps(GroupSchedule &schedule) {
    for (Operation *op : schedule.body.ops) {
      bool isLast = op == schedule.body.ops.back();
      if (!remember(schedule.buffers, op->getResult(0),
                    op->getAttr("tpu.buffer"),
                    isLast ? schedule.keep : std::nullopt))
        return op->emitOpError("expects a local address in 'tpu.buffer'");
      if (auto scratch = op->getAttrOfType<DenseI64ArrayAttr>("tpu.scratch"))
        schedule.buffers.scratch[op].assign(scratch.asArrayRef().begin(),
                                            scratch.asArrayRef().end());
    }
    return success();
  }

  /// Whether there are buffers; those that are where all of a value stays are
  /// none of the group.
  static bool remember(GroupBuffers &buffers, Value value, Attribute attribute,
                       std::optional<int64_t> whole) {
    auto buffer = dyn_cast_or_null<tpu::BufferAttr>(attribute);
    if (!buffer || buffer.getAddresses().empty())
      return false;
    if (!whole || buffer.getAddresses() != ArrayRef(*whole))
      buffers.values[value].assign(buffer.getAddresses().begin(),
                                   buffer.getAddresses().end());
    return true;
  }

  func::FuncOp function;
  std::vector<std::unique_ptr<GroupSchedule>> groups;
  std::vector<Item> items;
  std::vector<Operation *> ops;         // of the items
  llvm::DenseMap<Value, Value> outside; // of groups, by their results inside
};
} // namespace

FailureOr<Program> tpu_mlir::emitProgram(func::FuncOp function) {
  ScheduleReader reader(function);
  if (failed(reader.read()))
    return failure();
  Program program = reader.emit();
  if (program.commands.empty() &&
      llvm::any_of(function.getResultTypes(), hasElements))
    return function.emitError("computes nothing: every result is an input or a "
                              "constant");
  return program;
}
