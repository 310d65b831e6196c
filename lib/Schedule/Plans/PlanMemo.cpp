//===- PlanMemo.cpp - Plans of groups that are alike ----------------------===//
#include "lib/Schedule/Plans/PlanMemo.h"

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
    numbers[op] = numberOf.try_emplace(contentOf(op), int64_t(numberOf.size()))
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
  llvm::DenseMap<Value, Value> values;
  llvm::DenseMap<Operation *, Operation *> ops;
  for (auto [from, to] : llvm::zip(plan.body.inputs, body.inputs))
    values[from] = to;
  for (auto [from, to] : llvm::zip(plan.body.ops, body.ops)) {
    values[from->getResult(0)] = to->getResult(0);
    ops[from] = to;
  }
  GroupPlan moved = plan;
  moved.body = std::move(body);
  moved.buffers = GroupBuffers();
  for (const auto &[value, addresses] : plan.buffers.values)
    moved.buffers.values[values.lookup(value)] = addresses;
  for (const auto &[op, addresses] : plan.buffers.scratch)
    moved.buffers.scratch[ops.lookup(op)] = addresses;
  for (GroupBuffer &need : moved.needs) {
    need.value = values.lookup(need.value);
    need.scratchOf = ops.lookup(need.scratchOf);
  }
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
    known->second = planGroup(*body, prices, residency, loadWeight, room);
  else if (known->second)
    return transfer(*known->second, std::move(*body));
  return known->second;
}
