//===- Integers.h - Integers and truth values as the chip has them --------===//
//
// Token ids, masks, positions and all else that is no quantized float: truth
// values are 0 and 1 in ui8, numbers of 64 bits lie in 32.
//===----------------------------------------------------------------------===//
#pragma once

#include "lib/Conversion/TopToTpu/Support/View.h"

namespace tpu_mlir {

/// The element type that carries the integers or truth values of a `top` type;
/// null for others.
mlir::Type carrierOf(mlir::Type element);

/// What elements lie in memory as: floats themselves, quantized types their
/// integers, others their carrier.
mlir::Type storedElement(mlir::Type element);

/// Whether a tensor holds integers or truth values that are no quantized
/// floats.
bool isInteger(mlir::Type tensor);

/// The elements of a constant in the type that carries them; null where one
/// does not fit or none is there.
mlir::ElementsAttr carry(mlir::Value weight, mlir::RankedTensorType type);

/// The number that all elements of an operand of two are, if it is a constant
/// that does not enlarge the result.
std::optional<int64_t> integerScalarOf(mlir::Operation *op, unsigned operand);

/// lhs kind rhs of an op's two operands, which broadcast.
mlir::Value integerBinary(tpu::IntegerKind kind, mlir::Operation *op,
                          mlir::ValueRange operands, Lowering &l);

/// |x|; the least value of a type is its own.
mlir::Value absoluteInteger(Lowering &l, mlir::Value x);
/// -x, of the low bits.
mlir::Value negateInteger(Lowering &l, mlir::Value x);
/// Bit by bit.
mlir::Value invertInteger(Lowering &l, mlir::Value x);
/// -1, 0 or 1.
mlir::Value integerSign(Lowering &l, mlir::Value x);

/// lhs / rhs towards zero, in views that broadcast; 0 where rhs is.
mlir::Value divideIntegers(Lowering &l, mlir::Value lhs, mlir::Value rhs);

/// The rest of that, with the sign of lhs, or of rhs if `floor`.
mlir::Value integerRemainder(Lowering &l, mlir::Value lhs, mlir::Value rhs,
                             bool floor);

/// The low bits of base^exponent, with a constant that is not negative.
mlir::Value integerPower(Lowering &l, mlir::Value base, int64_t exponent);
/// The same with one for each element, in views that broadcast; negative ones
/// leave 0, unless the base is 1 or -1.
mlir::Value integerPower(Lowering &l, mlir::Value base, mlir::Value exponent);

/// Moves bits; from the width on, and by negative amounts, only copies of the
/// sign are left, to the right.
mlir::Value shiftInteger(Lowering &l, mlir::Value x, mlir::Value amount,
                         bool right);

} // namespace tpu_mlir
