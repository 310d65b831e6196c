//===- Indices.cpp - Integers that choose rows of tables ------------------===//
#include "lib/Conversion/TopToTpu/Integers/Indices.h"

#include "dialects/Tpu/Tpu.h"
#include "lib/Dialect/Top/Transforms/Weights.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace tpu_mlir;

/// Where the integers of a value come from, through ops that move them; those
/// that compute some may make any index of any.
static void findSources(Value value, llvm::SetVector<Value> &sources) {
  Operation *op = value.getDefiningOp();
  if (!op || isa<top::WeightOp>(op) || op->hasTrait<tpu::ElementByElement>()) {
    sources.insert(value);
    return;
  }
  for (Value operand : op->getOperands())
    if (isa<IntegerType>(getElementTypeOrSelf(operand)))
      findSources(operand, sources);
}

static LogicalResult checkConstant(tpu::GatherOp op, Value weight,
                                   int64_t rows) {
  for (int64_t index :
       top::readIntegers(weight).value_or(std::vector<int64_t>()))
    if (index < -rows || index >= rows)
      return emitError(op.getLoc())
             << "its index " << index << " lies outside of " << rows
             << " elements";
  return success();
}

LogicalResult tpu_mlir::noteIndexLimits(func::FuncOp function) {
  LogicalResult result = success();
  function.walk([&](tpu::GatherOp op) {
    int64_t rows = op.getTable().getType().getDimSize(1);
    llvm::SetVector<Value> sources;
    findSources(op.getIndices(), sources);
    for (Value source : sources) {
      auto argument = dyn_cast<BlockArgument>(source);
      if (!argument) {
        if (failed(checkConstant(op, source, rows)))
          result = failure();
        continue;
      }
      unsigned number = argument.getArgNumber();
      auto known = function.getArgAttrOfType<IntegerAttr>(number, kIndexLimit);
      int64_t limit = known ? std::min(known.getInt(), rows) : rows;
      function.setArgAttr(number, kIndexLimit,
                          Builder(function).getI64IntegerAttr(limit));
    }
  });
  return result;
}
