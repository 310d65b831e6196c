//===- PoolInteger.cpp - 8-bit windows over single channels ---------------===//
#include "lib/Simulator/Mac/PoolInteger.h"

#include "lib/Simulator/Mac/IntegerResult.h"
#include "lib/Simulator/Mac/IntegerTable.h"
#include "lib/Simulator/Mac/Operands.h"
#include "lib/Simulator/Mac/PoolWindow.h"
#include "lib/Simulator/Tiu/Elements.h"

using namespace tpu_mlir;
using namespace tpu_mlir::sim;
using isa::PoolOp;
using isa::Precision;

namespace {

/// A pooling or depthwise convolution whose operands have been checked.
struct IntegerWindow {
  bool isMaximum, inputSigned;
  isa::Lanes lanes; ///< those that results are written to
  Window window;
  TensorView input, result;
  std::vector<int32_t> margins; ///< [channel][padding, inserted]
  WindowWeights<int32_t> weights;
  std::vector<int32_t> biases; ///< [channel]
  IntegerResult last;

  void run(Machine &machine) const;

private:
  /// Computes `count` results of a channel from place `first` on; places is
  /// [tap][count].
  void computeChannel(Machine &machine, uint32_t n, uint32_t c, uint32_t first,
                      uint32_t count, const int32_t *places) const;
  std::vector<int32_t> plane(const Machine &machine, uint32_t n,
                             uint32_t c) const;
};

} // namespace

/// results[p] += the sum of the weighted elements, modulo 2^32.
static void addWindow(const int32_t *plane, const int32_t *places,
                      const int32_t *weights, uint32_t taps, uint32_t count,
                      uint32_t *results) {
  for (uint32_t tap = 0; tap < taps; ++tap, places += count) {
    uint32_t weight = weights[tap];
    for (uint32_t p = 0; p < count; ++p)
      results[p] += uint32_t(plane[places[p]]) * weight;
  }
}

static void maximumOfWindow(const int32_t *plane, const int32_t *places,
                            uint32_t taps, uint32_t count, int32_t *results) {
  std::fill_n(results, count, std::numeric_limits<int32_t>::min());
  for (uint32_t tap = 0; tap < taps; ++tap, places += count)
    for (uint32_t p = 0; p < count; ++p)
      results[p] = std::max(results[p], plane[places[p]]);
}

/// The elements of a channel, then the padding and the inserted one.
std::vector<int32_t> IntegerWindow::plane(const Machine &machine, uint32_t n,
                                          uint32_t c) const {
  std::vector<int32_t> elements(window.planeSize() + 2);
  toIntegers(inputSigned, input.at(machine, n, c), elements.data(),
             window.planeSize());
  std::copy_n(&margins[2 * size_t(c)], 2, &elements[window.padding()]);
  return elements;
}

void IntegerWindow::computeChannel(Machine &machine, uint32_t n, uint32_t c,
                                   uint32_t first, uint32_t count,
                                   const int32_t *places) const {
  std::vector<int32_t> elements = plane(machine, n, c), results(count);
  uint32_t taps = window.taps();
  if (isMaximum) {
    maximumOfWindow(elements.data(), places, taps, count, results.data());
  } else {
    std::vector<uint32_t> sums(count, uint32_t(biases[c]));
    addWindow(elements.data(), places, weights.of(c), taps, count, sums.data());
    std::copy(sums.begin(), sums.end(), results.begin());
  }
  uint32_t width = result.shape().w;
  last.store(results.data(),
             result.at(machine, n, c, first / width, first % width), count);
}

void IntegerWindow::run(Machine &machine) const {
  forEachChannel(machine, window, result, lanes,
                 [&](uint32_t n, uint32_t c, uint32_t first, uint32_t count,
                     const int32_t *places) {
                   computeChannel(machine, n, c, first, count, places);
                 });
}

/// What the command does to its sums. Depthwise convolution has its shift in
/// bits 8 to 15 of res1_addr, average pooling in opd2_addr; that one always
/// rounds halves up. Over regions nothing is shifted, and 16-bit sums wrap.
static llvm::Expected<IntegerResult> resultOf(const isa::PoolDepthwise &i) {
  auto precision = Precision(i.res0_prec);
  if (!isInteger(precision))
    return refuse("no result of " + precisionName(i.res0_prec) +
                  " from i8 operands");
  PoolKind kind = poolKind(i.function());
  if (kind == PoolKind::Maximum)
    return IntegerResult{precision, bool(i.opd0_sign)};
  if (takesRegions(i.function())) {
    bool isSigned = i.opd0_sign || (kind == PoolKind::Depthwise && i.opd1_sign);
    IntegerResult last{precision, isSigned};
    last.wraps = precision == Precision::I16;
    return last;
  }
  if (kind == PoolKind::Average) {
    if (i.opd2_addr > 255)
      return refuse("opd2_addr must be a shift of 0 to 255 bits");
    return IntegerResult{precision, bool(i.opd0_sign), /*relu=*/false,
                         i.opd2_addr, RoundMode::HalfUp};
  }
  if (i.opd2_n_str >= roundModeCount)
    return refuse("round mode " + llvm::Twine(i.opd2_n_str) +
                  " does not exist");
  return IntegerResult{precision, i.opd0_sign || i.opd1_sign || i.opd2_sign,
                       i.function() == PoolOp::DepthwiseRelu,
                       i.res1_addr >> 8 & 0xff, RoundMode(i.opd2_n_str)};
}

static llvm::Expected<std::vector<int32_t>>
readBiases(Machine &machine, const isa::PoolDepthwise &i) {
  if (poolKind(i.function()) != PoolKind::Depthwise ||
      takesRegions(i.function()))
    return std::vector<int32_t>(i.res0_c);
  return IntegerTable{"opd2",      Precision::I32,     bool(i.opd2_sign),
                      i.opd2_addr, bool(i.opd2_const), i.res0_c}
      .read(machine);
}

llvm::Error tpu_mlir::sim::executeIntegerPool(Machine &machine,
                                              const isa::PoolDepthwise &i) {
  auto last = resultOf(i);
  if (!last)
    return last.takeError();
  auto window = poolWindow(machine, i);
  if (!window)
    return window.takeError();
  auto input = inputView(machine, i, i.res0_c, 1);
  if (!input)
    return input.takeError();
  if (llvm::Error error = input->read(machine, "opd0"))
    return error;
  auto result = resultView(machine, i, bytesOf(last->precision));
  if (!result)
    return result.takeError();
  bool hasRegions = takesRegions(i.function());
  auto margins = IntegerTable{hasRegions ? "opd2" : "opd3",
                              Precision::I8,
                              bool(i.opd0_sign),
                              hasRegions ? i.opd2_addr : i.opd3_addr,
                              hasRegions || i.opd3_const,
                              i.res0_c,
                              /*perChannel=*/2}
                     .read(machine);
  if (!margins)
    return margins.takeError();
  auto weights = WindowWeights<int32_t>::read(machine, i, window->taps());
  if (!weights)
    return weights.takeError();
  auto biases = readBiases(machine, i);
  if (!biases)
    return biases.takeError();
  if (llvm::Error error = result->write(machine, "res0"))
    return error;
  IntegerWindow{poolKind(i.function()) == PoolKind::Maximum,
                bool(i.opd0_sign),
                isa::Lanes(i.tsk_lane_num),
                std::move(*window),
                *input,
                *result,
                std::move(*margins),
                std::move(*weights),
                std::move(*biases),
                *last}
      .run(machine);
  return llvm::Error::success();
}
