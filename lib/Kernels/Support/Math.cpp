//===- Math.cpp - Element-wise programs
//------------------------------------===//
#include "lib/Kernels/Support/Math.h"

using namespace mlir;
using namespace tpu_mlir;
using isa::ArithOp;

isa::Arith Math::arith(ArithOp op, const LocalView &result,
                       unsigned operands) const {
  isa::Arith i;
  i.setFunction(op);
  i.tsk_opd_num = operands;
  setResult(i, result);
  setResultShape(i, shape);
  return i;
}

template <typename InstructionT>
static void setConstant0(InstructionT &i, uint32_t bits, Type type) {
  i.opd0_const = 1;
  i.opd0_addr = bits;
  i.opd0_prec = uint32_t(precisionOf(type));
  i.opd0_sign = isSigned(type);
}

template <typename InstructionT>
static void setConstant1(InstructionT &i, uint32_t bits, Type type) {
  i.opd1_const = 1;
  i.opd1_addr = bits;
  i.opd1_prec = uint32_t(precisionOf(type));
  i.opd1_sign = isSigned(type);
}

static void setOperands(isa::Arith &i, const Math::Operand &a,
                        const Math::Operand &b) {
  Type type = (a.view ? a : b).view->elementType;
  if (a.view)
    setOperand0(i, *a.view);
  else
    setConstant0(i, bitsOf(a.value, type), type);
  if (b.view)
    setOperand1(i, *b.view);
  else
    setConstant1(i, bitsOf(b.value, type), type);
}

void Math::binary(ArithOp op, const LocalView &result, const Operand &a,
                  const Operand &b) const {
  isa::Arith i = arith(op, result, 2);
  setOperands(i, a, b);
  i.fillImplied();
  emitter.append(i);
}

void Math::appendShifted(isa::Arith i, int64_t shift) const {
  if (shift != 0) {
    i.tsk_opd_num = 3;
    i.opd2_const = 1;
    i.opd2_addr = shift & 0xff;
    i.opd2_prec = uint32_t(isa::Precision::I8);
    i.opd2_n_str = uint32_t(Rounding::HalfToEven);
  }
  i.fillImplied();
  emitter.append(i);
}

void Math::integer(ArithOp op, const LocalView &result, const LocalView &a,
                   const LocalView &b, int64_t shift) const {
  isa::Arith i = arith(op, result, 2);
  setOperand0(i, a);
  setOperand1(i, b);
  appendShifted(i, shift);
}

void Math::integer(ArithOp op, const LocalView &result, const LocalView &a,
                   IntegerAttr b, int64_t shift) const {
  isa::Arith i = arith(op, result, 2);
  setOperand0(i, a);
  setConstant1(i, uint32_t(b.getValue().getZExtValue()), b.getType());
  appendShifted(i, shift);
}

void Math::abs(const LocalView &result, const LocalView &a) const {
  isa::Arith i = arith(ArithOp::Abs, result, 1);
  setOperand0(i, a);
  i.fillImplied();
  emitter.append(i);
}

void Math::copy(const LocalView &result, const LocalView &a) const {
  isa::Arith i = arith(ArithOp::Copy, result, 1);
  setOperand0(i, a);
  i.fillImplied();
  emitter.append(i);
}

void Math::fill(const LocalView &result, float value) const {
  isa::Arith i = arith(ArithOp::Copy, result, 1);
  setConstant0(i, bitsOf(value, result.elementType), result.elementType);
  i.fillImplied();
  emitter.append(i);
}

void Math::cast(const LocalView &result, const LocalView &a,
                Rounding rounding) const {
  isa::Arith i = arith(ArithOp::Cast, result, 1);
  setOperand0(i, a);
  i.opd2_sign = isSigned(result.elementType);
  i.opd2_n_str = uint32_t(rounding);
  i.fillImplied();
  emitter.append(i);
}

void Math::select(ArithOp op, const LocalView &result, const Operand &a,
                  const Operand &b, uint32_t bits) const {
  isa::Arith i = arith(op, result, 2);
  setOperands(i, a, b);
  i.opd2_const = 1;
  i.opd2_addr = bits;
  i.opd2_prec = i.res0_prec;
  i.fillImplied();
  emitter.append(i);
}

LocalView Math::asInteger(const LocalView &view) const {
  LocalView integer = view;
  integer.elementType =
      IntegerType::get(context, view.elementType.getIntOrFloatBitWidth());
  return integer;
}

void Math::bitwise(ArithOp op, const LocalView &result, const LocalView &a,
                   const LocalView &b) const {
  isa::Arith i = arith(op, asInteger(result), 2);
  setOperand0(i, asInteger(a));
  setOperand1(i, asInteger(b));
  i.fillImplied();
  emitter.append(i);
}

void Math::bitwise(ArithOp op, const LocalView &result, const LocalView &a,
                   uint32_t bits) const {
  isa::Arith i = arith(op, asInteger(result), 2);
  setOperand0(i, asInteger(a));
  setConstant1(i, bits, asInteger(a).elementType);
  i.fillImplied();
  emitter.append(i);
}

void Math::invert(const LocalView &result, const LocalView &a) const {
  isa::Arith i = arith(ArithOp::Not, asInteger(result), 1);
  setOperand0(i, asInteger(a));
  i.fillImplied();
  emitter.append(i);
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
  isa::Special i;
  i.setFunction(isa::SpecialOp::Taylor);
  setResult(i, result);
  setResultShape(i, shape);
  setOperand0(i, x);
  i.opd1_addr = coefficients.address;
  i.opd1_n = count;
  i.fillImplied();
  emitter.append(i);
}
