//===- Finish.cpp - After the conversion of a function --------------------===//
#include "lib/Conversion/TopToTpu/Finish.h"

#include "lib/Conversion/TopToTpu/GatherRows.h"
#include "lib/Conversion/TopToTpu/Integers/Indices.h"
#include "lib/Conversion/TopToTpu/Pattern.h"
#include "lib/Dialect/Top/Transforms/Weights.h"

using namespace mlir;
using namespace tpu_mlir;

/// Truth values of a caller, who may mean anything that is not zero.
static Value normalizeTruth(OpBuilder &builder, Location location,
                            Value bytes) {
  auto type = cast<RankedTensorType>(bytes.getType());
  auto zero = builder.create<top::WeightOp>(
      partOf(location),
      DenseElementsAttr::get(
          RankedTensorType::get({1, 1, 1, 1}, type.getElementType()),
          APInt(8, 0)));
  return builder.create<tpu::CompareOp>(partOf(location), type,
                                        tpu::CompareKind::eq, bytes,
                                        zero.getOutput(), /*negated=*/true);
}

/// Arguments become the integers that their readers were given.
static void passArguments(func::FuncOp function) {
  for (BlockArgument argument : function.getArguments()) {
    auto type = cast<RankedTensorType>(argument.getType());
    Type element = storedElement(type.getElementType());
    if (element == type.getElementType())
      continue;
    bool isTruth = type.getElementType().isInteger(1);
    argument.setType(RankedTensorType::get(type.getShape(), element));
    for (Operation *user : llvm::make_early_inc_range(argument.getUsers())) {
      auto cast = dyn_cast<UnrealizedConversionCastOp>(user);
      if (!cast)
        continue; // returned as it is
      OpBuilder builder(cast);
      Value view = builder.create<tpu::ReshapeOp>(
          cast.getLoc(), cast.getResult(0).getType(), argument);
      if (isTruth)
        view = normalizeTruth(builder, argument.getLoc(), view);
      cast.getResult(0).replaceAllUsesWith(view);
      cast.erase();
    }
  }
}

/// Results are returned as the integers that they were computed in.
static void returnIntegers(func::FuncOp function) {
  Operation *end = function.getBody().front().getTerminator();
  for (OpOperand &result : end->getOpOperands()) {
    auto cast = result.get().getDefiningOp<UnrealizedConversionCastOp>();
    if (!cast)
      continue;
    Value integers = cast.getInputs().front();
    OpBuilder builder(end);
    result.set(builder.create<tpu::ReshapeOp>(
        result.get().getLoc(),
        RankedTensorType::get(shapeOf(result.get()), elementOf(integers)),
        integers));
  }
  function.setType(FunctionType::get(function.getContext(),
                                     function.getBody().getArgumentTypes(),
                                     end->getOperandTypes()));
}

/// Joins views of views and of constants, and erases what nothing uses.
static void tidy(func::FuncOp function) {
  function.walk([](tpu::ReshapeOp view) {
    while (auto source = view.getInput().getDefiningOp<tpu::ReshapeOp>())
      view.getInputMutable().assign(source.getInput());
    if (view.getInput().getType() == view.getType())
      return view.replaceAllUsesWith(view.getInput());
    // A view of a constant is a constant, unless the network returns it.
    auto weight = view.getInput().getDefiningOp<top::WeightOp>();
    if (!weight || view.getType().getRank() != 4)
      return;
    OpBuilder builder(weight);
    auto same = builder.create<top::WeightOp>(
        weight.getLoc(),
        top::reshapeElements(weight.getValue(), view.getType().getShape()));
    view.replaceAllUsesWith(same.getOutput());
  });
  SmallVector<Operation *> ops;
  for (Operation &op : function.getBody().front().without_terminator())
    ops.push_back(&op);
  for (Operation *op : llvm::reverse(ops))
    if (isOpTriviallyDead(op))
      op->erase();
}

static Value sourceOf(Value value) {
  while (auto view = value.getDefiningOp<tpu::ReshapeOp>())
    value = view.getInput();
  return value;
}

/// Whether the memory of `value` may be part of another value's.
static bool sharesMemory(Value value) {
  auto isOuter = [](Value whole, unsigned dim) {
    return product(shapeOf(whole).take_front(dim)) == 1;
  };
  if (isa<BlockArgument>(value) ||
      isa<top::WeightOp, tpu::SliceOp>(value.getDefiningOp()))
    return true;
  SmallVector<Value> views = {value};
  while (!views.empty())
    for (Operation *user : views.pop_back_val().getUsers()) {
      if (auto view = dyn_cast<tpu::ReshapeOp>(user))
        views.push_back(view.getResult());
      auto concat = dyn_cast<tpu::ConcatOp>(user);
      if (concat && isOuter(concat.getResult(), concat.getAxis()))
        return true;
    }
  return false;
}

/// Gives every result of the network memory of its own.
static void copyShared(func::FuncOp function) {
  Operation *end = function.getBody().front().getTerminator();
  OpBuilder builder(end);
  DenseSet<Value> returned;
  for (OpOperand &result : end->getOpOperands()) {
    Value source = sourceOf(result.get());
    auto type = cast<RankedTensorType>(result.get().getType());
    if (ElementsAttr none = top::weightOf(source); none && !hasElements(type)) {
      result.set(builder.create<top::WeightOp>(
          result.get().getLoc(), top::reshapeElements(none, type.getShape())));
      continue;
    }
    if (returned.insert(source).second && !sharesMemory(source))
      continue;
    result.set(
        builder.create<tpu::CopyOp>(result.get().getLoc(), type, result.get()));
  }
}

LogicalResult tpu_mlir::finishFunction(func::FuncOp function) {
  passArguments(function);
  returnIntegers(function);
  if (failed(noteIndexLimits(function)))
    return failure();
  gatherRows(function);
  tidy(function);
  copyShared(function);
  return success();
}
