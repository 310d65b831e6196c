//===- OrderTest.cpp - Which op comes when --------------------------------===//
#include "Tests.h"

#include "lib/Schedule/Order.h"

using namespace mlir;
using namespace tpu_mlir::tpu;

static constexpr llvm::StringLiteral kTwoResults = R"(
func.func @f(%x: tensor<1x8x4x4xf16>) -> (tensor<1x8x4x4xf32>, tensor<1x8x4x4xf16>) {
  %0 = tpu.unary abs %x : tensor<1x8x4x4xf16>
  %1 = tpu.unary neg %0 : tensor<1x8x4x4xf16>
  %2 = tpu.binary add %1, %1 : (tensor<1x8x4x4xf16>, tensor<1x8x4x4xf16>) -> tensor<1x8x4x4xf16>
  %3 = tpu.cast %0 : tensor<1x8x4x4xf16> -> tensor<1x8x4x4xf32>
  return %3, %2 : tensor<1x8x4x4xf32>, tensor<1x8x4x4xf16>
}
)";

void checkOrder(Checks &checks) {
  Parsed parsed(kTwoResults);
  Block &body = parsed.body();
  OpOrder before = orderOf(body);
  checks.expect(before.size() == 4, "the terminator is not part of an order");
  OpOrder early = tailsEarly(body);
  OpOrder expected = {before[0], before[3], before[1], before[2]};
  checks.expect(early == expected,
                "the cast, a way out, comes right after what it reads");
  setOrder(body, early);
  checks.expect(orderOf(body) == early, "the block takes the order");
  checks.expect(tailsEarly(body) == early, "what is early stays so");
  setOrder(body, before);
  checks.expect(orderOf(body) == before, "and its first one again");
}
