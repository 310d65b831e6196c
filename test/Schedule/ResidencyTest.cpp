//===- ResidencyTest.cpp - Values that stay in local memory ---------------===//
#include "Tests.h"

#include "lib/Schedule/Residency.h"
#include "lib/Target/Chip.h"

using namespace mlir;
using namespace tpu_mlir;
using namespace tpu_mlir::tpu;

// %0 is read twice, by %1 and, after %2, by %3; a lane has 32 KiB of each.
static constexpr llvm::StringLiteral kChain = R"(
func.func @f(%x: tensor<1x64x128x128xf16>) -> tensor<1x64x128x128xf16> {
  %0 = tpu.unary abs %x : tensor<1x64x128x128xf16>
  %1 = tpu.unary neg %0 : tensor<1x64x128x128xf16>
  %2 = tpu.unary abs %1 : tensor<1x64x128x128xf16>
  %3 = tpu.binary add %0, %2 : (tensor<1x64x128x128xf16>, tensor<1x64x128x128xf16>) -> tensor<1x64x128x128xf16>
  return %3 : tensor<1x64x128x128xf16>
}
)";

static std::optional<int64_t> held(const Residency &residency, Operation *made,
                                   Operation *reader) {
  return residency.heldFor(made->getResult(0), Layout::Aligned, reader);
}

void checkResidency(Checks &checks) {
  Parsed parsed(kChain);
  Operation *a = parsed.op(0), *b = parsed.op(1), *c = parsed.op(2),
            *sum = parsed.op(3);
  int64_t laneBytes = chipNamed("bm1684x")->laneBytes;
  Residency all(parsed.body(), /*reserve=*/0);
  checks.expect(held(all, a, b) && held(all, a, b) == held(all, a, sum),
                "a value stays at one place for all that read it");
  checks.expect(held(all, b, c) != held(all, a, b),
                "values that stay at the same time lie apart");
  checks.expect(!all.keepOf(sum), "what only the end reads does not stay");
  checks.expect(all.occupied(c).size() == 3,
                "an op leaves alone its operand, its result, and the rest");
  Residency tight(parsed.body(), laneBytes - (64 << 10));
  checks.expect(held(tight, b, c) && !held(tight, a, b),
                "what is read soonest stays first");
  checks.expect(*held(tight, b, c) >= laneBytes - (64 << 10),
                "nothing stays in the reserve");
  Residency passing(parsed.body(), 0, {a->getResult(0)});
  checks.expect(!held(passing, a, b), "what passes within a group does not");
  checks.expect(!held(Residency(), a, b), "by default nothing stays");
}
