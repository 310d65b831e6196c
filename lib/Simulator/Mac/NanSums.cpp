//===- NanSums.cpp - Which NaN survives a sum -----------------------------===//
#include "lib/Simulator/Mac/NanSums.h"

#include "lib/Simulator/Numeric.h"
#include <vector>

using namespace tpu_mlir::sim;

static float quiet(float nan) {
  return floatFromBits(bitsOfFloat(nan) | 0x0040'0000);
}

static float add(float a, float b) {
  return std::isnan(a) ? quiet(a) : std::isnan(b) ? quiet(b) : a + b;
}

static float multiply(float a, float b) {
  return std::isnan(a) ? quiet(a) : std::isnan(b) ? quiet(b) : a * b;
}

/// The sum of place p and result r, which began with `even`.
static float singleInOrder(const mac::SingleTerms &terms, unsigned count,
                           unsigned p, unsigned r, float even) {
  float odd = terms.others ? terms.others[p * mac::resultsTogether + r] : 0.0f;
  const float *weight = terms.weights + r;
  bool toOdd = true;
  for (unsigned c = 0; c < terms.channels; ++c)
    for (unsigned k = 0; k < terms.taps; ++k) {
      float input =
          terms.inputs[c * terms.stride + terms.places[size_t(k) * count + p]];
      float &sum = toOdd ? odd : even;
      sum = add(sum, multiply(input, *weight));
      toOdd = !toOdd;
      weight += mac::resultsTogether;
    }
  return terms.others ? add(even, odd) : add(odd, even);
}

void mac::addSingles(const SingleTerms &terms, unsigned count, float *sums) {
  std::vector<float> starts(sums, sums + size_t(count) * resultsTogether);
  kernels().addSingles(terms, count, sums);
  for (size_t at = 0; at < starts.size(); ++at)
    if (std::isnan(sums[at]))
      sums[at] = singleInOrder(terms, count, at / resultsTogether,
                               at % resultsTogether, starts[at]);
}

void mac::keepNans(const float *starts, size_t count, float *sums) {
  for (size_t at = 0; at < count; ++at)
    if (std::isnan(starts[at]))
      sums[at] = quiet(starts[at]);
}

void mac::repairWindowSums(const WindowTerms &terms, unsigned count,
                           bool oddFirst, float *sums) {
  for (unsigned p = 0; p < count; ++p) {
    if (!std::isnan(sums[p]))
      continue;
    float even = terms.even, odd = terms.odd;
    for (unsigned tap = 0; tap < terms.taps; ++tap) {
      float input = terms.plane[terms.places[size_t(tap) * count + p]];
      float &sum = tap % 2 ? even : odd;
      sum = add(sum, multiply(input, terms.weights[tap]));
    }
    sums[p] = oddFirst ? add(odd, even) : add(even, odd);
  }
}
