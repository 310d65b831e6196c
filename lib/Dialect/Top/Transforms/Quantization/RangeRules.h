//===- RangeRules.h - Which quantized type each value gets ----------------===//
//
// 1. A value's range is the table's, cut to what its op can compute: relu and
//    abs are not negative, sigmoid and softmax lie in [0, 1], tanh in [-1, 1],
//    hard_swish is at least -3/8, and so on (`boundsOf`).
// 2. Values between which elements only move (reshape, transpose, concat,
//    split, slice, pad, max pool ...) share one type, that of the union of the
//    ranges of those among them that are computed; so moving is exact.
//    Constants and padding among them count too. Those that the network itself
//    has quantized keep their types, which the others take if all agree; else
//    what such a type can hold is the range of its value.
// 3. What only a relu or clip reads, whose least value is 0, takes the range
//    of its result: storing the integers cuts the rest off, and the op itself
//    has nothing to do.
// 4. What only a function of single elements reads (sigmoid, silu, gelu ...)
//    needs no values beyond those at which the function has become flat, to a
//    quarter of a step of its result.
// 5. Symmetric: a range without negative values becomes u8 of scale
//    threshold / 255, any other i8 of scale threshold / 127. Asymmetric: i8 of
//    scale (max - min) / 255 and the zero point that makes min -128, with 0 in
//    the range. That is also for lopsided ranges in the symmetric way, as of
//    silu, where it makes steps at most two thirds as large.
// 6. Constants: with an axis of their own (filters) i8 of scale max|w| / 127
//    by index, others as their values by rule 5, symmetric.
// 7. What only a multiplication by a positive constant for each channel reads,
//    and a convolution or a function of single elements computes, has a scale
//    for each channel: its stored integers are those of the product.
// 8. What only such a function reads, and a convolution computes, has the i8 of
//    each channel, with zero points, that rule 4 finds for it, within the
//    table's range of NAME[c], if it has one. A convolution stores each channel
//    by a factor of its own anyway.
// 9. What readers tell apart more finely than a step of 8 bits stays a float: a
//    softmax sees differences of logits, however far below them a mask lies; a
//    sine or exponential may change over a step by much of its range.
//    Infinities, and what stands for them, stay floats, too (Resolution.h).
// 10. An op on floats is computed in the fallback type, or in f32 if that does
//    not hold what calibration saw.
//
// The formulas of 5 and 6: Nagel et al., "A White Paper on Neural Network
// Quantization", 2021, sections 2.2 and 2.3.
//===----------------------------------------------------------------------===//
#pragma once

#include "dialects/Top/Top.h"
#include "lib/Dialect/Top/Transforms/ElementFunctions.h"
#include "lib/Dialect/Top/Transforms/Quantization/RangeTable.h"
#include "llvm/ADT/DenseMap.h"

namespace tpu_mlir::top {

/// Rule 1: what results of the op can be, whatever its operands.
struct Bounds {
  double min, max;
};
Bounds boundsOf(mlir::Operation *op);

/// What calibration saw of a value, within the bounds of its op; nothing if the
/// table does not know it.
std::optional<Range> calibratedRange(const RangeTable &table,
                                     mlir::Value value);

/// Cuts off where a function is flat, to less than `change`, at both ends.
void narrowRange(Range &range, const ElementFunction &function, double change);

/// The types of rules 5 and 6.
mlir::quant::UniformQuantizedType
quantizedType(mlir::MLIRContext *context, const Range &range, bool asymmetric);
mlir::quant::UniformQuantizedType constantType(mlir::MLIRContext *context,
                                               llvm::ArrayRef<float> values);
mlir::quant::UniformQuantizedPerAxisType
channelType(mlir::RankedTensorType type, llvm::ArrayRef<float> values,
            unsigned axis);

/// Rule 7: of what becomes `product` when multiplied.
mlir::quant::UniformQuantizedPerAxisType
unscaledType(mlir::quant::UniformQuantizedType product,
             llvm::ArrayRef<float> factors);

/// Rule 5 for a float constant that an op reads.
mlir::Type constantTypeOf(mlir::OpOperand &operand);

/// Types of values by the rules. First all `share` and `absorb`, then `typeOf`.
class RangeRules {
public:
  RangeRules(const RangeTable &table, bool asymmetric)
      : table(table), asymmetric(asymmetric) {}

  /// Rule 2.
  void share(mlir::Value value, mlir::Value with);
  /// Rule 3: `value` has no range of its own.
  void absorb(mlir::Value value) {
    withoutRange.insert(value);
    clipped.insert(value);
  }
  /// `value` is the result of moving: its range is that of its sources.
  void moved(mlir::Value value) { withoutRange.insert(value); }
  /// Rule 4: only `function` reads `value`, and computes `result`.
  void readBy(mlir::Value value, ElementFunction function, mlir::Value result) {
    readers[value] = {std::move(function), result};
  }
  /// A constant that appears among the elements of a value's group.
  void include(mlir::Value value, double element);

  /// Null after a diagnostic if the table has no range, or an empty one.
  mlir::quant::UniformQuantizedType typeOf(mlir::Value value);
  /// Whether the type of rule 3 or 4 leaves out what the table has in range.
  bool isClipped(mlir::Value value) const { return clipped.contains(value); }
  /// Rule 8, of what `function` reads to compute values of type `result`.
  mlir::quant::UniformQuantizedPerAxisType
  channelTypeOf(mlir::Value value, const ElementFunction &function,
                mlir::quant::UniformQuantizedPerAxisType result);

private:
  mlir::Value leaderOf(mlir::Value value);
  std::optional<Range> rangeOf(mlir::Value value);
  std::optional<Range> rangeOfGroup(mlir::Value leader);
  mlir::quant::UniformQuantizedType givenTypeOf(mlir::Value leader);
  llvm::SmallVector<mlir::Value> rangedMembers(mlir::Value leader);
  bool narrow(mlir::Value value, Range &range);

  const RangeTable &table;
  bool asymmetric;
  llvm::DenseMap<mlir::Value, mlir::Value> parents;
  llvm::DenseMap<mlir::Value, llvm::SmallVector<mlir::Value>> members;
  llvm::DenseMap<mlir::Value, llvm::SmallVector<double>> elements;
  llvm::DenseSet<mlir::Value> withoutRange, clipped;
  struct Reader {
    ElementFunction function;
    mlir::Value result;
  };
  llvm::DenseMap<mlir::Value, Reader> readers;
  llvm::DenseMap<mlir::Value, mlir::quant::UniformQuantizedType> types;
};

} // namespace tpu_mlir::top
