//===- Overflow.cpp - Values that calibration found beyond f16 ------------===//
#include "lib/Dialect/Top/Transforms/Precision/Overflow.h"

#include "lib/Dialect/Top/Transforms/Precision/Digits.h"
#include "lib/Dialect/Top/Transforms/Retyper.h"

using namespace mlir;
using namespace tpu_mlir::top;

/// The largest finite magnitude of a value in calibration, if that is too
/// large.
static std::optional<double> overflowOf(Value value, Location location,
                                        const RangeTable &ranges,
                                        FloatType narrow) {
  const RangeTable::Entry *entry = ranges.find(nameOf(location));
  if (!entry || !isReal(value.getType()))
    return std::nullopt;
  double reach = reachOf(entry->range);
  return holds(narrow, reach) ? std::nullopt : std::optional(reach);
}

DenseSet<Operation *> tpu_mlir::top::findOverflowing(func::FuncOp function,
                                                     const RangeTable &ranges,
                                                     FloatType narrow,
                                                     FloatType instead,
                                                     IsGiven isGiven) {
  DenseSet<Operation *> found;
  auto add = [&](Operation *op) {
    return !isGiven(op) && op->getBlock()->getTerminator() != op &&
           found.insert(op).second;
  };
  auto visit = [&](Value value, Location location) {
    std::optional<double> largest = overflowOf(value, location, ranges, narrow);
    if (!largest)
      return;
    bool isNew = value.getDefiningOp() && add(value.getDefiningOp());
    for (Operation *user : value.getUsers())
      isNew |= add(user);
    if (!isNew)
      return;
    emitWarning(location) << "reaches " << digitsOf(*largest)
                          << " in calibration, which becomes infinite in "
                          << narrow << ": what computes and reads it is in "
                          << instead;
  };
  for (BlockArgument argument : function.getArguments())
    visit(argument, argument.getLoc());
  for (Operation *op : opsOf(function))
    for (OpResult result : op->getResults())
      visit(result, locationOf(result));
  return found;
}
