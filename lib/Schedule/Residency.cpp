//===- Residency.cpp - Values that stay in local memory -------------------===//
#include "lib/Schedule/Residency.h"

#include "lib/Schedule/Group.h"

#include "lib/Support/ChipOf.h"

using namespace mlir;
using namespace tpu_mlir;
using namespace tpu_mlir::tpu;

/// Kernels that read all of a value where it stays.
static bool readsInPlace(OpOperand &use) {
  auto kernel = dyn_cast<KernelOpInterface>(use.getOwner());
  return worksLocally(kernel) &&
         kernel.operandLayout(use.getOperandNumber()) == Layout::Aligned;
}

Residency::Residency(Block &body, int64_t reserve,
                     const llvm::DenseSet<Value> &passing) {
  const Chip &chip = chipOf(body.getParentOp());
  unsigned count = 0;
  for (Operation &op : body)
    positions[&op] = count++;
  index.emplace(count);
  std::vector<std::pair<Value, Stay>> candidates;
  for (Operation &op : body) {
    auto kernel = dyn_cast<KernelOpInterface>(&op);
    if (!worksLocally(&op) || kernel.resultLayout() != Layout::Aligned ||
        passing.contains(op.getResult(0)))
      continue;
    Value result = op.getResult(0);
    Stay stay{{}, positions[&op], positions[&op]};
    for (OpOperand &use : result.getUses())
      if (readsInPlace(use))
        stay.last = std::max(stay.last, positions[use.getOwner()]);
    if (stay.last > stay.first && fitsFields(Tile::whole(result), chip))
      candidates.push_back({result, stay});
  }
  auto sooner = [](const auto &a, const auto &b) {
    return a.second.length() < b.second.length();
  };
  llvm::stable_sort(candidates, sooner);
  const Span room{reserve, chip.laneBytes};
  llvm::erase_if(candidates, [&](const auto &candidate) {
    return !add(candidate.first, candidate.second, room, chip);
  });
  // Once more with the longest at the top, which leaves the rest in one piece
  // most of the time.
  Residency settled;
  settled.index.emplace(count);
  bool fits = llvm::all_of(llvm::reverse(candidates), [&](const auto &each) {
    return settled.add(each.first, each.second, room, chip);
  });
  if (fits) {
    stays = std::move(settled.stays);
    order = std::move(settled.order);
    index = std::move(settled.index);
  }
}

/// Gives a value a place to stay, if there is one.
bool Residency::add(Value value, const Stay &stay, Span room,
                    const Chip &chip) {
  Type type = cast<RankedTensorType>(value.getType()).getElementType();
  int64_t bytes = bytesPerLane(Tile::whole(value), Layout::Aligned, type, chip);
  SmallVector<Span> avoid;
  index->visit(stay.first, stay.last, [&](unsigned other) {
    avoid.push_back(stays.find(order[other])->second.span);
  });
  std::optional<Span> span = placeHigh(bytes, avoid, room);
  if (!span)
    return false;
  stays[value] = {*span, stay.first, stay.last};
  index->add(stay.first, stay.last, order.size());
  order.push_back(value);
  return true;
}

std::optional<int64_t> Residency::heldFor(Value value, Layout layout,
                                          ArrayRef<Operation *> run) const {
  auto found = stays.find(value);
  if (found == stays.end() || layout != Layout::Aligned)
    return std::nullopt;
  const Stay &stay = found->second;
  for (OpOperand &use : value.getUses())
    if (llvm::is_contained(run, use.getOwner()) &&
        positions.lookup(use.getOwner()) > stay.last)
      return std::nullopt;
  return stay.span.begin;
}

std::optional<int64_t> Residency::keepOf(ArrayRef<Operation *> run) const {
  auto found = stays.find(run.back()->getResult(0));
  return found == stays.end() ? std::nullopt
                              : std::optional(found->second.span.begin);
}

SmallVector<Span> Residency::occupied(ArrayRef<Operation *> run) const {
  SmallVector<Span> spans;
  if (!index)
    return spans;
  unsigned first = positions.lookup(run.front());
  unsigned last = positions.lookup(run.back());
  index->visit(first, last, [&](unsigned number) {
    const Stay &stay = stays.find(order[number])->second;
    bool isInner = stay.first >= first && stay.last <= last &&
                   order[number].getDefiningOp() != run.back();
    if (!isInner)
      spans.push_back(stay.span);
  });
  return spans;
}
