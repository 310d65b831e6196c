//===- Quantization.h - Vocabulary of 8-bit integers ----------------------===//
#pragma once

#include "lib/Conversion/TopToTpu/Support/Window.h"

#include <functional>
#include <vector>

namespace tpu_mlir {

/// A stored integer q stands for (q - zeroPoint) * scale.
struct Quantization {
  double scale = 1;
  int64_t zeroPoint = 0, min = -128, max = 127;
  mlir::IntegerType storage;

  bool operator==(const Quantization &other) const {
    return scale == other.scale && zeroPoint == other.zeroPoint &&
           storage == other.storage;
  }
  /// The nearest stored integer.
  int64_t store(double value) const;
  double read(int64_t stored) const {
    return static_cast<double>(stored - zeroPoint) * scale;
  }
};

/// That of a top value with one scale; nothing for floats.
std::optional<Quantization> quantizationOf(mlir::Value value);

/// The same for a value with one scale or one for each channel, dimension 1;
/// empty for floats.
llvm::SmallVector<Quantization> quantizationsOf(mlir::Value value);

/// The elements of a constant: floats, or the stored integers of a quantized
/// one; nothing if it is none or they are not there.
std::optional<std::vector<float>> elementsOf(mlir::Value weight);

/// Whether the op reads or computes quantized values.
bool isQuantizedOp(mlir::Operation *op);

/// The same values in other integers, of the nearest value each.
mlir::Value requantize(Lowering &l, mlir::Value value, const Quantization &from,
                       const Quantization &to);
mlir::Value quantize(Lowering &l, mlir::Value value, const Quantization &to);
mlir::Value dequantize(Lowering &l, mlir::Value value, const Quantization &from,
                       mlir::Type element);

/// A function of each element by a table of all integers; the value itself if
/// they would stay. Types and function may be one for all channels or differ.
using ChannelFunction = std::function<double(int64_t channel, double x)>;
mlir::Value lookup(Lowering &l, mlir::Value value,
                   llvm::ArrayRef<Quantization> from,
                   llvm::ArrayRef<Quantization> to, int64_t channels,
                   const ChannelFunction &function);
mlir::Value lookup(Lowering &l, mlir::Value value,
                   llvm::ArrayRef<Quantization> from,
                   llvm::ArrayRef<Quantization> to,
                   const std::function<double(double)> &function);

/// lhs kind rhs, in views that broadcast, of add, sub, mul, max or min.
mlir::Value quantizedBinary(Lowering &l, tpu::BinaryKind kind, mlir::Value lhs,
                            const Quantization &lhsType, mlir::Value rhs,
                            const Quantization &rhsType,
                            const Quantization &to);

/// The sum of each window times `factor`; padding counts as zeros.
mlir::Value sumWindows(Lowering &l, mlir::Value value, const Quantization &from,
                       const Quantization &to, const Window &window,
                       double factor);

/// What is less than `low` or more than `high` becomes that.
mlir::Value clamp(Lowering &l, mlir::Value value,
                  llvm::ArrayRef<Quantization> type, double low, double high);

/// Computes in floats what has no command for integers; bf16 and f16 hold any
/// stored integer exactly.
mlir::Value inFloats(Lowering &l, mlir::Value value,
                     const std::function<mlir::Value(mlir::Value)> &compute);

} // namespace tpu_mlir
