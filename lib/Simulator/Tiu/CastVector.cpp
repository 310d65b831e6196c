//===- CastVector.cpp - The common conversions, without branches ----------===//
//
// The same bits as the general rules of Cast.cpp, in loops that become vectors.
//
//===----------------------------------------------------------------------===//
#include "lib/Simulator/Numeric.h"
#include "lib/Simulator/Tiu/Cast.h"

using namespace tpu_mlir;
using namespace tpu_mlir::sim;
using isa::Precision;

/// The integral value next to `value`, whose magnitude is below 2^31.
template <RoundMode mode> static inline int32_t integralOf(float value) {
  auto whole = int32_t(value);
  float rest = value - float(whole), magnitude = std::fabs(rest);
  int32_t away = rest < 0 ? -1 : 1;
  bool moves = false;
  if constexpr (mode == RoundMode::HalfToEven)
    moves = (magnitude > 0.5f) | ((magnitude == 0.5f) & bool(whole & 1));
  else if constexpr (mode == RoundMode::HalfAwayFromZero)
    moves = magnitude >= 0.5f;
  else if constexpr (mode == RoundMode::Down)
    moves = rest < 0;
  else if constexpr (mode == RoundMode::Up)
    moves = rest > 0;
  return whole + (moves ? away : 0);
}

template <RoundMode mode>
static void roundAll(float *values, unsigned count, int32_t low, int32_t high) {
  // Beyond the range by one, or as far as f32 goes, rounds to its end.
  constexpr float largest = 2147483520; // below 2^31
  float least = std::max(float(low) - 1, -0x1p31f);
  float most = std::min(float(high) + 1, largest);
  for (unsigned i = 0; i < count; ++i) {
    float value = values[i];
    float inside = value < least ? least : value;
    inside = inside > most ? most : inside;
    inside = isNan(bitsOfFloat(value)) ? 0 : inside;
    int32_t rounded = integralOf<mode>(inside);
    rounded = rounded < low ? low : rounded;
    rounded = rounded > high || value >= 0x1p31f ? high : rounded;
    values[i] = floatFromBits(uint32_t(rounded));
  }
}

/// Nearest, ties away from zero; else as floatToF16.
static inline uint16_t awayToF16(float value) {
  uint32_t bits = bitsOfFloat(value);
  uint32_t sign = bits >> 16 & 0x8000, magnitude = bits & 0x7fff'ffff;
  // Below 2^-14 the step is 2^-24.
  float steps =
      floatFromBits(magnitude < 0x3880'0000 ? magnitude : 0) * 0x1p24f;
  auto whole = int32_t(steps);
  uint32_t small = whole + (steps - float(whole) >= 0.5f);
  uint32_t large = ((magnitude + 0x1000) >> 13) - 0x1c000;
  large = magnitude >= 0x4780'0000 ? 0x7c00 : large; // 2^16
  large = magnitude > 0x7f80'0000 ? 0x7fff : large;
  return uint16_t(sign | (magnitude < 0x3880'0000 ? small : large));
}

static inline uint16_t awayToBf16(float value) {
  uint32_t bits = bitsOfFloat(value);
  return uint16_t(isNan(bits) ? bits >> 16 | 0x7fff : (bits + 0x8000) >> 16);
}

static void storeBits(const float *values, Precision precision, WriteRun to,
                      unsigned count) {
  int64_t bits[longestRun];
  for (unsigned i = 0; i < count; ++i)
    bits[i] = bitsOfFloat(values[i]);
  storeIntegers(bits, precision, to, count);
}

static bool narrow(ReadRun from, WriteRun to, Precision toPrecision,
                   RoundMode mode, unsigned count) {
  float values[longestRun];
  loadFloats(from, Precision::F32, /*flush=*/true, count, values);
  auto convert = [&](auto function) {
    for (unsigned i = 0; i < count; ++i)
      values[i] = floatFromBits(function(values[i]));
  };
  bool half = toPrecision == Precision::F16;
  if (mode == RoundMode::HalfToEven)
    half ? convert([](float v) { return floatToF16(v); })
         : convert([](float v) { return floatToBf16(v); });
  else if (mode == RoundMode::HalfAwayFromZero)
    half ? convert([](float v) { return awayToF16(v); })
         : convert([](float v) { return awayToBf16(v); });
  else
    return false;
  storeBits(values, toPrecision, to, count);
  return true;
}

static bool widen(ReadRun from, Precision fromPrecision, WriteRun to,
                  unsigned count) {
  float values[longestRun];
  loadFloats(from, fromPrecision, /*flush=*/false, count, values);
  if (fromPrecision == Precision::F16)
    for (unsigned i = 0; i < count; ++i) {
      uint32_t bits = bitsOfFloat(values[i]);
      values[i] = floatFromBits(isNan(bits) ? bits | 0x7fff'ffff : bits);
    }
  restoreFloats(values, Precision::F32, to, count);
  return true;
}

static bool toInteger(ReadRun from, Precision fromPrecision, WriteRun to,
                      Precision toPrecision, bool toSigned, RoundMode mode,
                      unsigned count) {
  unsigned bits = isa::bitsOf(toPrecision);
  if (bits == 32 && !toSigned)
    return false;
  auto high = int32_t((int64_t(1) << (toSigned ? bits - 1 : bits)) - 1);
  int32_t low = toSigned ? -high - 1 : 0;
  float values[longestRun];
  loadFloats(from, fromPrecision, /*flush=*/false, count, values);
  if (mode > RoundMode::Up)
    return false;
  withConstant(mode, [&](auto constant) {
    roundAll<constant>(values, count, low, high);
  });
  storeBits(values, toPrecision, to, count);
  return true;
}

/// Integers that f32 holds, or that it rounds to the nearest.
static bool convert(ReadRun from, Precision fromPrecision, bool fromSigned,
                    WriteRun to, Precision toPrecision, RoundMode mode,
                    unsigned count) {
  bool fits = bytesOf(fromPrecision) < 4;
  bool nearest = mode == RoundMode::HalfToEven;
  if (!(fits && (toPrecision == Precision::F32 || nearest)) &&
      !(fromSigned && toPrecision == Precision::F32 && nearest))
    return false;
  int64_t integers[longestRun];
  float values[longestRun];
  loadIntegers(from, fromPrecision, fromSigned, count, integers);
  for (unsigned i = 0; i < count; ++i)
    values[i] = float(int32_t(integers[i]));
  storeFloats(values, toPrecision, to, count);
  return true;
}

bool sim::castVector(ReadRun from, Precision fromPrecision, bool fromSigned,
                     WriteRun to, Precision toPrecision, bool toSigned,
                     RoundMode mode, unsigned count) {
  bool fromFloat = isFloating(fromPrecision), toFloat = isFloating(toPrecision);
  if (fromFloat && !toFloat)
    return toInteger(from, fromPrecision, to, toPrecision, toSigned, mode,
                     count);
  if (!fromFloat && toFloat)
    return convert(from, fromPrecision, fromSigned, to, toPrecision, mode,
                   count);
  if (!fromFloat || fromPrecision == toPrecision)
    return false;
  return toPrecision == Precision::F32
             ? widen(from, fromPrecision, to, count)
             : narrow(from, to, toPrecision, mode, count);
}
