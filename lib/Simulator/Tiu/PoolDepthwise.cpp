//===- PoolDepthwise.cpp - Windows over single channels (PorD) ------------===//
//
// Sums are made in the operands' own precision: each product is rounded to it,
// and the sequence bias (depthwise), products in row-major order is dealt
// alternately to two accumulators, each rounded after every addition, that are
// added at the end. docs/targets/notes/tiu-conv-matmul-pool.md says more.
//
//===----------------------------------------------------------------------===//
#include "lib/Simulator/Execute.h"
#include "lib/Simulator/FlushDenormals.h"
#include "lib/Simulator/Mac/NanSums.h"
#include "lib/Simulator/Mac/Operands.h"
#include "lib/Simulator/Mac/PoolInteger.h"
#include "lib/Simulator/Mac/PoolWindow.h"
#include "lib/Simulator/Mac/WindowSum.h"
#include "lib/Simulator/Numeric.h"

using namespace tpu_mlir;
using namespace tpu_mlir::sim;
using isa::Precision;

namespace {

/// A pooling or depthwise convolution whose operands have been checked.
struct ChannelWindow {
  PoolKind kind;
  Precision precision;
  isa::Lanes lanes; ///< those that results are written to
  Window window;
  TensorView input, result;
  Margin margin;
  std::vector<float> bias; ///< per channel
  WindowWeights<float> weights;

  void run(Machine &machine) const;

  /// Computes `count` results of a channel from place `first` on; places is
  /// [tap][count].
  void computeChannel(Machine &machine, uint32_t n, uint32_t c, uint32_t first,
                      uint32_t count, const int32_t *places) const;
};

} // namespace

/// results[p] = the last of the largest elements of the window; denormals
/// count as zero. A NaN replaces what came before and is replaced.
static void maximumOfWindow(const float *plane, const int32_t *places,
                            uint32_t taps, uint32_t count, float lowest,
                            float *results) {
  std::fill_n(results, count, lowest);
  for (uint32_t tap = 0; tap < taps; ++tap, places += count)
    for (uint32_t p = 0; p < count; ++p) {
      float element = plane[places[p]];
      results[p] =
          flushed(results[p]) > flushed(element) ? results[p] : element;
    }
}

/// The lowest finite value.
static float lowestOf(Precision precision) {
  return precision == Precision::F32   ? std::numeric_limits<float>::lowest()
         : precision == Precision::F16 ? -65504.0f
                                       : bf16ToFloat(0xff7f);
}

void ChannelWindow::computeChannel(Machine &machine, uint32_t n, uint32_t c,
                                   uint32_t first, uint32_t count,
                                   const int32_t *places) const {
  std::vector<float> plane(window.planeSize() + 2);
  readPlane(machine, input, precision, n, c, plane.data());
  plane[window.padding()] = margin.padding[c];
  plane[window.inserted()] = margin.inserted[c];
  uint32_t taps = window.taps();
  std::vector<float> results(count);
  if (kind == PoolKind::Maximum) {
    if (precision == Precision::F32)
      for (float &value : plane)
        value = flushed(value);
    maximumOfWindow(plane.data(), places, taps, count, lowestOf(precision),
                    results.data());
  } else {
    FlushDenormals flush;
    // Without a bias the sums begin with the first products themselves.
    bool hasBias = kind != PoolKind::Average;
    mac::WindowTerms terms{plane.data(),
                           places,
                           weights.of(c),
                           taps,
                           /*even=*/hasBias ? bias[c] : -0.0f,
                           /*odd=*/hasBias ? 0.0f : -0.0f};
    mac::windowSum(precision)(terms, count, results.data());
    if (precision == Precision::F32)
      mac::repairWindowSums(terms, count,
                            /*oddFirst=*/!hasBias || window.hasRegions(),
                            results.data());
  }
  uint32_t width = result.shape().w;
  for (uint32_t p = 0; p < count;) {
    uint32_t h = (first + p) / width, w = (first + p) % width;
    uint32_t run = std::min(width - w, count - p);
    uint8_t *to = result.at(machine, n, c, h, w);
    if (kind == PoolKind::Maximum)
      restore(precision, &results[p], to, run);
    else
      fromFloats(precision, &results[p], to, run);
    p += run;
  }
}

void ChannelWindow::run(Machine &machine) const {
  forEachChannel(machine, window, result, lanes,
                 [&](uint32_t n, uint32_t c, uint32_t first, uint32_t count,
                     const int32_t *places) {
                   computeChannel(machine, n, c, first, count, places);
                 });
}

static llvm::Error executeFloat(Machine &machine, const isa::PoolDepthwise &i) {
  auto precision = Precision(i.opd0_prec);
  PoolKind kind = poolKind(i.function());
  bool hasRegions = takesRegions(i.function());
  unsigned bytes = isa::bitsOf(precision) / 8;
  if (i.res0_prec != i.opd0_prec)
    return refuse("no result of " + precisionName(i.res0_prec) + " from " +
                  precisionName(i.opd0_prec) + " operands");
  auto window = poolWindow(machine, i);
  if (!window)
    return window.takeError();
  auto input = inputView(machine, i, i.res0_c, bytes);
  if (!input)
    return input.takeError();
  if (llvm::Error error = input->read(machine, "opd0"))
    return error;
  auto result = resultView(machine, i, bytes);
  if (!result)
    return result.takeError();
  auto margin =
      readMargin(machine, precision, hasRegions ? i.opd2_addr : i.opd3_addr,
                 /*isConstant=*/hasRegions || i.opd3_const, i.res0_c);
  if (!margin)
    return margin.takeError();
  auto weights = WindowWeights<float>::read(machine, i, window->taps());
  if (!weights)
    return weights.takeError();
  std::vector<float> bias(i.res0_c);
  if (kind == PoolKind::Depthwise && !hasRegions) {
    auto read = readPerChannel(machine, "opd2", precision, i.opd2_addr,
                               i.opd2_const, i.res0_c);
    if (!read)
      return read.takeError();
    bias = std::move(*read);
  }
  if (llvm::Error error = result->write(machine, "res0"))
    return error;
  ChannelWindow pool{kind,
                     precision,
                     isa::Lanes(i.tsk_lane_num),
                     std::move(*window),
                     *input,
                     *result,
                     std::move(*margin),
                     std::move(bias),
                     std::move(*weights)};
  pool.run(machine);
  return llvm::Error::success();
}

llvm::Error tpu_mlir::sim::execute(Machine &machine,
                                   const isa::PoolDepthwise &i) {
  if (llvm::Error error = checkCommon(i))
    return error;
  if (i.opd0_str != unsigned(Layout::Aligned))
    return refuse("opd0_str must be 0, the input is always aligned");
  if (isFloat(Precision(i.opd0_prec)))
    return executeFloat(machine, i);
  if (Precision(i.opd0_prec) == Precision::I8)
    return executeIntegerPool(machine, i);
  return refuse(i.mnemonic() + " of " + precisionName(i.opd0_prec) +
                " operands is not supported");
}
