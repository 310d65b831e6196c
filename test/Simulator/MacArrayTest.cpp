//===- MacArrayTest.cpp - Every vector width adds by the stated rules -----===//
#include "Check.h"

#include "lib/Simulator/FlushDenormals.h"
#include "lib/Simulator/Mac/MacArray.h"
#include "lib/Simulator/Mac/PairSums.h"
#include "lib/Simulator/Numeric.h"
#include <cmath>
#include <random>
#include <vector>

using namespace tpu_mlir::sim;
using namespace tpu_mlir::sim::mac;

static constexpr unsigned placeCount = 37, rowCount = 50;

namespace {
/// Seeded values of a 16-bit format: ordinary ones, or of wild magnitude with
/// infinities and NaNs.
struct Values {
  std::mt19937 dice{1};

  std::vector<float> make(size_t count, bool wild) {
    std::normal_distribution<float> normal;
    std::vector<float> made(count);
    for (float &value : made) {
      value = normal(dice);
      if (wild)
        value = std::ldexp(value, int(dice() % 180) - 100);
      if (wild && dice() % 200 == 0)
        value = dice() % 2 ? INFINITY : -NAN;
      value = bf16ToFloat(floatToBf16(value));
    }
    return made;
  }
};
} // namespace

/// The sum of products as docs/targets/notes/tiu-conv-matmul-pool.md has it,
/// in long double, whose 64 fraction bits hold all of it.
static float groupSum(const float *input, unsigned channels,
                      const float *weights) {
  std::vector<float> products;
  bool positive = false, negative = false, invalid = false;
  int highest = -1000;
  for (unsigned c = 0; c < channels; ++c) {
    long double exact =
        (long double)flushed(input[c]) * flushed(weights[c * resultsTogether]);
    float product = flushed(float(exact));
    positive |= product == INFINITY;
    negative |= product == -INFINITY;
    invalid |= std::isnan(product);
    if (product != 0 && std::isfinite(product))
      highest = std::max(highest, std::ilogb(product));
    products.push_back(product);
  }
  if (positive != negative)
    return positive ? INFINITY : -INFINITY;
  if (positive || invalid)
    return NAN;
  long double quantum = std::ldexp(1.0L, highest - 24), sum = 0;
  for (float product : products)
    sum += std::trunc(product / quantum);
  return flushed(float(sum * quantum));
}

static bool same(float a, float b) {
  return bitsOfFloat(a) == bitsOfFloat(b) || (std::isnan(a) && std::isnan(b));
}

static void checkGroups(Checks &checks, const Kernels &kernels, bool wild,
                        unsigned channels, const llvm::Twine &name) {
  Values values;
  std::vector<float> inputs = values.make(rowCount * channelsTogether, wild);
  std::vector<float> weights =
      values.make(channelsTogether * resultsTogether, wild);
  std::vector<float> sums(placeCount * resultsTogether, 0.5f);
  std::vector<int32_t> places(placeCount);
  for (int32_t &place : places)
    place = values.dice() % rowCount;
  {
    FlushDenormals flush;
    kernels.addGroup(inputs.data(), places.data(), placeCount, channels,
                     weights.data(), sums.data());
  }
  unsigned wrong = 0;
  for (unsigned p = 0; p < placeCount; ++p)
    for (unsigned r = 0; r < resultsTogether; ++r)
      wrong += !same(sums[p * resultsTogether + r],
                     0.5f + groupSum(&inputs[places[p] * channelsTogether],
                                     channels, &weights[r]));
  checks.expect(wrong == 0, name + ": groups of " + llvm::Twine(channels) +
                                (wild ? " wild" : "") + " products, " +
                                llvm::Twine(wrong) + " wrong sums");
}

static void checkSingles(Checks &checks, const Kernels &kernels,
                         const llvm::Twine &name) {
  constexpr unsigned channels = 5, taps = 3;
  Values values;
  std::vector<float> inputs = values.make(channels * rowCount, false);
  std::vector<float> weights =
      values.make(channels * taps * resultsTogether, false);
  std::vector<int32_t> places(taps * placeCount);
  for (int32_t &place : places)
    place = values.dice() % rowCount;
  std::vector<float> sums = values.make(placeCount * resultsTogether, false);
  std::vector<float> others = values.make(placeCount * resultsTogether, false);
  std::vector<float> expected = sums;
  for (unsigned p = 0; p < placeCount; ++p)
    for (unsigned r = 0; r < resultsTogether; ++r) {
      float two[] = {others[p * resultsTogether + r],
                     sums[p * resultsTogether + r]};
      for (unsigned t = 0; t < channels * taps; ++t) {
        float product =
            inputs[t / taps * rowCount + places[t % taps * placeCount + p]] *
            weights[t * resultsTogether + r];
        two[t % 2] += product;
      }
      expected[p * resultsTogether + r] = two[0] + two[1];
    }
  SingleTerms terms{inputs.data(), rowCount,       channels,     taps,
                    places.data(), weights.data(), others.data()};
  kernels.addSingles(terms, placeCount, sums.data());
  unsigned wrong = 0;
  for (size_t i = 0; i < sums.size(); ++i)
    wrong += !same(sums[i], expected[i]);
  checks.expect(wrong == 0,
                name + ": f32 sums, " + llvm::Twine(wrong) + " wrong");
}

static void checkIntegers(Checks &checks, const Kernels &kernels,
                          const llvm::Twine &name) {
  constexpr unsigned channels = 131;
  std::mt19937 dice(1);
  auto values = [&](size_t count, int32_t low, uint32_t range) {
    std::vector<int32_t> made(count);
    for (int32_t &value : made)
      value = low + int32_t(dice() % range);
    return made;
  };
  std::vector<int32_t> inputs = values(size_t(rowCount) * channels, -128, 384);
  std::vector<int32_t> weights =
      values(size_t(channels) * resultsTogether, -383, 766);
  std::vector<int32_t> places = values(placeCount, 0, rowCount);
  std::vector<int32_t> sums(placeCount * resultsTogether, -7);
  kernels.addIntegers(inputs.data(), places.data(), placeCount, channels,
                      weights.data(), sums.data());
  unsigned wrong = 0;
  for (unsigned p = 0; p < placeCount; ++p)
    for (unsigned r = 0; r < resultsTogether; ++r) {
      int64_t sum = -7;
      for (unsigned c = 0; c < channels; ++c)
        sum += int64_t(inputs[places[p] * channels + c]) *
               weights[c * resultsTogether + r];
      wrong += sums[p * resultsTogether + r] != sum;
    }
  checks.expect(wrong == 0,
                name + ": integer sums, " + llvm::Twine(wrong) + " wrong");
}

/// Extreme and ordinary numbers, for few places and for more than registers
/// hold.
static void checkPairs(Checks &checks, PairSums pairSums, unsigned count,
                       const llvm::Twine &name) {
  constexpr unsigned pairs = 37;
  std::mt19937 dice(1);
  auto number = [&] {
    return int16_t(dice() % 4 ? int(dice() % 65535) - 32767
                              : 32767 * (dice() % 2 ? 1 : -1));
  };
  std::vector<int16_t> inputs(rowCount * pairs * 2);
  std::vector<int16_t> weights(pairs * resultsTogether * 2);
  std::generate(inputs.begin(), inputs.end(), number);
  std::generate(weights.begin(), weights.end(), number);
  std::vector<int32_t> places(count);
  for (int32_t &place : places)
    place = dice() % rowCount;
  std::vector<int32_t> sums((count + 1) * resultsTogether, -7);
  pairSums(inputs.data(), places.data(), count, pairs, weights.data(),
           sums.data());
  unsigned wrong = 0;
  for (unsigned p = 0; p < count + 1; ++p)
    for (unsigned r = 0; r < resultsTogether; ++r) {
      int64_t sum = -7;
      for (unsigned i = 0; i < 2 * pairs && p < count; ++i)
        sum += int64_t(inputs[places[p] * 2 * pairs + i]) *
               weights[(i / 2 * resultsTogether + r) * 2 + i % 2];
      wrong += sums[p * resultsTogether + r] != int32_t(uint32_t(sum));
    }
  checks.expect(wrong == 0, name + ": pairs at " + llvm::Twine(count) +
                                " places, " + llvm::Twine(wrong) + " wrong");
}

void checkMacArray(Checks &checks) {
  constexpr const char *names[] = {"baseline", "AVX2", "AVX-512"};
  for (unsigned width = 0; width <= unsigned(widestVectors()); ++width) {
    const Kernels &kernels = mac::kernels(VectorWidth(width));
    for (unsigned channels : {32u, 7u})
      for (bool wild : {false, true})
        checkGroups(checks, kernels, wild, channels, names[width]);
    checkSingles(checks, kernels, names[width]);
    checkIntegers(checks, kernels, names[width]);
    for (unsigned count : {1u, 12u, 37u})
      checkPairs(checks, pairSums(VectorWidth(width)), count, names[width]);
  }
}
