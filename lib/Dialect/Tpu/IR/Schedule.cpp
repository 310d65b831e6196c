//===- Schedule.cpp - tpu.group
//--------------------------------------------===//
#include "dialects/Tpu/Tpu.h"

using namespace mlir;
using namespace tpu_mlir::tpu;

LogicalResult GroupOp::verify() {
  Block &block = getBody().front();
  auto yield = dyn_cast<YieldOp>(block.back());
  if (!yield || yield.getValue().getType() != getResult().getType())
    return emitOpError("expects to yield a value of the result's type (C4)");
  for (Operation &op : block.without_terminator())
    if (!isa<KernelOpInterface>(op))
      return op.emitOpError("cannot be part of a group: it has no kernel that "
                            "works on slices in local memory (C2)");
  for (Operation &op : block)
    for (Value operand : op.getOperands())
      if (operand.getParentBlock() != &block &&
          !llvm::is_contained(getInputs(), operand))
        return op.emitOpError(
            "expects every outside operand among the inputs of its group (C1)");
  size_t inputs = getInputs().size();
  bool complete = getBuffers() && getBuffers()->size() == inputs &&
                  getLoads() && getLoads()->size() == inputs && getHolds() &&
                  getHolds()->size() == inputs;
  if (getTiling() && !complete)
    return emitOpError() << "expects a buffer, a load and a hold for each of "
                         << inputs << " inputs (C3)";
  return success();
}

bool GroupOp::stores() {
  if (!getKeeps())
    return true;
  return llvm::any_of(getResult().getUses(), [](OpOperand &use) {
    if (isa<GroupOp>(use.getOwner()->getParentOp()))
      return false; // an operand of its group, too
    auto reader = dyn_cast<GroupOp>(use.getOwner());
    return !reader || !reader.getHolds() ||
           (*reader.getHolds())[use.getOperandNumber()] < 0;
  });
}
