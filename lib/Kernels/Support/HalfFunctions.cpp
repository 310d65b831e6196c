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
          llvm::ArrayRef<LocalView> temporaries, uint32_t table)
      : math(math), x(x), t(temporaries), table(table) {}

  // Each returns the temporary that holds its result.
  LocalView exponential() const;
  LocalView sigmoid() const;
  LocalView tanh() const;
  LocalView odd(const Odd &function) const;
  /// 1/2 + odd; 0 and 1 beyond the limits.
  LocalView gate(const Odd &function) const;

  /// result = x times a factor that is rounded first, so that what is infinite
  /// or NaN comes out as in the product that it is.
  void gated(const LocalView &result, const LocalView &factor) const;

private:
  LocalView narrow(LocalView view) const {
    view.elementType = x.elementType;
    return view;
  }
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
  uint32_t table;
};
} // namespace

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
  math.series(value, other, power.coefficients, table);
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
  math.series(d, result, {3.298599f, -3.6255643f, 1.3278176f}, table);
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
  math.series(t[2], t[1], {0.9999707f, 0.1038264f, 7.164118e-4f}, table);
  math.mul(t[3], t[2], t[0]);
  math.series(t[0], t[1], {1.0f, 0.4369644f, 1.3261313e-2f}, table);
  invert(t[2], t[0], t[1]);
  math.mul(t[0], t[2], t[3]);
  return t[0];
}

LocalView Program::odd(const Odd &function) const {
  clamp(-function.limit, function.limit);
  math.mul(t[1], t[0], t[0]);
  math.series(t[2], t[1], function.coefficients, table);
  math.mul(t[1], t[2], t[0]);
  return t[1];
}

LocalView Program::gate(const Odd &function) const {
  math.add(t[0], odd(function), 0.5f);
  return t[0];
}

void Program::gated(const LocalView &result, const LocalView &factor) const {
  LocalView rounded = narrow(factor.address == t[0].address ? t[1] : t[0]);
  math.cast(rounded, factor);
  math.mul(result, x, rounded);
}

/// 1 from the limit on.
static constexpr float kErf[] = {1.1283238f,     -0.3752908f,   0.11061745f,
                                 -2.4488967e-2f, 3.8934797e-3f, -4.1247232e-4f,
                                 2.5625925e-5f,  -6.9774757e-7f};

// Of (the normal distribution - 1/2), and of its approximation by tanh. The
// last bits of both were searched for so that f32 gives 1/2 at the limit.
static constexpr float kNormal[] = {
    0.39893866f,   -6.647228e-2f,  9.947236e-3f, -1.1696019e-3f,
    1.087555e-4f,  -7.886822e-6f,  4.267794e-7f, -1.597538e-8f,
    3.639179e-10f, -3.7613935e-12f};
static constexpr float kNormalByTanh[] = {
    0.39893913f,    -6.680758e-2f,  1.0190415e-2f, -1.2412575e-3f,
    1.2057106e-4f,  -9.1002175e-6f, 5.066405e-7f,  -1.9265558e-8f,
    4.4137954e-10f, -4.5579165e-12f};

unsigned tpu_mlir::halfTemporariesOf(UnaryKind kind) {
  switch (kind) {
  case UnaryKind::exp:
  case UnaryKind::sigmoid:
  case UnaryKind::silu:
  case UnaryKind::erf:
  case UnaryKind::gelu:
  case UnaryKind::gelu_tanh:
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
                                uint32_t table) {
  Program program(math, x, temporaries, table);
  switch (kind) {
  case UnaryKind::exp:
    return math.cast(result, program.exponential());
  case UnaryKind::sigmoid:
    return math.cast(result, program.sigmoid());
  case UnaryKind::silu:
    return program.gated(result, program.sigmoid());
  case UnaryKind::tanh:
    return math.cast(result, program.tanh());
  case UnaryKind::erf:
    return math.cast(result, program.odd({2.78125f, kErf}));
  case UnaryKind::gelu:
    return program.gated(result, program.gate({4.0f, kNormal}));
  case UnaryKind::gelu_tanh:
    return program.gated(result, program.gate({4.0f, kNormalByTanh}));
  default:
    llvm_unreachable("the others have no program of their own");
  }
}
