//===- Lowering.h - Vocabulary in which top ops are lowered ---------------===//
#pragma once

#include "dialects/Top/Top.h"
#include "dialects/Tpu/Tpu.h"
#include "lib/Target/Chip.h"
#include "mlir/IR/Builders.h"

#include <array>
#include <string>

namespace tpu_mlir {

using Shape = llvm::SmallVector<int64_t, 6>;
using ShapeRef = llvm::ArrayRef<int64_t>;

/// The dimensions of a value of any rank.
ShapeRef shapeOf(mlir::Value value);
mlir::Type elementOf(mlir::Value value);
int64_t product(ShapeRef sizes);

/// Builds tpu ops for one top op. Every value is rank-4; result types follow
/// from operands. The first failure's reason is kept for the diagnostic.
class Lowering {
public:
  Lowering(mlir::OpBuilder &builder, mlir::Location location, const Chip &chip,
           std::string &reason)
      : builder(builder), location(location), chip(chip), reason(reason) {}

  /// Records why the op cannot be lowered; returns the null value.
  mlir::Value fail(const llvm::Twine &why);

  //===--------------------------------------------------------------------===//
  // Constants
  //===--------------------------------------------------------------------===//

  mlir::Value constant(ShapeRef shape, mlir::Type element,
                       llvm::ArrayRef<float> values);
  /// [1, 1, 1, 1]
  mlir::Value splat(float value, mlir::Type element);
  /// The same of an integer type, which has the value.
  mlir::Value integerSplat(int64_t value, mlir::Type element);

  //===--------------------------------------------------------------------===//
  // Arithmetic; operands broadcast in each of the four dimensions
  //===--------------------------------------------------------------------===//

  mlir::Value unary(tpu::UnaryKind kind, mlir::Value input);
  mlir::Value binary(tpu::BinaryKind kind, mlir::Value lhs, mlir::Value rhs);
  mlir::Value scalar(tpu::BinaryKind kind, mlir::Value input, double value);
  /// value kind input
  mlir::Value reversed(tpu::BinaryKind kind, double value, mlir::Value input);
  mlir::Value select(tpu::CompareKind kind, mlir::Value lhs, mlir::Value rhs,
                     mlir::Value onTrue, mlir::Value onFalse);
  /// The truth value of a comparison, or its opposite.
  mlir::Value compare(tpu::CompareKind kind, mlir::Value lhs, mlir::Value rhs,
                      bool negated = false);
  mlir::Value where(mlir::Value condition, mlir::Value onTrue,
                    mlir::Value onFalse);
  /// In the integer type of lhs.
  mlir::Value integer(tpu::IntegerKind kind, mlir::Value lhs, mlir::Value rhs);
  mlir::Value integerScalar(tpu::IntegerKind kind, mlir::Value input,
                            int64_t scalar);
  mlir::Value cast(mlir::Value input, mlir::Type element);
  /// In f32, where 16 bits would lose too much on the way.
  mlir::Value wide(mlir::Value input) {
    return cast(input, builder.getF32Type());
  }

  mlir::Value add(mlir::Value lhs, mlir::Value rhs) {
    return binary(tpu::BinaryKind::add, lhs, rhs);
  }
  mlir::Value sub(mlir::Value lhs, mlir::Value rhs) {
    return binary(tpu::BinaryKind::sub, lhs, rhs);
  }
  mlir::Value mul(mlir::Value lhs, mlir::Value rhs) {
    return binary(tpu::BinaryKind::mul, lhs, rhs);
  }
  mlir::Value div(mlir::Value lhs, mlir::Value rhs) {
    return binary(tpu::BinaryKind::div, lhs, rhs);
  }
  mlir::Value add(mlir::Value input, double value) {
    return scalar(tpu::BinaryKind::add, input, value);
  }
  mlir::Value mul(mlir::Value input, double value) {
    return scalar(tpu::BinaryKind::mul, input, value);
  }
  mlir::Value max(mlir::Value input, double value) {
    return scalar(tpu::BinaryKind::max, input, value);
  }
  mlir::Value min(mlir::Value input, double value) {
    return scalar(tpu::BinaryKind::min, input, value);
  }
  /// min(max(input, 0), limit), if there is a limit.
  mlir::Value relu(mlir::Value input, std::optional<llvm::APFloat> limit);

  //===--------------------------------------------------------------------===//
  // Windows, lines, matrices
  //===--------------------------------------------------------------------===//

  /// `pads` are [top, left, bottom, right].
  mlir::Value pool(tpu::PoolKind kind, mlir::Value input, ShapeRef kernel,
                   ShapeRef strides, ShapeRef pads, double scale = 1.0);
  mlir::Value matmul(mlir::Value lhs, mlir::Value rhs,
                     bool transposeRhs = false);
  mlir::Value softmax(mlir::Value input, bool log);
  mlir::Value normalize(mlir::Value input, float epsilon);

  //===--------------------------------------------------------------------===//
  // Data movement
  //===--------------------------------------------------------------------===//

  mlir::Value reshape(mlir::Value input, ShapeRef shape);
  mlir::Value permute(mlir::Value input, ShapeRef order);
  mlir::Value slice(mlir::Value input, ShapeRef offsets, ShapeRef sizes,
                    ShapeRef steps);
  /// `size` elements of one dimension from `offset`, each `step`-th.
  mlir::Value slice(mlir::Value input, unsigned dim, int64_t offset,
                    int64_t size, int64_t step = 1);
  mlir::Value concat(llvm::ArrayRef<mlir::Value> inputs, unsigned dim);
  mlir::Value pad(mlir::Value input, ShapeRef low, ShapeRef high, double value);
  mlir::Value broadcast(mlir::Value input, ShapeRef shape);
  mlir::Value upsample(mlir::Value input, ShapeRef scale);

  mlir::OpBuilder &builder;
  const mlir::Location location;
  const Chip &chip;

private:
  mlir::RankedTensorType typed(ShapeRef shape, mlir::Value like);

  std::string &reason;
};

} // namespace tpu_mlir
