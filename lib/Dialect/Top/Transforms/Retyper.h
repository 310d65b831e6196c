//===- Retyper.h - Gives values of a network other element types ----------===//
#pragma once

#include "lib/Dialect/Top/Transforms/Weights.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tpu_mlir::top {

mlir::RankedTensorType withElement(mlir::Type type, mlir::Type element);

/// The ops of a function but its constants and terminator.
llvm::SmallVector<mlir::Operation *> opsOf(mlir::func::FuncOp function);

/// Changes the element types of floats in one function and puts casts where
/// types meet.
class Retyper {
public:
  explicit Retyper(mlir::func::FuncOp function) : function(function) {}

  /// Lets an op read and compute floats of one type.
  llvm::LogicalResult retype(mlir::Operation *op, mlir::Type element);
  /// `value` in another float or quantized type: a constant, or a cast behind
  /// its op.
  mlir::FailureOr<mlir::Value> convert(mlir::Value value, mlir::Type element);
  /// Lets an operand read `convert` of its value.
  llvm::LogicalResult convert(mlir::OpOperand &operand, mlir::Type element);
  /// Results of the network have the types they had.
  llvm::LogicalResult restoreResults();
  void eraseUnusedWeights();

private:
  mlir::FailureOr<mlir::Value> convertWeight(WeightOp weight,
                                             mlir::Type element);

  mlir::func::FuncOp function;
  llvm::DenseMap<std::pair<mlir::Value, mlir::Type>, mlir::Value> converted;
};

/// A bias is added to sums in f32, so that it may keep those bits.
bool keepsF32(mlir::OpOperand &operand);

} // namespace tpu_mlir::top
