//===- Indices.cpp - Integers that are no quantized floats ----------------===//
#include "lib/Conversion/TopToTpu/Support/Indices.h"

#include "dialects/Tpu/Tpu.h"
#include "lib/Dialect/Top/Transforms/Weights.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace tpu_mlir;

bool tpu_mlir::isIndex(Type type) {
  Type element = getElementTypeOrSelf(type);
  return element.isSignlessInteger(32) || element.isSignlessInteger(64);
}

ElementsAttr tpu_mlir::narrowIndices(Value weight, RankedTensorType type) {
  std::optional<std::vector<int64_t>> wide = top::readIntegers(weight);
  if (!wide || !llvm::all_of(*wide, llvm::isInt<32>))
    return {};
  std::vector<int32_t> narrow(wide->begin(), wide->end());
  return DenseElementsAttr::get(type, ArrayRef(narrow));
}

/// Where the integers of a value come from, through ops that move them.
static void findSources(Value value, llvm::SetVector<Value> &sources) {
  Operation *op = value.getDefiningOp();
  if (!op || isa<top::WeightOp>(op)) {
    sources.insert(value);
    return;
  }
  for (Value operand : op->getOperands())
    if (isIndex(operand.getType()))
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
  constexpr StringLiteral kLimit = "tpu.index_limit";
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
      auto known = function.getArgAttrOfType<IntegerAttr>(number, kLimit);
      int64_t limit = known ? std::min(known.getInt(), rows) : rows;
      function.setArgAttr(number, kLimit,
                          Builder(function).getI64IntegerAttr(limit));
    }
  });
  return result;
}
