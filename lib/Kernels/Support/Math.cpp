//===- Math.cpp - Element-wise programs -----------------------------------===//
#include "lib/Kernels/Support/Math.h"

using namespace mlir;
using namespace tpu_mlir;

/// An operand beside `other`, which tells the type of a constant.
static Argument argumentOf(const Math::Operand &operand,
                           const Math::Operand &other) {
  if (operand.view)
    return *operand.view;
  Type type = other.view->elementType;
  return {bitsOf(operand.value, type), type};
}

void Math::binary(ArithOp op, const LocalView &result, const Operand &a,
                  const Operand &b) const {
  verbs.arithmetic(emitter, op, elements(result), argumentOf(a, b),
                   argumentOf(b, a));
}

void Math::integer(ArithOp op, const LocalView &result, const LocalView &a,
                   const LocalView &b, int64_t shift) const {
  verbs.arithmetic(emitter, op, elements(result), a, b, shift);
}

void Math::integer(ArithOp op, const LocalView &result, const LocalView &a,
                   IntegerAttr b, int64_t shift) const {
  Argument constant(uint32_t(b.getValue().getZExtValue()), b.getType());
  verbs.arithmetic(emitter, op, elements(result), a, constant, shift);
}

void Math::abs(const LocalView &result, const LocalView &a) const {
  verbs.unary(emitter, UnaryOp::Abs, elements(result), a);
}

void Math::copy(const LocalView &result, const LocalView &a) const {
  verbs.unary(emitter, UnaryOp::Copy, elements(result), a);
}

void Math::fill(const LocalView &result, float value) const {
  Type type = result.elementType;
  verbs.unary(emitter, UnaryOp::Copy, elements(result),
              Argument(bitsOf(value, type), type));
}

void Math::cast(const LocalView &result, const LocalView &a,
                Rounding rounding) const {
  verbs.cast(emitter, elements(result), a, rounding);
}

void Math::select(ArithOp op, const LocalView &result, const Operand &a,
                  const Operand &b, uint32_t bits) const {
  verbs.select(emitter, op, elements(result), argumentOf(a, b),
               argumentOf(b, a), bits);
}

LocalView Math::asInteger(const LocalView &view) const {
  LocalView integer = view;
  integer.elementType =
      IntegerType::get(context, view.elementType.getIntOrFloatBitWidth());
  return integer;
}

void Math::bitwise(ArithOp op, const LocalView &result, const LocalView &a,
                   const LocalView &b) const {
  integer(op, asInteger(result), asInteger(a), asInteger(b));
}

void Math::bitwise(ArithOp op, const LocalView &result, const LocalView &a,
                   uint32_t bits) const {
  LocalView source = asInteger(a);
  verbs.arithmetic(emitter, op, elements(asInteger(result)), source,
                   Argument(bits, source.elementType));
}

void Math::invert(const LocalView &result, const LocalView &a) const {
  verbs.unary(emitter, UnaryOp::Not, elements(asInteger(result)), asInteger(a));
}

void Math::copySign(const LocalView &result, const LocalView &magnitude,
                    const LocalView &x, const LocalView &temporary) const {
  bitwise(ArithOp::And, temporary, x, 0x80000000);
  bitwise(ArithOp::Or, result, magnitude, temporary);
}

void Math::polynomial(const LocalView &result, const LocalView &x,
                      llvm::ArrayRef<float> coefficients,
                      const LocalView &temporary) const {
  mul(temporary, x, coefficients.back());
  for (float coefficient :
       llvm::reverse(coefficients.drop_back().drop_front())) {
    add(result, temporary, coefficient);
    mul(temporary, result, x);
  }
  add(result, temporary, coefficients.front());
}

void Math::series(const LocalView &result, const LocalView &x, unsigned count,
                  const LocalView &coefficients) const {
  verbs.series(emitter, elements(result), x, coefficients.address, count);
}

void Math::series(const LocalView &result, const LocalView &x,
                  llvm::ArrayRef<float> coefficients, uint32_t table) const {
  Math lanes = withShape({1, emitter.getChip().lanes, 1, 1});
  LocalView place{table, LocalView::Compact, {}, x.elementType};
  for (float coefficient : coefficients) {
    lanes.fill(place, coefficient);
    place.address += x.elementType.getIntOrFloatBitWidth() / 8;
  }
  place.address = table;
  series(result, x, coefficients.size(), place);
}
