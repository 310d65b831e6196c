//===- PlanMemo.cpp - Plans of groups that are alike ----------------------===//
#include "lib/Schedule/PlanMemo.h"

#include "lib/Kernels/Movement/LaneImage.h"
#include "lib/Support/ChipOf.h"

#include "dialects/Top/Top.h"

using namespace mlir;
using namespace tpu_mlir;
using namespace tpu_mlir::tpu;

static int64_t bitsOf(const void *pointer) {
  return int64_t(reinterpret_cast<uintptr_t>(pointer));
}

/// What an op computes, in which types, and how constants come to it.
static PlanMemo::Key contentOf(Operation *op) {
  PlanMemo::Key key = {bitsOf(op->getName().getAsOpaquePointer()),
                       bitsOf(op->getAttrDictionary().getAsOpaquePointer()),
                       bitsOf(op->getResult(0).getType().getAsOpaquePointer())};
  for (Value operand : op->getOperands()) {
    key.push_back(bitsOf(operand.getType().getAsOpaquePointer()));
    key.push_back(bool(operand.getDefiningOp<top::WeightOp>()));
    if (std::optional<LaneImage> image = laneImageOf(operand, chipOf(op)))
      key.insert(key.end(), {image->lanes, image->channelsPerLane,
                             image->channelBytes, image->sectionBytes});
  }
  return key;
}

void PlanMemo::setKernels(ArrayRef<Operation *> kernels) {
  numbers.clear();
  for (Operation *op : kernels)
    numbers[op] =
        numberOf.try_emplace(contentOf(op), int64_t(numberOf.size()))
            .first->second;
}

PlanMemo::Key PlanMemo::structureOf(ArrayRef<Operation *> ops) const {
  Key key;
  llvm::SmallDenseMap<Value, int64_t, 16> places;
  for (Operation *op : ops) {
    key.push_back(numbers.lookup(op));
    for (Value operand : op->getOperands())
      key.push_back(
          places.try_emplace(operand, int64_t(places.size())).first->second);
    places.try_emplace(op->getResult(0), int64_t(places.size()));
  }
  return key;
}

/// The plan, of which the ops are equal to those of a body, for that body.
static GroupPlan transfer(const GroupPlan &plan, GroupBody body) {
  GroupPlan moved = plan;
  llvm::DenseMap<Value, Value> values;
  for (auto [from, to] : llvm::zip(plan.body.inputs, body.inputs))
    values[from] = to;
  moved.buffers.scratch.clear();
  for (auto [from, to] : llvm::zip(plan.body.ops, body.ops)) {
    values[from->getResult(0)] = to->getResult(0);
    if (auto scratch = plan.buffers.scratch.find(from);
        scratch != plan.buffers.scratch.end())
      moved.buffers.scratch[to] = scratch->second;
  }
  moved.buffers.values.clear();
  for (const auto &[value, addresses] : plan.buffers.values)
    moved.buffers.values[values.lookup(value)] = addresses;
  moved.body = std::move(body);
  return moved;
}

std::optional<GroupPlan> PlanMemo::plan(ArrayRef<Operation *> ops,
                                        const Residency &residency,
                                        double loadWeight, int64_t room) {
  std::optional<GroupBody> body = GroupBody::of(ops);
  if (!body)
    return std::nullopt;
  Key key = structureOf(ops);
  key.push_back(room);
  for (const Span &span : residency.occupied(ops))
    key.insert(key.end(), {span.begin, span.end});
  key.push_back(residency.keepOf(ops).value_or(-1));
  for (auto [input, layout] : llvm::zip(body->inputs, body->inputLayouts))
    key.push_back(residency.heldFor(input, layout, ops).value_or(-1));
  auto [known, isNew] = plans.try_emplace(std::move(key));
  if (isNew)
    known->second = planGroup(*body, residency, loadWeight, room);
  else if (known->second)
    return transfer(*known->second, std::move(*body));
  return known->second;
}
