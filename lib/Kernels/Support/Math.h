//===- Math.h - Element-wise programs -------------------------------------===//
#pragma once

#include "lib/Kernels/Verbs.h"
#include "mlir/IR/BuiltinAttributes.h"

namespace tpu_mlir {

/// Bytes a lane of a place for the coefficients of a series, at most 16.
constexpr int64_t kSeriesBytes = 64;

/// Emits element-wise commands on tensors of one shape. Operands are views,
/// which may repeat dimensions by strides of zero, or constants.
class Math {
public:
  Math(Emitter &emitter, mlir::MLIRContext *context, const Quad &shape)
      : emitter(emitter), verbs(verbsOf(emitter)), context(context),
        shape(shape) {}

  /// The same program on tensors of another shape.
  Math withShape(const Quad &other) const {
    return Math(emitter, context, other);
  }

  /// A tensor, or a constant in the precision of the other operand.
  struct Operand {
    Operand(const LocalView &view) : view(view) {}
    Operand(float value) : value(value) {}

    std::optional<LocalView> view;
    float value = 0;
  };

  void binary(ArithOp op, const LocalView &result, const Operand &a,
              const Operand &b) const;
  void add(const LocalView &result, const Operand &a, const Operand &b) const {
    binary(ArithOp::Add, result, a, b);
  }
  void sub(const LocalView &result, const Operand &a, const Operand &b) const {
    binary(ArithOp::Sub, result, a, b);
  }
  void mul(const LocalView &result, const Operand &a, const Operand &b) const {
    binary(ArithOp::Mul, result, a, b);
  }
  void max(const LocalView &result, const Operand &a, const Operand &b) const {
    binary(ArithOp::Max, result, a, b);
  }
  void min(const LocalView &result, const Operand &a, const Operand &b) const {
    binary(ArithOp::Min, result, a, b);
  }
  /// Add, Sub or Mul, or its saturating kind, of integers, the exact result
  /// times 2^shift and rounded to nearest even. What saturates does so as the
  /// operands are signed, differences always.
  void integer(ArithOp op, const LocalView &result, const LocalView &a,
               const LocalView &b, int64_t shift = 0) const;
  void integer(ArithOp op, const LocalView &result, const LocalView &a,
               mlir::IntegerAttr b, int64_t shift = 0) const;
  void abs(const LocalView &result, const LocalView &a) const;
  void copy(const LocalView &result, const LocalView &a) const;
  void fill(const LocalView &result, float value) const;
  /// Converts to the element type of the result; between equal types, rounds to
  /// whole numbers.
  void cast(const LocalView &result, const LocalView &a,
            Rounding rounding = Rounding::HalfToEven) const;
  /// result = bits where `op` (SelectGreater, SelectEqual, SelectLess) holds
  /// for a and b, else zeros. Equality is that of bits.
  void select(ArithOp op, const LocalView &result, const Operand &a,
              const Operand &b, uint32_t bits) const;
  /// And, Or or Xor bit by bit, or another command of integers; views are taken
  /// as such.
  void bitwise(ArithOp op, const LocalView &result, const LocalView &a,
               const LocalView &b) const;
  void bitwise(ArithOp op, const LocalView &result, const LocalView &a,
               uint32_t bits) const;
  void invert(const LocalView &result, const LocalView &a) const;
  /// result = magnitude, which is not negative, with the sign of x.
  void copySign(const LocalView &result, const LocalView &magnitude,
                const LocalView &x, const LocalView &temporary) const;

  /// result = c[0] + c[1] x + c[2] x^2 + ...; result, x and the temporary
  /// differ.
  void polynomial(const LocalView &result, const LocalView &x,
                  llvm::ArrayRef<float> coefficients,
                  const LocalView &temporary) const;

  /// The same by one command, of aligned tensors; the coefficients are a
  /// compact row in every lane.
  void series(const LocalView &result, const LocalView &x, unsigned count,
              const LocalView &coefficients) const;
  /// The same with coefficients, at least two, that it first writes to `table`,
  /// an address of every lane.
  void series(const LocalView &result, const LocalView &x,
              llvm::ArrayRef<float> coefficients, uint32_t table) const;

  /// The same bytes as integers of the same width.
  LocalView asInteger(const LocalView &view) const;

private:
  Elements elements(const LocalView &result) const { return {result, shape}; }

  Emitter &emitter;
  const Verbs &verbs;
  mlir::MLIRContext *context;
  Quad shape;
};

} // namespace tpu_mlir
