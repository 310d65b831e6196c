//===- ScratchModule.cpp - Where an op is tried ---------------------------===//
#include "lib/Schedule/Views/ScratchModule.h"

#include "lib/Support/ChipOf.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace tpu_mlir;
using namespace tpu_mlir::tpu;

OwningOpRef<ModuleOp> tpu::scratchModule(Operation *near, TypeRange arguments) {
  OwningOpRef<ModuleOp> module = ModuleOp::create(near->getLoc());
  (void)setChip(*module, chipOf(near).name); // that of a module is known
  Block &block = module->getBodyRegion().emplaceBlock();
  for (Type type : arguments)
    block.addArgument(type, near->getLoc());
  return module;
}

std::optional<GroupPlan> tpu::planAlone(Operation *op) {
  std::optional<GroupBody> body = GroupBody::of(op);
  return body ? planGroup(*body) : std::nullopt;
}

int64_t tpu::priceOfPassing(Value value) {
  OwningOpRef<ModuleOp> module =
      scratchModule(value.getParentBlock()->getParentOp(), value.getType());
  Block &block = module->getBodyRegion().back();
  OpBuilder builder = OpBuilder::atBlockEnd(&block);
  Operation *pass = builder.create<BinaryScalarOp>(
      value.getLoc(), value.getType(), BinaryKind::max, block.getArgument(0),
      APFloat(0.0f), /*reversed=*/false);
  std::optional<GroupPlan> plan = planAlone(pass);
  return plan ? plan->cycles : 0;
}
