//===- HalfFunctions.cpp - Functions whose results have 16 bits -----------===//
//
// A result of 11 or 8 bits needs about 13 of the f32 that it is computed in;
// the programs of Functions.cpp, which use all 24, would take two to three
// times the commands. These clamp the operand, in 16 bits, to where the result
// still changes, and then take:
// - powers of e as a polynomial, squared a few times: no reduction by ln 2;
// - reciprocals as a guess times one polynomial, in place of two Newton steps;
// - odd functions that saturate as x p(x^2), p a polynomial or a quotient.
// A coefficient of a series takes one step, a product and a sum two.
//
// Coefficients have the smallest largest error of the result, in units of its
// last place, found by Lawson's iteration. Errors over all numbers, and special
// values: docs/targets/numbers.md. max and min pass NaN on as their second and
// their first operand.
//
//===----------------------------------------------------------------------===//
#include "lib/Kernels/Support/HalfFunctions.h"

#include <array>

using namespace tpu_mlir;
using tpu::UnaryKind;

namespace {
/// e^x or e^-x as p(x)^(2^squarings), x from `low` to `high`.
struct Power {
  float low, high;
  unsigned squarings;
  std::array<float, 5> coefficients;
};

/// x p(x^2), x from -limit to limit.
struct Odd {
  float limit;
  llvm::ArrayRef<float> coefficients;
};

/// The operand and scratch of a program. Commands go from one temporary to
/// another: a result in the place of an operand takes twice as long.
class Program {
public:
  Program(const Math &math, const LocalView &x,
          llvm::ArrayRef<LocalView> temporaries, const HalfTable &table)
      : math(math), x(x), t(temporaries), table(table) {}

  // Each returns the temporary that holds its result.
  LocalView exponential() const;
  LocalView sigmoid() const;
  LocalView tanh() const;
  LocalView odd(const Odd &function) const;

private:
  LocalView narrow(LocalView view) const {
    view.elementType = x.elementType;
    return view;
  }
  /// result = c[0] + c[1] v + ..., the coefficients put into the table first.
  void series(const LocalView &result, const LocalView &v,
              llvm::ArrayRef<float> coefficients) const;
  /// t[0] = x between the limits, in f32. Takes t[1] and t[2].
  void clamp(float low, float high) const;
  /// The power and a temporary that is free, both of t[0] and t[1].
  std::pair<LocalView, LocalView> power(const Power &f16,
                                        const Power &bf16) const;
  /// result = 1 / d for d from 1 to 2^126.5.
  void invert(const LocalView &result, const LocalView &d,
              const LocalView &temporary) const;

  const Math &math;
  LocalView x;
  llvm::ArrayRef<LocalView> t;
  HalfTable table;
};
} // namespace

void Program::series(const LocalView &result, const LocalView &v,
                     llvm::ArrayRef<float> coefficients) const {
  Math lanes = math.withShape({1, table.lanes, 1, 1});
  LocalView place = table.row;
  for (float coefficient : coefficients) {
    lanes.fill(place, coefficient);
    place.address += sizeof(float);
  }
  math.series(result, v, coefficients.size(), table.row);
}

void Program::clamp(float low, float high) const {
  LocalView raised = narrow(t[2]), clamped = narrow(t[1]);
  math.max(raised, low, x);
  math.min(clamped, raised, high);
  math.cast(t[0], clamped);
}

std::pair<LocalView, LocalView> Program::power(const Power &f16,
                                               const Power &bf16) const {
  const Power &power = x.elementType.isF16() ? f16 : bf16;
  clamp(power.low, power.high);
  LocalView value = t[1], other = t[0];
  series(value, other, power.coefficients);
  for (unsigned i = 0; i < power.squarings; ++i) {
    math.mul(other, value, value);
    std::swap(value, other);
  }
  return {value, other};
}

/// As bits represent a logarithm, their difference is a guess. Its product with
/// d, between 0.875 and 0.946, tells what to multiply it by.
void Program::invert(const LocalView &result, const LocalView &d,
                     const LocalView &temporary) const {
  constexpr auto kGuess = static_cast<float>(0x7ee00000);
  math.sub(math.asInteger(temporary), kGuess, math.asInteger(d));
  math.mul(result, d, temporary);
  series(d, result, {3.298599f, -3.6255643f, 1.3278176f});
  math.mul(result, d, temporary);
}

/// 0 below the limits, infinity above.
LocalView Program::exponential() const {
  static constexpr Power kF16 = {
      -17.5f,
      11.5f,
      5,
      {1.0f, 3.1248907e-2f, 4.882536e-4f, 5.12308e-6f, 4.030512e-8f}};
  static constexpr Power kBF16 = {-88.5f,
                                  89.5f,
                                  8,
                                  {0.99999934f, 3.9061045e-3f, 7.6299575e-6f,
                                   1.0008845e-8f, 9.6714034e-12f}};
  return power(kF16, kBF16).first;
}

/// 1 / (1 + e^-x); 0 and 1 beyond the limits.
LocalView Program::sigmoid() const {
  static constexpr Power kF16 = {
      -17.5f,
      9.0f,
      4,
      {0.9999981f, -6.25175e-2f, 1.9469087e-3f, -4.0714935e-5f, 7.670963e-7f}};
  static constexpr Power kBF16 = {
      -87.5f,
      8.0f,
      7,
      {1.0000045f, -7.8106043e-3f, 3.068245e-5f, -7.43355e-8f, 2.1898915e-10f}};
  auto [decay, sum] = power(kF16, kBF16);
  math.add(sum, decay, 1.0f);
  invert(t[2], sum, decay);
  return t[2];
}

/// x n(x^2) / d(x^2); 1 beyond the limit.
LocalView Program::tanh() const {
  constexpr float kLimit = 4.53125f;
  clamp(-kLimit, kLimit);
  math.mul(t[1], t[0], t[0]);
  series(t[2], t[1], {0.9999707f, 0.1038264f, 7.164118e-4f});
  math.mul(t[3], t[2], t[0]);
  series(t[0], t[1], {1.0f, 0.4369644f, 1.3261313e-2f});
  invert(t[2], t[0], t[1]);
  math.mul(t[0], t[2], t[3]);
  return t[0];
}

LocalView Program::odd(const Odd &function) const {
  clamp(-function.limit, function.limit);
  math.mul(t[1], t[0], t[0]);
  series(t[2], t[1], function.coefficients);
  math.mul(t[1], t[2], t[0]);
  return t[1];
}

/// 1 from the limit on.
static constexpr float kErf[] = {1.1283238f,     -0.3752908f,   0.11061745f,
                                 -2.4488967e-2f, 3.8934797e-3f, -4.1247232e-4f,
                                 2.5625925e-5f,  -6.9774757e-7f};

unsigned tpu_mlir::halfTemporariesOf(UnaryKind kind) {
  switch (kind) {
  case UnaryKind::exp:
  case UnaryKind::sigmoid:
  case UnaryKind::erf:
    return 3;
  case UnaryKind::tanh:
    return 4;
  default:
    return 0;
  }
}

void tpu_mlir::emitHalfFunction(const Math &math, UnaryKind kind,
                                const LocalView &result, const LocalView &x,
                                llvm::ArrayRef<LocalView> temporaries,
                                const HalfTable &table) {
  Program program(math, x, temporaries, table);
  switch (kind) {
  case UnaryKind::exp:
    return math.cast(result, program.exponential());
  case UnaryKind::sigmoid:
    return math.cast(result, program.sigmoid());
  case UnaryKind::tanh:
    return math.cast(result, program.tanh());
  case UnaryKind::erf:
    return math.cast(result, program.odd({2.78125f, kErf}));
  default:
    llvm_unreachable("the others have no program of their own");
  }
}
