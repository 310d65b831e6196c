//===- AssignPrecision.cpp - Chooses the float type of each op ------------===//
#include "lib/Dialect/Top/Transforms/Passes.h"

#include "lib/Dialect/Top/Transforms/Overrides.h"
#include "lib/Dialect/Top/Transforms/Precision/LimitConstants.h"
#include "lib/Dialect/Top/Transforms/Precision/Overflow.h"
#include "lib/Dialect/Top/Transforms/Precision/WideOps.h"
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
  Type type(Precision chosen) { return floatType(chosen, &getContext()); }
  DenseMap<Operation *, Precision> findExceptions(func::FuncOp function,
                                                  const RangeTable &found,
                                                  Overrides &table);
  LogicalResult assign(func::FuncOp function, const RangeTable &found,
                       Overrides &table);
};

} // namespace

/// The ops that compute in another type for the sake of their values.
DenseMap<Operation *, Precision>
AssignPrecisionPass::findExceptions(func::FuncOp function,
                                    const RangeTable &found, Overrides &table) {
  DenseMap<Operation *, Precision> exceptions;
  if (precision == Precision::F32)
    return exceptions;
  auto narrow = cast<FloatType>(type(precision));
  auto isGiven = [&](Operation *op) {
    return hasOwnIntegers(op) || table.find(op) || exceptions.contains(op);
  };
  for (Operation *op : limitInputs(function, narrow))
    exceptions[op] = Precision::F32;
  for (Operation *op : findWideOps(function, narrow, isGiven))
    exceptions[op] = Precision::F32;
  for (Operation *op : findOverflowing(
           function, found, narrow, cast<FloatType>(type(fallback)), isGiven))
    exceptions[op] = fallback;
  return exceptions;
}

LogicalResult AssignPrecisionPass::assign(func::FuncOp function,
                                          const RangeTable &found,
                                          Overrides &table) {
  Retyper retyper(function);
  DenseMap<Operation *, Precision> exceptions =
      findExceptions(function, found, table);
  for (Operation *op : opsOf(function)) {
    if (hasOwnIntegers(op))
      continue;
    auto exception = exceptions.find(op);
    Precision chosen = table.find(op).value_or(
        exception == exceptions.end() ? precision : exception->second);
    if (failed(retyper.retype(op, type(chosen))))
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
  FailureOr<RangeTable> found = RangeTable();
  if (!ranges.empty())
    found = RangeTable::read(ranges, location);
  if (failed(table) || failed(found))
    return signalPassFailure();
  for (auto function : getOperation().getOps<func::FuncOp>()) {
    found->warnOfParts(function);
    if (failed(assign(function, *found, *table)))
      return signalPassFailure();
  }
  if (failed(table->reportUnknown(location)))
    signalPassFailure();
}
