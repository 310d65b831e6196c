//===- Program.cpp - From a scheduled function to its commands
//-------------===//
#include "lib/Codegen/Program.h"

#include "dialects/Top/Top.h"
#include "dialects/Tpu/Tpu.h"
#include "lib/Schedule/Group.h"

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

/// Reads a group's schedule back from its attributes.
static LogicalResult emitScheduled(Emitter &emitter, tpu::GroupOp group) {
  SmallVector<Operation *> ops;
  for (Operation &op : group.getBody().front().without_terminator())
    ops.push_back(&op);
  std::optional<GroupBody> body = GroupBody::of(ops);
  if (!body || !group.getTiling() ||
      body->inputs.size() != group.getInputs().size())
    return group.emitOpError(
        "expects a schedule: run --tpu-schedule before --tpu-codegen");
  GroupBuffers buffers;
  auto remember = [&](Value value, Attribute attribute) {
    auto buffer = dyn_cast_or_null<tpu::BufferAttr>(attribute);
    if (!buffer || buffer.getAddresses().empty())
      return false;
    buffers.values[value].assign(buffer.getAddresses().begin(),
                                 buffer.getAddresses().end());
    return true;
  };
  for (auto [input, buffer] : llvm::zip(group.getInputs(), *group.getBuffers()))
    remember(input, buffer);
  for (Operation *op : ops) {
    if (!remember(op->getResult(0), op->getAttr("tpu.buffer")))
      return op->emitOpError("expects a local address in 'tpu.buffer'");
    if (auto scratch = op->getAttrOfType<DenseI64ArrayAttr>("tpu.scratch"))
      buffers.scratch[op].assign(scratch.asArrayRef().begin(),
                                 scratch.asArrayRef().end());
  }
  tpu::TilingAttr attr = *group.getTiling();
  Tiling tiling{{attr.getN(), attr.getC(), attr.getH(), attr.getW()},
                attr.getChannelsInner(),
                attr.getAhead()};
  Value inside = body->result(), outside = group.getResult();
  emitGroup(emitter, *body, tiling, sliceGroup(*body, tiling), buffers,
            [&](Value value) {
              return addressOf(value == inside ? outside : value);
            });
  return success();
}

static void emitMove(Emitter &emitter, GlobalKernelOpInterface op) {
  GlobalBinding binding;
  auto place = [](Value value) {
    return GlobalBuffer{addressOf(value),
                        cast<RankedTensorType>(value.getType())};
  };
  for (Value operand : op->getOperands())
    binding.operands.push_back(place(operand));
  for (Value result : op->getResults())
    binding.results.push_back(place(result));
  emitter.setLocation(op->getLoc());
  op.emitGlobal(emitter, binding);
}

FailureOr<Program> tpu_mlir::emitProgram(func::FuncOp function) {
  Program program;
  Emitter emitter(function.getLoc());
  for (Operation &op : function.getBody().front().without_terminator()) {
    if (llvm::isa<top::WeightOp>(op))
      continue;
    for (Value value : op.getResults())
      if (addressOf(value) < 0)
        return op.emitOpError("expects an address in 'tpu.address': run "
                              "--tpu-schedule before --tpu-codegen");
    if (auto group = dyn_cast<tpu::GroupOp>(&op)) {
      if (failed(emitScheduled(emitter, group)))
        return failure();
    } else if (auto move = dyn_cast<GlobalKernelOpInterface>(&op)) {
      emitMove(emitter, move);
    } else {
      return op.emitOpError(
          "cannot be turned into commands: expects groups and "
          "data movement of the tpu dialect");
    }
    for (Value value : op.getResults())
      program.completions.push_back({value, emitter.getCommands().size()});
  }
  program.commands = emitter.takeCommands();
  if (program.commands.empty() &&
      llvm::any_of(function.getResultTypes(), hasElements))
    return function.emitError("computes nothing: every result is an input or a "
                              "constant");
  return program;
}
