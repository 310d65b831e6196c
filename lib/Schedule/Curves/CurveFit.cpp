//===- CurveFit.cpp - Curves in place of tables ---------------------------===//
#include "lib/Schedule/Curves/CurveFit.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace tpu_mlir;
using namespace tpu_mlir::tpu;
using llvm::ArrayRef;

static constexpr unsigned kMostDifferences = 256 / 16;
static constexpr double kLargestHalf = 65504;

/// The solution of n equations, rows of n + 1, by elimination with pivots;
/// nothing if they are dependent.
static std::vector<double> solve(std::vector<std::vector<double>> rows) {
  size_t n = rows.size();
  for (size_t column = 0; column < n; ++column) {
    auto largest = std::max_element(
        rows.begin() + column, rows.end(), [&](const auto &a, const auto &b) {
          return std::fabs(a[column]) < std::fabs(b[column]);
        });
    std::swap(rows[column], *largest);
    if (rows[column][column] == 0)
      return {};
    for (size_t row = 0; row < n; ++row) {
      if (row == column)
        continue;
      double factor = rows[row][column] / rows[column][column];
      for (size_t k = column; k <= n; ++k)
        rows[row][k] -= factor * rows[column][k];
    }
  }
  std::vector<double> solution;
  for (size_t row = 0; row < n; ++row)
    solution.push_back(rows[row][n] / rows[row][row]);
  return solution;
}

namespace {
/// What a fit by least squares leaves open.
struct Form {
  int64_t centre, limit;
  unsigned degree;
};
} // namespace

/// max(u, 0) / 128 and the powers of (min(|u|, limit) - middle) / middle.
static std::vector<double> termsOf(const Form &form, int64_t q) {
  int64_t u = q - form.centre;
  int64_t middle = form.limit / 2;
  double a =
      double(std::min(std::abs(u), form.limit) - middle) / double(middle);
  std::vector<double> terms = {double(std::max<int64_t>(u, 0)) / 128, 1.0};
  for (unsigned k = 0; k < form.degree; ++k)
    terms.push_back(terms.back() * a);
  return terms;
}

/// Calls a function with each entry that is not saturated, less the offset.
template <typename Function>
static void forEachFree(ArrayRef<int64_t> table, int64_t offset,
                        Function function) {
  for (auto [index, entry] : llvm::enumerate(table))
    if (entry > -128 && entry < 127)
      function(int64_t(index) - 128, double(entry - offset));
}

/// The weights of the terms with the least squares of differences.
static std::vector<double> fit(ArrayRef<int64_t> table, const Form &form) {
  size_t n = form.degree + 2;
  std::vector<std::vector<double>> rows(n, std::vector<double>(n + 1, 0.0));
  int64_t offset = table[form.centre + 128];
  forEachFree(table, offset, [&](int64_t q, double wanted) {
    std::vector<double> terms = termsOf(form, q);
    terms.push_back(wanted);
    for (size_t i = 0; i < n; ++i)
      for (size_t j = 0; j <= n; ++j)
        rows[i][j] += terms[i] * terms[j];
  });
  return solve(std::move(rows));
}

/// The centre that a fit of low degree comes nearest with.
static int64_t findCentre(ArrayRef<int64_t> table) {
  int64_t best = 0;
  double least = HUGE_VAL;
  for (int64_t centre = -128; centre < 128; ++centre)
    for (int64_t limit : {48, 128, 254}) {
      Form form = {centre, limit, 4};
      std::vector<double> weights = fit(table, form);
      if (weights.empty())
        continue;
      double squares = 0;
      forEachFree(table, table[centre + 128], [&](int64_t q, double wanted) {
        for (auto [weight, term] : llvm::zip(weights, termsOf(form, q)))
          wanted -= weight * term;
        squares += wanted * wanted;
      });
      if (squares < least) {
        least = squares;
        best = centre;
      }
    }
  return best;
}

/// The fit in the numbers of the commands; nothing if they do not hold it.
static std::optional<Curve> makeCurve(ArrayRef<int64_t> table,
                                      const Form &form) {
  constexpr double kOne = 1 << Curve::kFractionBits, kLargest = 32767;
  std::vector<double> weights = fit(table, form);
  if (weights.empty())
    return std::nullopt;
  Curve curve;
  curve.centre = form.centre;
  curve.limit = form.limit;
  curve.offset = table[form.centre + 128];
  int64_t middle = curve.middle();
  while ((int64_t(1) << curve.argumentShift) < form.limit - middle)
    ++curve.argumentShift;
  double unit = std::ldexp(1.0, int(curve.argumentShift)) / double(middle);
  double factor = kOne;
  for (double weight : ArrayRef(weights).drop_front()) {
    if (!(std::fabs(weight * factor) < kLargestHalf))
      return std::nullopt;
    curve.p.push_back(roundToHalf(weight * factor));
    factor *= unit;
  }
  double slope = weights[0] / 128 * kOne;
  while (curve.slopeShift < 14 &&
         std::fabs(std::ldexp(slope, int(curve.slopeShift) + 1)) <= kLargest)
    ++curve.slopeShift;
  double scaled = std::ldexp(slope, int(curve.slopeShift));
  if (!(std::fabs(scaled) <= kLargest))
    return std::nullopt;
  curve.slope = std::llround(scaled);
  return curve;
}

/// Entries that differ; more than any table has if one does by more than 1.
static unsigned countDifferences(const Curve &curve, ArrayRef<int64_t> table) {
  unsigned count = 0;
  for (auto [index, entry] : llvm::enumerate(table)) {
    std::optional<int64_t> found = curve.apply(int64_t(index) - 128);
    if (!found || std::abs(*found - entry) > 1)
      return table.size() + 1;
    count += *found != entry;
  }
  return count;
}

/// The best curve of the lowest degree around this centre.
static std::optional<Curve> findAround(ArrayRef<int64_t> table,
                                       int64_t centre) {
  constexpr unsigned kHighestDegree = 6;
  constexpr int64_t kFurthest = 254;
  for (unsigned degree = 1; degree <= kHighestDegree; ++degree) {
    std::optional<Curve> best;
    unsigned fewest = kMostDifferences + 1;
    for (int64_t limit = 16; limit <= kFurthest;
         limit += std::max<int64_t>(limit / 16, 3)) {
      std::optional<Curve> curve = makeCurve(table, {centre, limit, degree});
      unsigned count = curve ? countDifferences(*curve, table) : fewest;
      if (count < fewest) {
        fewest = count;
        best = curve;
      }
    }
    if (best)
      return best;
  }
  return std::nullopt;
}

std::optional<Curve> tpu::fitCurve(ArrayRef<int64_t> table) {
  std::optional<Curve> curve = findAround(table, 0);
  if (curve)
    return curve;
  int64_t centre = findCentre(table); // or beside it
  for (int64_t shift : {0, -1, 1})
    if (int64_t tried = centre + shift; tried >= -128 && tried <= 127)
      if ((curve = findAround(table, tried)))
        return curve;
  return std::nullopt;
}
