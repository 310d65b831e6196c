//===- PlanTest.cpp - Plans, their prices, and borders between them -------===//
#include "Tests.h"

#include "lib/Schedule/Borders.h"

using namespace mlir;
using namespace tpu_mlir;
using namespace tpu_mlir::tpu;

// Two equal pairs, and their sum.
static constexpr llvm::StringLiteral kPairs = R"(
func.func @f(%x: tensor<1x64x96x96xf16>, %y: tensor<1x64x96x96xf16>) -> tensor<1x64x96x96xf16> {
  %0 = tpu.unary abs %x : tensor<1x64x96x96xf16>
  %1 = tpu.unary neg %0 : tensor<1x64x96x96xf16>
  %2 = tpu.unary abs %y : tensor<1x64x96x96xf16>
  %3 = tpu.unary neg %2 : tensor<1x64x96x96xf16>
  %4 = tpu.binary add %1, %3 : (tensor<1x64x96x96xf16>, tensor<1x64x96x96xf16>) -> tensor<1x64x96x96xf16>
  return %4 : tensor<1x64x96x96xf16>
}
)";

static SmallVector<Operation *> kernelsOf(Parsed &parsed) {
  SmallVector<Operation *> kernels;
  for (Operation &op : parsed.body().without_terminator())
    kernels.push_back(&op);
  return kernels;
}

static void checkMemo(Checks &checks) {
  Parsed parsed(kPairs);
  SmallVector<Operation *> kernels = kernelsOf(parsed);
  ArrayRef<Operation *> all = kernels, pair = all.slice(0, 2),
                        other = all.slice(2, 2);
  PlanMemo memo(kPrices);
  memo.setKernels(kernels);
  checks.expect(memo.structureOf(pair) == memo.structureOf(other),
                "equal ops that read each other alike have one structure");
  checks.expect(memo.structureOf(pair) != memo.structureOf(all.slice(1, 2)),
                "other ops have another");
  auto plan = memo.plan(pair, {}, 1, kWholeLane);
  auto same = memo.plan(other, {}, 1, kWholeLane);
  checks.expect(plan && same, "both pairs have a plan");
  if (!plan || !same)
    return;
  checks.expect(plan->cycles == same->cycles, "which costs the same");
  checks.expect(same->body.inputs.front() == parsed.body().getArgument(1),
                "and is about the ops that were asked for");
  for (const GroupBuffer &need : same->needs)
    checks.expect(llvm::is_contained(same->body.inputs, need.value) ||
                      llvm::is_contained(other, need.value.getDefiningOp()),
                  "a buffer is that of a value of these ops");
  Residency residency(parsed.body(), /*reserve=*/0);
  auto beside = memo.plan(other, residency, 1, kWholeLane);
  checks.expect(beside && beside->keep && !same->keep,
                "what stays beside a group makes another plan");
}

static void checkPrice(Checks &checks) {
  Parsed parsed(kPairs);
  std::optional<GroupBody> body = GroupBody::of(kernelsOf(parsed));
  auto cycles = [&](Prices prices) { return planGroup(*body, prices)->cycles; };
  int64_t atOnce = cycles({Preset::Static, 0});
  checks.expect(cycles({Preset::Static, 100}) > atOnce, "a start costs cycles");
  checks.expect(cycles({Preset::Silicon, 0}) > atOnce,
                "boards take longer than the vendor's model tells");
}

static void checkBorders(Checks &checks) {
  Parsed parsed(kPairs);
  SmallVector<Operation *> kernels = kernelsOf(parsed);
  PlanMemo memo(kPrices);
  memo.setKernels(kernels);
  std::vector<GroupPlan> plans;
  for (Operation *&op : kernels)
    plans.push_back(*memo.plan(op, {}, 1, kWholeLane));
  Assembly alone(parsed.body(), plans, kPrices);
  alone.prefetch({});
  int64_t before = alone.cycles();
  DenseSet<Value> passing; // nothing stays
  for (Operation *op : kernels)
    passing.insert(op->getResult(0));
  Candidate best{std::move(alone), before, {}, 0, passing};
  Borders(parsed.body(), 1, kPrices, best, memo).improve(0);
  checks.expect(best.cycles == before, "without trials nothing changes");
  Borders(parsed.body(), 5, kPrices, best, memo).improve(100);
  checks.expect(best.cycles < before, "values that stay save transfers");
  SmallVector<Operation *> covered;
  for (const GroupPlan &plan : best.assembly.getPlans())
    llvm::append_range(covered, plan.body.ops);
  checks.expect(covered == kernels, "each op is in one group, in order");
  checks.expect(best.assembly.cycles() == best.cycles,
                "the price is that of the program");
}

void checkPlans(Checks &checks) {
  checkMemo(checks);
  checkPrice(checks);
  checkBorders(checks);
}
