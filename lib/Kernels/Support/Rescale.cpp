//===- Rescale.cpp - Commands between numbers of different scales
//----------===//
#include "lib/Kernels/Support/Rescale.h"

#include "llvm/ADT/bit.h"

#include <cmath>

using namespace tpu_mlir;
using isa::RequantOp;

FixedPoint::FixedPoint(float value) {
  constexpr int kSignificand = 24; // bits of an f32
  float fraction = std::frexp(value, &shift);
  multiplier = int32_t(std::ldexp(fraction, kSignificand));
  shift -= kSignificand;
}

void tpu_mlir::emitScaled(const Math &math, const LocalView &result,
                          const LocalView &sums, const Math::Operand &scale,
                          const Math::Operand &offset, const LocalView &a,
                          const LocalView &b) {
  math.cast(a, sums);
  math.mul(b, a, scale);
  if (result.elementType.isF32())
    return math.add(result, b, offset);
  math.add(a, b, offset);
  math.cast(result, a);
}

isa::Requant Rescale::command(RequantOp op, const LocalView &result,
                              const LocalView &x) const {
  assert(result.mode == LocalView::Aligned && x.mode == LocalView::Aligned &&
         "the command takes no strides");
  isa::Requant i;
  i.setFunction(op);
  i.res0_addr = result.address;
  i.res0_prec = uint32_t(precisionOf(result.elementType));
  i.opd2_sign = isSigned(result.elementType);
  i.opd0_addr = x.address;
  i.opd0_prec = uint32_t(precisionOf(x.elementType));
  i.opd0_sign = isSigned(x.elementType);
  setResultShape(i, shape);
  return i;
}

void Rescale::append(isa::Requant i) const {
  i.fillImplied();
  emitter.append(i);
}

void Rescale::requantize(const LocalView &result, const LocalView &x,
                         uint32_t address) const {
  isa::Requant i = command(RequantOp::RequantFloat, result, x);
  i.opd1_addr = address;
  append(i);
}

void Rescale::requantize(const LocalView &result, const LocalView &x,
                         float scale, float offset) const {
  isa::Requant i = command(RequantOp::RequantFloat, result, x);
  i.opd1_const = 1;
  i.opd1_addr = llvm::bit_cast<uint32_t>(scale);
  i.opd2_addr = llvm::bit_cast<uint32_t>(offset);
  append(i);
}

/// Two integers of 16 bits in a word.
static uint32_t halves(int64_t low, int64_t high) {
  return uint32_t(low & 0xffff) | uint32_t(high & 0xffff) << 16;
}

void Rescale::requantizeExactly(const LocalView &result, const LocalView &x,
                                float scale, int64_t zeroPoint) const {
  isa::Requant i = command(RequantOp::Requant, result, x);
  FixedPoint number(scale);
  i.opd1_const = 1;
  i.opd1_addr = number.multiplier;
  i.opd2_addr = halves(number.shift & 0xff, zeroPoint);
  append(i);
}

void Rescale::rescale(const LocalView &result, const LocalView &x,
                      int64_t zeroPoint, float scale) const {
  isa::Requant i = command(RequantOp::Dequant, result, x);
  FixedPoint number(scale);
  i.opd1_const = 1;
  i.opd1_addr = halves(zeroPoint, number.shift);
  i.opd2_addr = number.multiplier;
  append(i);
}

void Rescale::dequantize(const LocalView &result, const LocalView &x,
                         int64_t zeroPoint, float scale) const {
  isa::Requant i = command(RequantOp::DequantFloat, result, x);
  i.opd1_const = 1;
  i.opd1_addr = halves(zeroPoint, 0);
  i.opd2_addr = llvm::bit_cast<uint32_t>(scale);
  append(i);
}
