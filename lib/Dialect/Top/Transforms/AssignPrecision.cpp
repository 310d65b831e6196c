//===- AssignPrecision.cpp - Chooses the float type of each op ------------===//
#include "lib/Dialect/Top/Transforms/Passes.h"

#include "lib/Dialect/Top/Transforms/Overrides.h"
#include "lib/Dialect/Top/Transforms/Quantization/IntegerForms.h"
#include "lib/Dialect/Top/Transforms/Retyper.h"
#include "mlir/IR/BuiltinOps.h"

namespace tpu_mlir::top {
#define GEN_PASS_DEF_ASSIGNPRECISION
#include "lib/Dialect/Top/Transforms/Passes.h.inc"
} // namespace tpu_mlir::top

using namespace mlir;
using namespace tpu_mlir::top;

namespace {

struct AssignPrecisionPass
    : tpu_mlir::top::impl::AssignPrecisionBase<AssignPrecisionPass> {
  using AssignPrecisionBase::AssignPrecisionBase;

  void runOnOperation() override;

private:
  LogicalResult assign(func::FuncOp function, Overrides &table);
};

} // namespace

LogicalResult AssignPrecisionPass::assign(func::FuncOp function,
                                          Overrides &table) {
  Retyper retyper(function);
  for (Operation *op : opsOf(function)) {
    if (hasOwnIntegers(op))
      continue;
    Precision chosen = table.find(op).value_or(precision);
    if (failed(retyper.retype(op, floatType(chosen, &getContext()))))
      return failure();
  }
  if (failed(retyper.restoreResults()))
    return failure();
  retyper.eraseUnusedWeights();
  return success();
}

void AssignPrecisionPass::runOnOperation() {
  Location location = getOperation().getLoc();
  FailureOr<Overrides> table =
      Overrides::read(overrides, /*integers=*/false, location);
  if (failed(table))
    return signalPassFailure();
  for (auto function : getOperation().getOps<func::FuncOp>())
    if (failed(assign(function, *table)))
      return signalPassFailure();
  if (failed(table->reportUnknown(location)))
    signalPassFailure();
}
