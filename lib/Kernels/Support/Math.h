//===- Math.h - Element-wise programs
//--------------------------------------===//
#pragma once

#include "lib/Commands/Emitter.h"
#include "lib/Kernels/Operands.h"
#include "mlir/IR/BuiltinAttributes.h"

namespace tpu_mlir {

/// How a conversion rounds; the codes of the command.
enum class Rounding : uint32_t {
  HalfToEven = 0,
  HalfAwayFromZero = 1,
  TowardsZero = 2,
  Down = 3,
  Up = 4,
};

/// Emits element-wise commands on tensors of one shape. Operands are views,
/// which may repeat dimensions by strides of zero, or constants.
class Math {
public:
  Math(Emitter &emitter, mlir::MLIRContext *context,
       const std::array<int64_t, 4> &shape)
      : emitter(emitter), context(context), shape(shape) {}

  /// The same program on tensors of another shape.
  Math withShape(const std::array<int64_t, 4> &other) const {
    return Math(emitter, context, other);
  }

  /// A tensor, or a constant in the precision of the other operand.
  struct Operand {
    Operand(const LocalView &view) : view(view) {}
    Operand(float value) : value(value) {}

    std::optional<LocalView> view;
    float value = 0;
  };

  void binary(isa::ArithOp op, const LocalView &result, const Operand &a,
              const Operand &b) const;
  void add(const LocalView &result, const Operand &a, const Operand &b) const {
    binary(isa::ArithOp::Add, result, a, b);
  }
  void sub(const LocalView &result, const Operand &a, const Operand &b) const {
    binary(isa::ArithOp::Sub, result, a, b);
  }
  void mul(const LocalView &result, const Operand &a, const Operand &b) const {
    binary(isa::ArithOp::Mul, result, a, b);
  }
  void max(const LocalView &result, const Operand &a, const Operand &b) const {
    binary(isa::ArithOp::Max, result, a, b);
  }
  void min(const LocalView &result, const Operand &a, const Operand &b) const {
    binary(isa::ArithOp::Min, result, a, b);
  }
  /// Add, Sub or Mul, or its saturating kind, of integers, the exact result
  /// times 2^shift and rounded to nearest even. What saturates does so as the
  /// operands are signed, differences always.
  void integer(isa::ArithOp op, const LocalView &result, const LocalView &a,
               const LocalView &b, int64_t shift = 0) const;
  void integer(isa::ArithOp op, const LocalView &result, const LocalView &a,
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
  void select(isa::ArithOp op, const LocalView &result, const Operand &a,
              const Operand &b, uint32_t bits) const;
  /// And, Or or Xor bit by bit, or another command of integers; views are taken
  /// as such.
  void bitwise(isa::ArithOp op, const LocalView &result, const LocalView &a,
               const LocalView &b) const;
  void bitwise(isa::ArithOp op, const LocalView &result, const LocalView &a,
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

  /// The same bytes as integers of the same width.
  LocalView asInteger(const LocalView &view) const;

private:
  void appendShifted(isa::Arith i, int64_t shift) const;
  isa::Arith arith(isa::ArithOp op, const LocalView &result,
                   unsigned operands) const;

  Emitter &emitter;
  mlir::MLIRContext *context;
  std::array<int64_t, 4> shape;
};

} // namespace tpu_mlir
