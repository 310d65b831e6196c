//===- StaticMemory.cpp - The tables of the vendor's firmware -------------===//
//
// Places and meaning were read off the chip model's static memory; every table
// is its mathematical definition, rounded, bit for bit
// (docs/targets/notes/static-memory.md).
//
//===----------------------------------------------------------------------===//
#include "lib/Runtime/StaticMemory.h"

#include "lib/Simulator/Machine.h"
#include "lib/Simulator/Numeric.h"
#include <cmath>
#include <cstring>

using namespace tpu_mlir;
using namespace tpu_mlir::runtime;

static constexpr double pi = 3.14159265358979323846;

namespace {
/// Where a table begins, in bytes of static memory.
enum Place : unsigned {
  expTable = 0x0,
  expSeries = 0x400,
  logSeries = 0x480,
  erfSeries = 0x580,
  serialNumbers = 0x5c0,
  sinSeries = 0x6c0,
  cosSeries = 0x740,
  asinSeries = 0x7c0,
  tanSeries = 0x8c0,
  expSeries16 = 0x940,
  logSeries16 = 0x9c0,
  sinSeries16 = 0xa40,
  cosSeries16 = 0xac0,
  atanSeries = 0xb40,
};

constexpr unsigned expCount = 192, expFirst = 103; // e^-103 to e^88
constexpr unsigned seriesCount = 32;               // terms in f32
constexpr unsigned longCount = 64;   // of logarithm, arc sine; serial numbers
constexpr unsigned halfCount = 16;   // terms in f16 and in bf16
constexpr unsigned bfloatPlace = 64; // bytes from the f16 to the bf16 table

using Series = std::vector<double>;
} // namespace

template <typename Term> static Series series(unsigned count, Term term) {
  Series values;
  for (unsigned n = 0; n < count; ++n)
    values.push_back(term(n));
  return values;
}

static double alternating(unsigned n, double value) {
  return n % 2 ? -value : value;
}

static double factorial(unsigned n) { return std::tgamma(n + 1.0); }

/// Coefficients of tan(pi x): tan' = 1 + tan^2 gives each from those before.
static Series tangent() {
  Series plain = {1.0}; // of tan x, odd powers
  for (unsigned k = 1; k < seriesCount; ++k) {
    double sum = 0;
    for (unsigned i = 0; i < k; ++i)
      sum += plain[i] * plain[k - 1 - i];
    plain.push_back(sum / (2 * k + 1));
  }
  for (unsigned k = 0; k < seriesCount; ++k)
    plain[k] *= std::pow(pi, 2 * k + 1);
  return plain;
}

/// 1, 1/6, 3/40 ...: each from the one before.
static Series arcSine() {
  double central = 1; // (2n)! / (4^n n!^2)
  return series(longCount, [&](unsigned n) {
    central *= n ? (2.0 * n - 1) / (2.0 * n) : 1;
    return central / (2 * n + 1);
  });
}

static void put(std::vector<uint8_t> &memory, unsigned at,
                const Series &values) {
  for (double value : values) {
    auto rounded = float(value);
    std::memcpy(&memory[at], &rounded, sizeof rounded);
    at += sizeof rounded;
  }
}

/// The first terms, rounded from f32 to f16 and to bf16.
static void putHalves(std::vector<uint8_t> &memory, unsigned at,
                      const Series &values) {
  for (unsigned n = 0; n < halfCount; ++n) {
    uint16_t half = sim::floatToF16(float(values[n]));
    uint16_t bfloat = sim::floatToBf16(float(values[n]));
    std::memcpy(&memory[at + 2 * n], &half, sizeof half);
    std::memcpy(&memory[at + bfloatPlace + 2 * n], &bfloat, sizeof bfloat);
  }
}

std::vector<uint8_t> tpu_mlir::runtime::firmwareTables() {
  std::vector<uint8_t> memory(sim::staticBytes);
  put(memory, expTable, series(expCount, [](unsigned n) {
        return std::exp(double(n) - expFirst);
      }));
  Series exponential =
      series(seriesCount, [](unsigned n) { return 1 / factorial(n); });
  Series logarithm = series(longCount, [](unsigned n) {
    return n ? alternating(n + 1, 1.0 / n) : 0.0;
  });
  Series sine = series(seriesCount, [](unsigned n) {
    return alternating(n, std::pow(2 * pi, 2 * n + 1) / factorial(2 * n + 1));
  });
  Series cosine = series(seriesCount, [](unsigned n) {
    return alternating(n, std::pow(2 * pi, 2 * n) / factorial(2 * n));
  });
  put(memory, expSeries, exponential);
  put(memory, logSeries, logarithm);
  // The error function's exponent: Press et al., Numerical Recipes, erfc.
  put(memory, erfSeries,
      {-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807,
       -1.13520398, 1.48851587, -0.82215223, 0.17087277});
  for (uint32_t n = 0; n < longCount; ++n)
    std::memcpy(&memory[serialNumbers + sizeof n * n], &n, sizeof n);
  put(memory, sinSeries, sine);
  put(memory, cosSeries, cosine);
  put(memory, asinSeries, arcSine());
  put(memory, tanSeries, tangent());
  putHalves(memory, expSeries16, exponential);
  putHalves(memory, logSeries16, logarithm);
  putHalves(memory, sinSeries16, sine);
  putHalves(memory, cosSeries16, cosine);
  put(memory, atanSeries, series(seriesCount, [](unsigned n) {
        return alternating(n, 1.0 / (2 * n + 1));
      }));
  return memory;
}
