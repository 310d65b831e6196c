//===- Resolution.h - How finely readers tell values apart ----------------===//
#pragma once

#include "lib/Dialect/Top/Transforms/ElementFunctions.h"
#include "lib/Dialect/Top/Transforms/Passes.h"
#include "lib/Dialect/Top/Transforms/Quantization/RangeTable.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SetVector.h"

namespace tpu_mlir::top {

/// Rules 9 and 10 of RangeRules.h: what stays a float because of its readers,
/// and in which type.
class Resolution {
public:
  Resolution(const RangeTable &table, bool asymmetric)
      : table(table), asymmetric(asymmetric) {}

  /// Learns what the op asks of its operands; its readers have been read.
  void read(mlir::Operation *op);
  /// Whether 8 bits cannot hold some value that the op reads or computes:
  /// infinities, or what is as good as infinite.
  bool isUnbounded(mlir::Operation *op) const;
  /// Whether a step of the value's 8 bits is more than a reader can do with.
  bool isTooCoarse(mlir::Value value) const;
  /// Whether the op is a function that changes too much over a step of the 8
  /// bits of what it reads.
  bool isSteep(mlir::Operation *op) const;
  /// `precision`, or f32 where a 16-bit type cannot hold a value, or not finely
  /// enough for a function that reads it.
  Precision widen(mlir::Operation *op, Precision precision);
  /// Whether the type holds what calibration saw of the value.
  bool holds(mlir::Value value, Precision precision) const;
  /// Tells once of all that has become f32.
  void report(mlir::Location location, Precision precision) const;

private:
  /// A function of single elements, what it reads, and how far apart its
  /// results lie.
  struct Curve {
    ElementFunction function;
    Range from;
    double change;
  };
  std::optional<Curve> curveOf(mlir::Operation *op) const;
  bool isSteepIn(mlir::Operation *op, Precision precision) const;
  double stepOf(mlir::Value value) const;
  double wantedBy(mlir::Value value) const;

  const RangeTable &table;
  bool asymmetric;
  /// The largest steps that all readers can do with; others can with any.
  llvm::DenseMap<mlir::Value, double> wanted;
  llvm::SetVector<mlir::Operation *> widened;
  /// Those of them whose operands need f32.
  llvm::DenseSet<mlir::Operation *> exact;
};

} // namespace tpu_mlir::top
