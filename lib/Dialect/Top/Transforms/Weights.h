//===- Weights.h - Reading and building constants of a network ------------===//
#pragma once

#include "dialects/Top/Top.h"
#include "lib/Support/Locations.h"
#include "mlir/IR/Builders.h"

#include <optional>
#include <vector>

namespace tpu_mlir::top {

using tpu_mlir::locationOf;
using tpu_mlir::nameOf;

/// The attribute behind a value that is a `top.weight`, else null.
mlir::ElementsAttr weightOf(mlir::Value value);

/// The elements as floats, row-major: those of an f32 blob in place, all others
/// (f16, bf16, i1, dense) converted to a copy of their own.
class FloatData {
public:
  explicit FloatData(std::vector<float> values) : owned(std::move(values)) {}

  /// Nothing if the elements are neither floats nor i1, or not there (elided).
  static std::optional<FloatData> read(mlir::ElementsAttr attribute);
  /// The same for a value that is a `top.weight`.
  static std::optional<FloatData> read(mlir::Value value);

  llvm::ArrayRef<float> values() const {
    return inPlace.empty() ? llvm::ArrayRef<float>(owned) : inPlace;
  }
  float operator[](size_t index) const { return values()[index]; }
  size_t size() const { return values().size(); }

private:
  FloatData() = default;

  llvm::ArrayRef<float> inPlace;
  std::vector<float> owned;
};

/// The elements of an integer or i1 weight, row-major; nothing if they are no
/// integers or not there.
std::optional<std::vector<int64_t>> readIntegers(mlir::Value value);

/// What the stored integers of a quantized weight stand for; nothing if they
/// are not there.
std::optional<std::vector<float>> readQuantized(WeightOp weight);

/// The one value that all elements of a float or i1 weight have.
std::optional<float> readSplat(mlir::Value value);

/// Rounds to the element type, to nearest even; overflow becomes infinity. Of
/// i8 and ui8 the values are whole numbers in their range.
/// Small tensors become `dense`, others a `dense_resource` blob of a new name
/// that starts with `name`.
mlir::ElementsAttr makeElements(mlir::RankedTensorType type,
                                llvm::ArrayRef<float> values,
                                llvm::StringRef name);

/// A `top.weight` of `makeElements`, named after the location.
WeightOp makeWeight(mlir::OpBuilder &builder, mlir::Location location,
                    mlir::RankedTensorType type, llvm::ArrayRef<float> values);

/// The same for a quantized element type, whose stored integers are computed
/// from floats: divided by the scale, to nearest even, at the range's ends
/// where they exceed it.
WeightOp makeQuantizedWeight(mlir::OpBuilder &builder, mlir::Location location,
                             mlir::RankedTensorType type,
                             llvm::ArrayRef<float> values);

/// The same elements in another shape; a blob is shared, not copied.
mlir::ElementsAttr reshapeElements(mlir::ElementsAttr attribute,
                                   llvm::ArrayRef<int64_t> shape);

} // namespace tpu_mlir::top
