//===- Cast.cpp - Conversions between the chip's number formats -----------===//
#include "lib/Simulator/Tiu/Cast.h"

#include "lib/Simulator/Numeric.h"
#include "llvm/Support/MathExtras.h"

using namespace tpu_mlir;
using namespace tpu_mlir::sim;
using isa::Precision;

namespace {
struct FloatFormat {
  unsigned exponentBits, fractionBits;

  int bias() const { return (1 << (exponentBits - 1)) - 1; }
  uint32_t infinity() const {
    return ((1u << exponentBits) - 1) << fractionBits;
  }
  uint32_t signBit() const { return 1u << (exponentBits + fractionBits); }
};
} // namespace

static FloatFormat formatOf(Precision precision) {
  if (precision == Precision::F16)
    return {5, 10};
  return {8, precision == Precision::BF16 ? 7u : 23u};
}

/// Rounding away from zero and towards it are the two outcomes for a magnitude.
/// Half up and half down mean the magnitude in 16-bit formats, the number in
/// f32.
static bool roundsUp(bool negative, int half, bool odd, RoundMode mode,
                     Precision precision) {
  if (precision == Precision::F32 && negative) {
    if (mode == RoundMode::HalfUp)
      return half > 0;
    if (mode == RoundMode::HalfDown)
      return half >= 0;
  }
  switch (mode) {
  case RoundMode::HalfToEven:
    return half > 0 || (half == 0 && odd);
  case RoundMode::HalfAwayFromZero:
  case RoundMode::HalfUp:
    return half >= 0;
  case RoundMode::HalfDown:
    return half > 0;
  case RoundMode::TowardsZero:
    return false;
  case RoundMode::Down:
    return negative;
  case RoundMode::Up:
    return !negative;
  }
  return false;
}

uint32_t sim::packFloat(bool negative, uint64_t mantissa, int exponent,
                        Precision precision, RoundMode mode, bool keepFinite) {
  FloatFormat format = formatOf(precision);
  uint32_t sign = negative ? format.signBit() : 0;
  if (mantissa == 0)
    return sign;
  // The weight of the result's last bit; denormals share the smallest.
  int top = exponent + int(llvm::Log2_64(mantissa));
  int last = std::max(top, 1 - format.bias()) - int(format.fractionBits);
  uint64_t kept;
  if (int drop = last - exponent; drop <= 0) {
    kept = mantissa << -drop;
  } else {
    unsigned right = std::min(drop, 63);
    kept = mantissa >> right;
    uint64_t lost = mantissa - (kept << right), middle = uint64_t(1)
                                                         << (right - 1);
    int half = lost > middle ? 1 : lost == middle ? 0 : -1;
    if (lost != 0 && roundsUp(negative, half, kept & 1, mode, precision))
      ++kept;
  }
  // A carry out of the fraction moves into the exponent by itself.
  uint64_t hidden = uint64_t(1) << format.fractionBits;
  uint64_t bits =
      kept < hidden ? kept
                    : (uint64_t(last + int(format.fractionBits) + format.bias())
                       << format.fractionBits) +
                          (kept - hidden);
  if (bits >= format.infinity()) {
    bool towardsZero = mode == RoundMode::TowardsZero ||
                       (mode == RoundMode::Down && !negative) ||
                       (mode == RoundMode::Up && negative);
    bits = format.infinity() - (keepFinite && towardsZero);
  }
  return sign | uint32_t(bits);
}

static int64_t floatToInteger(float value, Precision to, bool isSigned,
                              RoundMode mode) {
  if (std::isnan(value))
    return 0;
  unsigned bits = isa::bitsOf(to);
  double high =
      isSigned ? std::ldexp(1.0, bits - 1) - 1 : std::ldexp(1.0, bits) - 1;
  double low = isSigned ? -std::ldexp(1.0, bits - 1) : 0;
  if (std::isinf(value))
    return int64_t(value > 0 ? high : low);
  return int64_t(std::clamp(roundToIntegral(value, mode), low, high));
}

/// Bits of an f32 rounded to a narrower format.
static uint32_t narrow(uint32_t bits, Precision to, RoundMode mode) {
  FloatFormat format = formatOf(to);
  bool negative = bits >> 31;
  uint32_t sign = negative ? format.signBit() : 0;
  uint32_t exponent = bits >> 23 & 0xff, fraction = bits & 0x7f'ffff;
  if (exponent == 0) // denormals are zeros
    return sign;
  if (exponent == 0xff)
    return fraction ? sign | (format.signBit() - 1) : sign | format.infinity();
  return packFloat(negative, fraction | 0x80'0000, int(exponent) - 150, to,
                   mode, /*keepFinite=*/false);
}

/// Bits of a float of `precision` rounded to an integral value.
static uint32_t integral(uint32_t bits, Precision precision, RoundMode mode) {
  FloatFormat format = formatOf(precision);
  uint32_t sign = bits & format.signBit();
  if ((bits & ~sign) >= format.infinity())
    return bits;
  float value = precision == Precision::F32   ? floatFromBits(bits)
                : precision == Precision::F16 ? f16ToFloat(uint16_t(bits))
                                              : bf16ToFloat(uint16_t(bits));
  float rounded = float(roundToIntegral(value, mode));
  uint32_t result = precision == Precision::F32   ? bitsOfFloat(rounded)
                    : precision == Precision::F16 ? floatToF16(rounded)
                                                  : floatToBf16(rounded);
  return (result & ~format.signBit()) | sign;
}

static uint32_t floatToFloat(uint32_t bits, Precision from, Precision to,
                             RoundMode mode) {
  if (from == to)
    return integral(bits, from, mode);
  if (from == Precision::F32)
    return narrow(bits, to, mode);
  if (from == Precision::BF16)
    return bits << 16;
  bool isNan = (bits & 0x7fff) > 0x7c00;
  return isNan ? (bits & 0x8000) << 16 | 0x7fff'ffff
               : bitsOfFloat(f16ToFloat(uint16_t(bits)));
}

bool sim::canCast(Precision from, Precision to, RoundMode mode) {
  if (isFloating(from) && isInteger(to))
    return mode <= RoundMode::Up;
  return !(from == Precision::F16 && to == Precision::BF16) &&
         !(from == Precision::BF16 && to == Precision::F16);
}

void sim::castRun(ReadRun from, Precision fromPrecision, bool fromSigned,
                  WriteRun to, Precision toPrecision, bool toSigned,
                  RoundMode mode, unsigned count) {
  if (castVector(from, fromPrecision, fromSigned, to, toPrecision, toSigned,
                 mode, count))
    return;
  int64_t values[longestRun];
  if (isFloating(fromPrecision) && isInteger(toPrecision)) {
    float floats[longestRun];
    loadFloats(from, fromPrecision, /*flush=*/false, count, floats);
    for (unsigned i = 0; i < count; ++i)
      values[i] = floatToInteger(floats[i], toPrecision, toSigned, mode);
    return storeIntegers(values, toPrecision, to, count);
  }
  loadIntegers(from, fromPrecision, fromSigned && isInteger(fromPrecision),
               count, values);
  unsigned bits = isa::bitsOf(toPrecision);
  int64_t high = (int64_t(1) << (toSigned ? bits - 1 : bits)) - 1;
  int64_t low = toSigned ? -high - 1 : 0;
  for (unsigned i = 0; i < count; ++i) {
    int64_t &value = values[i];
    if (isFloating(fromPrecision))
      value = floatToFloat(uint32_t(value), fromPrecision, toPrecision, mode);
    else if (isFloating(toPrecision))
      value = packFloat(value < 0, uint64_t(std::abs(value)), 0, toPrecision,
                        mode, /*keepFinite=*/true);
    else
      value = std::clamp(value, low, high);
  }
  storeIntegers(values, toPrecision, to, count);
}
