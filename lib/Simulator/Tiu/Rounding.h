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

/// Calls `body` with the mode as a constant, so that its loops need not look.
template <typename Body> inline void withConstant(RoundMode mode, Body body) {
  switch (mode) {
  case RoundMode::HalfToEven:
    return body(std::integral_constant<RoundMode, RoundMode::HalfToEven>());
  case RoundMode::HalfAwayFromZero:
    return body(
        std::integral_constant<RoundMode, RoundMode::HalfAwayFromZero>());
  case RoundMode::TowardsZero:
    return body(std::integral_constant<RoundMode, RoundMode::TowardsZero>());
  case RoundMode::Down:
    return body(std::integral_constant<RoundMode, RoundMode::Down>());
  case RoundMode::Up:
    return body(std::integral_constant<RoundMode, RoundMode::Up>());
  case RoundMode::HalfUp:
    return body(std::integral_constant<RoundMode, RoundMode::HalfUp>());
  case RoundMode::HalfDown:
    return body(std::integral_constant<RoundMode, RoundMode::HalfDown>());
  }
}

/// What rounds `value` if it is added before `right` bits, at least one, are
/// dropped.
template <typename Wide>
inline Wide roundingTerm(Wide value, unsigned right, RoundMode mode) {
  Wide half = Wide(1) << (right - 1), most = (Wide(1) << right) - 1;
  switch (mode) {
  case RoundMode::HalfToEven:
    return half - 1 + (value >> right & 1);
  case RoundMode::HalfAwayFromZero:
    return half - (value < 0);
  case RoundMode::TowardsZero:
    return value < 0 ? most : 0;
  case RoundMode::Down:
    return 0;
  case RoundMode::Up:
    return most;
  case RoundMode::HalfUp:
    return half;
  case RoundMode::HalfDown:
    return half - 1;
  }
  return 0;
}

/// Bits that a right shift of a Wide drops at most.
template <typename Wide>
constexpr unsigned mostDropped = unsigned(sizeof(Wide) * 8 - 2);

/// `value` / 2^`right`, rounded; `right` is 1 to mostDropped.
template <typename Wide>
inline Wide shiftRight(Wide value, unsigned right, RoundMode mode) {
  return (value + roundingTerm(value, right, mode)) >> right;
}

/// `value` * 2^`amount`, rounded where bits are lost: to the left if positive.
/// Left shifts must stay inside the signed integer Wide, which has at least two
/// bits more than the value.
template <typename Wide>
inline Wide shift(Wide value, int amount, RoundMode mode) {
  using Bits =
      std::conditional_t<sizeof(Wide) == 16, unsigned __int128, uint64_t>;
  if (amount >= 0)
    return Wide(static_cast<Bits>(value) << amount);
  return shiftRight(value, std::min(0 - unsigned(amount), mostDropped<Wide>),
                    mode);
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
