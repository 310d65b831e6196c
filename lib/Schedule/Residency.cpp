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
  struct Candidate {
    Value value;
    unsigned first, last;
  };
  SmallVector<Candidate> candidates;
  for (Operation &op : body) {
    auto kernel = dyn_cast<KernelOpInterface>(&op);
    if (!worksLocally(&op) || kernel.resultLayout() != Layout::Aligned ||
        passing.contains(op.getResult(0)))
      continue;
    Value result = op.getResult(0);
    Candidate candidate{result, positions[&op], positions[&op]};
    for (OpOperand &use : result.getUses())
      if (readsInPlace(use))
        candidate.last = std::max(candidate.last, positions[use.getOwner()]);
    if (candidate.last > candidate.first &&
        fitsFields(Tile::whole(result), chip))
      candidates.push_back(candidate);
  }
  llvm::stable_sort(candidates, [](const Candidate &a, const Candidate &b) {
    return a.last - a.first < b.last - b.first;
  });
  for (const Candidate &candidate : candidates) {
    stays[candidate.value] = {{0, 0}, candidate.first, candidate.last};
    add(candidate.value, reserve, chip);
  }
}

void Residency::add(Value value, int64_t reserve, const Chip &chip) {
  Stay &stay = stays.find(value)->second;
  Type type = cast<RankedTensorType>(value.getType()).getElementType();
  int64_t bytes = bytesPerLane(Tile::whole(value), Layout::Aligned, type, chip);
  SmallVector<Span> avoid;
  index->visit(stay.first, stay.last, [&](unsigned other) {
    avoid.push_back(stays.find(order[other])->second.span);
  });
  std::optional<Span> span = placeHigh(bytes, avoid, {reserve, chip.laneBytes});
  if (!span) {
    stays.erase(value);
    return;
  }
  stay.span = *span;
  index->add(stay.first, stay.last, order.size());
  order.push_back(value);
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
