//===- Rounding.h - The chip's round modes --------------------------------===//
#pragma once

#include <cmath>
#include <cstdint>

namespace tpu_mlir::sim {

/// Codes as commands carry them (most in opd2_n_str).
enum class RoundMode : uint8_t {
  HalfToEven = 0,
  HalfAwayFromZero = 1,
  TowardsZero = 2,
  Down = 3,
  Up = 4,
  HalfUp = 5,
  HalfDown = 6,
};
constexpr unsigned roundModeCount = 7;

/// `value` * 2^`amount`, rounded where bits are lost: to the left if positive.
/// Left shifts must stay inside 128 bits.
inline __int128 shift(__int128 value, int amount, RoundMode mode) {
  if (amount >= 0)
    return __int128(static_cast<unsigned __int128>(value) << amount);
  unsigned right = unsigned(-amount) < 126 ? unsigned(-amount) : 126;
  __int128 floor = value >> right;
  __int128 lost = value - (floor << right), half = __int128(1) << (right - 1);
  if (lost == 0)
    return floor;
  switch (mode) {
  case RoundMode::HalfToEven:
    return floor + (lost > half || (lost == half && (floor & 1)));
  case RoundMode::HalfAwayFromZero:
    return floor + (lost > half || (lost == half && value > 0));
  case RoundMode::TowardsZero:
    return floor + (value < 0);
  case RoundMode::Down:
    return floor;
  case RoundMode::Up:
    return floor + 1;
  case RoundMode::HalfUp:
    return floor + (lost >= half);
  case RoundMode::HalfDown:
    return floor + (lost > half);
  }
  return floor;
}

/// The integral value next to a finite `value`.
inline double roundToIntegral(double value, RoundMode mode) {
  double floor = std::floor(value), lost = value - floor;
  bool up = false;
  switch (mode) {
  case RoundMode::HalfToEven:
    up = lost > 0.5 || (lost == 0.5 && std::fmod(floor, 2.0) != 0);
    break;
  case RoundMode::HalfAwayFromZero:
    up = lost > 0.5 || (lost == 0.5 && value > 0);
    break;
  case RoundMode::TowardsZero:
    up = lost != 0 && value < 0;
    break;
  case RoundMode::Down:
    break;
  case RoundMode::Up:
    up = lost != 0;
    break;
  case RoundMode::HalfUp:
    up = lost >= 0.5;
    break;
  case RoundMode::HalfDown:
    up = lost > 0.5;
    break;
  }
  return floor + up;
}

} // namespace tpu_mlir::sim
