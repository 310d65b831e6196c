//===- Rounding.h - The chip's round modes --------------------------------===//
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <type_traits>

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
/// Left shifts must stay inside the signed integer Wide, which has at least two
/// bits more than the value.
template <typename Wide>
inline Wide shift(Wide value, int amount, RoundMode mode) {
  using Bits =
      std::conditional_t<sizeof(Wide) == 16, unsigned __int128, uint64_t>;
  constexpr unsigned most = sizeof(Wide) * 8 - 2;
  if (amount >= 0)
    return Wide(static_cast<Bits>(value) << amount);
  unsigned right = std::min(0 - unsigned(amount), most);
  Wide floor = value >> right;
  Wide lost = value & ((Wide(1) << right) - 1);
  Wide half = Wide(1) << (right - 1);
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
