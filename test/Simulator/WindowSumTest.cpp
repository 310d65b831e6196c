//===- WindowSumTest.cpp - Every vector width sums windows alike ----------===//
#include "Check.h"

#include "lib/Simulator/FlushDenormals.h"
#include "lib/Simulator/Mac/WindowSum.h"
#include "lib/Simulator/Numeric.h"
#include <cmath>
#include <random>
#include <vector>

using namespace tpu_mlir;
using namespace tpu_mlir::sim;
using namespace tpu_mlir::sim::mac;
using isa::Precision;

static constexpr unsigned planeSize = 60, placeCount = 37, taps = 5;

/// The nearest value of a precision, through its bits.
static float nearest(Precision precision, float value) {
  if (precision == Precision::F32)
    return value;
  return precision == Precision::F16 ? f16ToFloat(floatToF16(value))
                                     : bf16ToFloat(floatToBf16(value));
}

static void checkWindow(Checks &checks, Precision precision, bool wild,
                        VectorWidth width, const llvm::Twine &name) {
  std::mt19937 dice(1);
  auto values = [&](size_t count) {
    std::normal_distribution<float> normal;
    std::vector<float> made(count);
    for (float &value : made) {
      value = normal(dice);
      if (wild)
        value = std::ldexp(value, int(dice() % 60) - 30);
      if (wild && dice() % 100 == 0)
        value = dice() % 2 ? INFINITY : NAN;
      value = nearest(precision, value);
    }
    return made;
  };
  std::vector<float> plane = values(planeSize), weights = values(taps);
  // Windows of zeros alone: the signs of their sums count.
  for (unsigned i = 0; i < planeSize / 2; ++i)
    plane[i] = -0.0f;
  for (float &weight : weights)
    weight = std::fabs(weight);
  // Rows without gaps, as windows have them, and anything at all.
  std::vector<int32_t> places(taps * placeCount);
  for (size_t i = 0; i < places.size(); ++i)
    places[i] = i / placeCount < 2 || i % placeCount < 9
                    ? int32_t(i % placeCount + i / placeCount)
                    : int32_t(dice() % planeSize);
  WindowTerms terms{plane.data(),
                    places.data(),
                    weights.data(),
                    taps,
                    /*even=*/wild ? 0.5f : -0.0f,
                    /*odd=*/-0.0f};
  std::vector<float> sums(placeCount);
  {
    FlushDenormals flush;
    windowSum(precision, width)(terms, placeCount, sums.data());
  }
  unsigned wrong = 0;
  for (unsigned p = 0; p < placeCount; ++p) {
    float two[] = {terms.odd, terms.even};
    for (unsigned tap = 0; tap < taps; ++tap)
      two[tap % 2] =
          nearest(precision,
                  flushed(two[tap % 2] +
                          nearest(precision,
                                  flushed(plane[places[tap * placeCount + p]] *
                                          weights[tap]))));
    float sum = nearest(precision, two[1] + two[0]);
    wrong += bitsOfFloat(sum) != bitsOfFloat(sums[p]) &&
             !(std::isnan(sum) && std::isnan(sums[p]));
  }
  checks.expect(wrong == 0, name + (wild ? ", wild: " : ": ") +
                                llvm::Twine(wrong) + " wrong window sums");
}

void checkWindowSum(Checks &checks) {
  for (unsigned width = 0; width <= unsigned(widestVectors()); ++width)
    for (Precision precision :
         {Precision::F32, Precision::F16, Precision::BF16})
      for (bool wild : {false, true})
        checkWindow(checks, precision, wild, VectorWidth(width),
                    "width " + llvm::Twine(width) + ", precision " +
                        llvm::Twine(unsigned(precision)));
}
