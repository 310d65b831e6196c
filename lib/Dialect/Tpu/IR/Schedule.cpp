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
  if (getTiling() &&
      (!getBuffers() || getBuffers()->size() != getInputs().size()))
    return emitOpError() << "expects one buffer for each of "
                         << getInputs().size() << " inputs (C3)";
  return success();
}
