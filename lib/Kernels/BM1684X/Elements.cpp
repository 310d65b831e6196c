//===- Elements.cpp - Arithmetic element by element -----------------------===//
#include "lib/Kernels/BM1684X/Fields.h"
#include "lib/Kernels/BM1684X/Verbs.h"

using namespace tpu_mlir;
using namespace tpu_mlir::bm1684x;

static isa::ArithOp codeOf(ArithOp op) {
  switch (op) {
  case ArithOp::Add:
    return isa::ArithOp::Add;
  case ArithOp::Sub:
    return isa::ArithOp::Sub;
  case ArithOp::Mul:
    return isa::ArithOp::Mul;
  case ArithOp::Max:
    return isa::ArithOp::Max;
  case ArithOp::Min:
    return isa::ArithOp::Min;
  case ArithOp::AddSaturate:
    return isa::ArithOp::AddSaturate;
  case ArithOp::SubSaturate:
    return isa::ArithOp::SubSaturate;
  case ArithOp::MulSaturate:
    return isa::ArithOp::MulSaturate;
  case ArithOp::And:
    return isa::ArithOp::And;
  case ArithOp::Or:
    return isa::ArithOp::Or;
  case ArithOp::Xor:
    return isa::ArithOp::Xor;
  case ArithOp::LogicShift:
    return isa::ArithOp::LogicShift;
  case ArithOp::ArithShift:
    return isa::ArithOp::ArithShift;
  case ArithOp::SelectEqual:
    return isa::ArithOp::SelectEqual;
  case ArithOp::SelectGreater:
    return isa::ArithOp::SelectGreater;
  case ArithOp::SelectLess:
    return isa::ArithOp::SelectLess;
  }
  llvm_unreachable("every op has its code");
}

static isa::ArithOp codeOf(UnaryOp op) {
  switch (op) {
  case UnaryOp::Copy:
    return isa::ArithOp::Copy;
  case UnaryOp::Abs:
    return isa::ArithOp::Abs;
  case UnaryOp::Not:
    return isa::ArithOp::Not;
  }
  llvm_unreachable("every op has its code");
}

static uint32_t codeOf(Rounding rounding) {
  switch (rounding) {
  case Rounding::HalfToEven:
    return 0;
  case Rounding::HalfAwayFromZero:
    return 1;
  case Rounding::TowardsZero:
    return 2;
  case Rounding::Down:
    return 3;
  case Rounding::Up:
    return 4;
  }
  llvm_unreachable("every rounding has its code");
}

static isa::Arith commandOf(isa::ArithOp op, const Elements &elements,
                            unsigned operands) {
  isa::Arith i;
  i.setFunction(op);
  i.tsk_opd_num = operands;
  setResult(i, elements.result);
  setResultShape(i, elements.shape);
  return i;
}

static void set0(isa::Arith &i, const Argument &a) {
  if (a.view)
    return setOperand0(i, *a.view);
  i.opd0_const = 1;
  i.opd0_addr = a.bits;
  i.opd0_prec = precisionOf(a.type);
  i.opd0_sign = isSigned(a.type);
}

static void set1(isa::Arith &i, const Argument &b) {
  if (b.view)
    return setOperand1(i, *b.view);
  i.opd1_const = 1;
  i.opd1_addr = b.bits;
  i.opd1_prec = precisionOf(b.type);
  i.opd1_sign = isSigned(b.type);
}

static void append(Emitter &emitter, isa::Arith i) {
  i.fillImplied();
  emitter.append(i);
}

void ChipVerbs::arithmetic(Emitter &emitter, ArithOp op,
                           const Elements &elements, const Argument &a,
                           const Argument &b, int64_t shift) const {
  isa::Arith i = commandOf(codeOf(op), elements, shift == 0 ? 2 : 3);
  set0(i, a);
  set1(i, b);
  if (shift != 0) {
    i.opd2_const = 1;
    i.opd2_addr = shift & 0xff;
    i.opd2_prec = uint32_t(isa::Precision::I8);
    i.opd2_n_str = codeOf(Rounding::HalfToEven);
  }
  // Bits that leave to the right are dropped.
  if (op == ArithOp::LogicShift || op == ArithOp::ArithShift)
    i.opd2_n_str = codeOf(Rounding::Down);
  append(emitter, i);
}

void ChipVerbs::unary(Emitter &emitter, UnaryOp op, const Elements &elements,
                      const Argument &a) const {
  isa::Arith i = commandOf(codeOf(op), elements, 1);
  set0(i, a);
  append(emitter, i);
}

void ChipVerbs::select(Emitter &emitter, ArithOp comparison,
                       const Elements &elements, const Argument &a,
                       const Argument &b, uint32_t bits) const {
  isa::Arith i = commandOf(codeOf(comparison), elements, 2);
  set0(i, a);
  set1(i, b);
  i.opd2_const = 1;
  i.opd2_addr = bits;
  i.opd2_prec = i.res0_prec;
  append(emitter, i);
}

void ChipVerbs::cast(Emitter &emitter, const Elements &elements,
                     const LocalView &a, Rounding rounding) const {
  isa::Arith i = commandOf(isa::ArithOp::Cast, elements, 1);
  setOperand0(i, a);
  i.opd2_sign = isSigned(elements.result.elementType);
  i.opd2_n_str = codeOf(rounding);
  append(emitter, i);
}

void ChipVerbs::series(Emitter &emitter, const Elements &elements,
                       const LocalView &x, uint32_t coefficients,
                       unsigned count) const {
  isa::Special i;
  i.setFunction(isa::SpecialOp::Taylor);
  setResult(i, elements.result);
  setResultShape(i, elements.shape);
  setOperand0(i, x);
  i.opd1_addr = coefficients;
  i.opd1_n = count;
  i.fillImplied();
  emitter.append(i);
}
