//===- Cut.cpp - Kernels cut into groups ----------------------------------===//
#include "lib/Schedule/Cut.h"

using namespace mlir;
using namespace tpu_mlir;
using namespace tpu_mlir::tpu;

Cut::Cut(ArrayRef<Operation *> kernels, unsigned maxOps,
         const Residency &residency, int64_t room, PlanMemo &memo)
    : kernels(kernels), residency(residency), room(room), memo(memo),
      best(kernels.size() + 1), least(kernels.size() + 1) {
  memo.setKernels(kernels);
  for (size_t end = 1; end <= kernels.size(); ++end) {
    for (size_t length = 1; length <= std::min<size_t>(maxOps, end); ++length)
      tryGroup(end - length, end);
    if (!best[end].last)
      misfits.push_back(kernels[end - 1]);
  }
}

std::vector<GroupPlan> Cut::takePlans() {
  std::vector<GroupPlan> plans;
  for (size_t end = kernels.size(); end > 0; end = best[end].start)
    plans.push_back(std::move(*best[end].last));
  std::reverse(plans.begin(), plans.end());
  return plans;
}

static double leastOf(const GroupPlan &plan) {
  return double(plan.workCycles) + kLoadWeight * double(plan.loadCycles);
}

void Cut::tryGroup(size_t start, size_t end) {
  Prefix &prefix = best[end];
  // Slices only add to the work that ops are alone.
  if (prefix.last &&
      best[start].cost + least[end] - least[start] >= prefix.cost)
    return;
  std::optional<GroupPlan> plan = memo.plan(kernels.slice(start, end - start),
                                            residency, kLoadWeight, room);
  if (end - start == 1)
    least[end] = least[start] + (plan ? leastOf(*plan) : 0);
  if (!plan)
    return;
  double cost = best[start].cost + costOf(*plan, kLoadWeight);
  if (!prefix.last || cost < prefix.cost)
    prefix = {cost, start, std::move(plan)};
}
