//===- Magnitude.h - How large values are beside ordinary ones ------------===//
#pragma once

#include "mlir/IR/OpDefinition.h"

#include <limits>

namespace tpu_mlir::top {

/// How large the values of a tensor are beside the ordinary ones of a network,
/// which training keeps within a few powers of ten around 1: enough to tell
/// what 16 bits would not hold, without knowing any number.
struct Magnitude {
  static constexpr double kNone = -std::numeric_limits<double>::infinity();

  /// The power of ordinary values: x has 1, x * x has 2, 1 / x has -1, and what
  /// does not grow with them (sigmoid(x), x / |x|, a constant) has 0.
  double power = 1;
  /// How much larger than that: as a binary logarithm, of a constant its own.
  double factor = 0;
  /// The constant that keeps the values from zero, as a binary logarithm.
  double floor = kNone;
  /// e to the power of ordinary values.
  bool isExponential = false;
  /// Of an op that is worth a finer type than its operands have, see Refines.
  bool isRefined = false;

  /// Of values without unit up to 2^`factor`.
  static Magnitude bounded(double factor = 0) { return {0, factor}; }
  /// Of a constant whose largest element is 2^`factor`.
  static Magnitude constant(double factor) { return {0, factor, factor}; }

  /// To the power of a constant.
  Magnitude raised(double exponent) const;
  Magnitude times(const Magnitude &other) const;
  /// Of values that are some from one, some from another, or sums of both.
  Magnitude joined(const Magnitude &other) const;
};

/// Joins those of all operands.
Magnitude joinMagnitudes(llvm::ArrayRef<Magnitude> operands);

/// Computes numbers, rather than moving them: where an operand has values that
/// 16 bits would not hold, it is to be computed in more.
template <typename ConcreteType>
class ReadsWide : public mlir::OpTrait::TraitBase<ConcreteType, ReadsWide> {};

/// Computes the same (to its readers) from an operand whose huge values, such
/// as a mask's -3.4e38, are smaller but still large.
template <typename ConcreteType>
class AbsorbsOverflow
    : public mlir::OpTrait::TraitBase<ConcreteType, AbsorbsOverflow> {};

/// Hands huge values on to its readers as such.
template <typename ConcreteType>
class PassesOverflow
    : public mlir::OpTrait::TraitBase<ConcreteType, PassesOverflow> {};

/// Sums, or comes close to zero: a result of more bits than the operands' tells
/// more.
template <typename ConcreteType>
class Refines : public mlir::OpTrait::TraitBase<ConcreteType, Refines> {};

} // namespace tpu_mlir::top

#include "dialects/Top/Magnitude.h.inc"
