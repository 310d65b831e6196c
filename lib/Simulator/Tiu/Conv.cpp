//===- Conv.cpp - Convolution over channels (CONV) ------------------------===//
//
// Results are computed in blocks of 16 output channels by the adders of
// MacArray.h; inputs and weights are widened and reordered for them once per
// command. docs/targets/notes/tiu-conv-matmul-pool.md states the arithmetic.
//
//===----------------------------------------------------------------------===//
#include "lib/Simulator/Execute.h"
#include "lib/Simulator/FlushDenormals.h"
#include "lib/Simulator/Mac/ConvInteger.h"
#include "lib/Simulator/Mac/MacArray.h"
#include "lib/Simulator/Mac/NanSums.h"
#include "lib/Simulator/Mac/Operands.h"
#include "lib/Simulator/Mac/Window.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace tpu_mlir;
using namespace tpu_mlir::sim;
using isa::Precision;
using mac::resultsTogether;

namespace {

/// Places (output positions) one worker computes at a time.
constexpr uint32_t placesTogether = 128;

/// A floating-point convolution whose operands have been checked.
struct FloatConv {
  Precision precision, resultPrecision;
  Window window;
  TensorView input, result;
  TensorView weights; ///< per output channel, all its weights in a row
  bool constantWeights;
  float weight; ///< if constantWeights
  bool rotate, accumulate;
  isa::Lanes lanes; ///< those that results are written to
  TensorView added; ///< f32, if accumulate
  Margin margin;
  std::vector<float> bias;

  bool isHalfConv() const { return isHalf(precision); }
  uint32_t inputChannels() const { return input.shape().c; }
  uint32_t outputChannels() const { return result.shape().c; }
  /// Channels whose products are added in one step.
  uint32_t together() const { return isHalfConv() ? mac::channelsTogether : 1; }
  uint32_t groups() const {
    return llvm::divideCeil(inputChannels(), together());
  }
  uint32_t channelsOf(uint32_t group) const {
    return std::min(together(), inputChannels() - group * together());
  }
  /// Elements of an input plane with its two margin elements.
  size_t planeSize() const { return window.planeSize() + 2; }
  size_t weightsPerResult() const {
    return size_t(groups()) * window.taps() * together();
  }
  uint32_t resultBlocks() const {
    return llvm::divideCeil(outputChannels(), resultsTogether);
  }

  void run(Machine &machine) const;

private:
  /// A 16-bit result overlaps f32 values to be added to results before it: only
  /// the chip's own order reads them before they are gone.
  bool isOrdered() const {
    return accumulate && resultPrecision != Precision::F32;
  }
  /// Computes the results of some blocks; packedWeights has room for theirs.
  void runBlocks(Machine &machine, uint32_t firstBlock, uint32_t blocks,
                 std::vector<float> &packedWeights) const;
  void packInputs(const Machine &machine, uint32_t n, uint32_t group,
                  float *to) const;
  void packWeights(const Machine &machine, uint32_t block, float *to) const;
  void compute(Machine &machine, uint32_t n, uint32_t block, uint32_t first,
               const float *inputs, const float *packedWeights) const;
  void readStarts(const Machine &machine, uint32_t n, uint32_t channel,
                  uint32_t first, uint32_t count, float *biases,
                  float *previous) const;
  void writeResults(Machine &machine, uint32_t n, uint32_t channel,
                    uint32_t first, uint32_t count, const float *sums) const;
};

} // namespace

/// One group of input channels as [place][channel of the group].
void FloatConv::packInputs(const Machine &machine, uint32_t n, uint32_t group,
                           float *to) const {
  std::vector<float> plane(planeSize());
  for (uint32_t i = 0; i < together(); ++i) {
    uint32_t c = group * together() + i;
    if (c >= inputChannels()) {
      for (size_t p = 0; p < plane.size(); ++p)
        to[p * together() + i] = 0;
      continue;
    }
    readPlane(machine, input, precision, n, c, plane.data());
    plane[window.padding()] = margin.padding[c];
    plane[window.inserted()] = margin.inserted[c];
    for (size_t p = 0; p < plane.size(); ++p)
      to[p * together() + i] = plane[p];
  }
}

/// The weights of 16 output channels as [group][tap][channel][result]; what
/// stands in for missing input channels in memory does not count.
void FloatConv::packWeights(const Machine &machine, uint32_t block,
                            float *to) const {
  uint32_t taps = window.taps(), firstChannel = block * resultsTogether;
  uint32_t results = std::min(resultsTogether, outputChannels() - firstChannel);
  size_t bytes = size_t(together()) * weights.elementBytes();
  const uint8_t *rows[resultsTogether];
  for (uint32_t r = 0; r < results && !constantWeights; ++r)
    rows[r] = weights.at(machine, 0, firstChannel + r);
  float row[mac::channelsTogether];
  std::fill(std::begin(row), std::end(row), weight);
  for (uint32_t group = 0; group < groups(); ++group)
    for (uint32_t tap = 0; tap < taps; ++tap) {
      uint32_t target = rotate ? taps - 1 - tap : tap;
      float *column =
          to + (size_t(group) * taps + target) * together() * resultsTogether;
      for (uint32_t r = 0; r < results; ++r) {
        if (!constantWeights)
          toFloats(precision, rows[r] + (group * taps + tap) * bytes, row,
                   together());
        for (uint32_t c = 0; c < channelsOf(group); ++c)
          column[c * resultsTogether + r] = row[c];
      }
    }
}

/// Blocks of results, [place][result].
using Sums = float[placesTogether * resultsTogether];

/// What the sums begin with: the bias and, if they accumulate, what the result
/// held before.
void FloatConv::readStarts(const Machine &machine, uint32_t n, uint32_t channel,
                           uint32_t first, uint32_t count, float *biases,
                           float *previous) const {
  uint32_t width = result.shape().w;
  uint32_t results = std::min(resultsTogether, outputChannels() - channel);
  for (uint32_t p = 0; p < count; ++p)
    for (uint32_t r = 0; r < results; ++r) {
      size_t at = p * resultsTogether + r;
      biases[at] = bias[channel + r];
      if (accumulate)
        std::memcpy(&previous[at],
                    added.at(machine, n, channel + r, (first + p) / width,
                             (first + p) % width),
                    4);
    }
}

void FloatConv::compute(Machine &machine, uint32_t n, uint32_t block,
                        uint32_t first, const float *inputs,
                        const float *packedWeights) const {
  uint32_t count = std::min(placesTogether, window.places() - first);
  uint32_t channel = block * resultsTogether;
  Sums biases = {}, previous = {};
  readStarts(machine, n, channel, first, count, biases, previous);
  std::vector<int32_t> places;
  window.fill(first, count, places);
  float *sums = biases;
  const mac::Kernels &kernels = mac::kernels();
  FlushDenormals flush;
  if (!isHalfConv()) {
    mac::SingleTerms terms{inputs,
                           planeSize(),
                           inputChannels(),
                           window.taps(),
                           places.data(),
                           packedWeights,
                           /*others=*/nullptr};
    if (accumulate) {
      terms.others = biases;
      sums = previous;
    }
    mac::addSingles(terms, count, sums);
  } else {
    // What a sum begins with: of two NaNs, the bias.
    Sums starts;
    for (size_t at = 0; at < std::size(starts); ++at)
      starts[at] =
          accumulate && !std::isnan(biases[at]) ? previous[at] : biases[at];
    if (accumulate)
      kernels.add(previous, count, sums);
    for (uint32_t group = 0; group < groups(); ++group)
      for (uint32_t tap = 0; tap < window.taps(); ++tap) {
        kernels.addGroup(inputs + group * planeSize() * together(),
                         places.data() + size_t(tap) * count, count,
                         channelsOf(group), packedWeights, sums);
        packedWeights += together() * resultsTogether;
      }
    mac::keepNans(starts, size_t(count) * resultsTogether, sums);
  }
  writeResults(machine, n, channel, first, count, sums);
}

void FloatConv::writeResults(Machine &machine, uint32_t n, uint32_t channel,
                             uint32_t first, uint32_t count,
                             const float *sums) const {
  for (uint32_t r = 0; r < resultsTogether && channel + r < outputChannels();
       ++r) {
    if (!lanes.contains(result.lane(channel + r)))
      continue;
    uint32_t width = result.shape().w;
    for (uint32_t p = 0; p < count;) {
      // Runs of one output row; the result may be strided.
      uint32_t h = (first + p) / width, w = (first + p) % width;
      uint32_t run = std::min(width - w, count - p);
      float row[placesTogether];
      for (uint32_t j = 0; j < run; ++j)
        row[j] = sums[size_t(p + j) * resultsTogether + r];
      fromFloats(resultPrecision, row, result.at(machine, n, channel + r, h, w),
                 run);
      p += run;
    }
  }
}

void FloatConv::run(Machine &machine) const {
  // Not all weights at once: they can have many megabytes.
  constexpr size_t mostPacked = (1 << 20) / sizeof(float);
  size_t blockSize = weightsPerResult() * resultsTogether;
  auto blocks = uint32_t(std::max<size_t>(1, mostPacked / blockSize));
  if (isOrdered())
    blocks = resultBlocks();
  std::vector<float> packed(blockSize * std::min(blocks, resultBlocks()));
  for (uint32_t first = 0; first < resultBlocks(); first += blocks)
    runBlocks(machine, first, std::min(blocks, resultBlocks() - first), packed);
}

void FloatConv::runBlocks(Machine &machine, uint32_t firstBlock,
                          uint32_t blocks,
                          std::vector<float> &packedWeights) const {
  size_t blockSize = weightsPerResult() * resultsTogether;
  std::fill(packedWeights.begin(), packedWeights.end(), 0.0f);
  machine.parallelFor(blocks, [&](unsigned block) {
    packWeights(machine, firstBlock + block,
                packedWeights.data() + block * blockSize);
  });
  size_t groupSize = planeSize() * together();
  std::vector<float> inputs(groupSize * groups());
  uint32_t chunks = llvm::divideCeil(window.places(), placesTogether);
  for (uint32_t n = 0; n < result.shape().n; ++n) {
    machine.parallelFor(groups(), [&](unsigned group) {
      packInputs(machine, n, group, inputs.data() + group * groupSize);
    });
    auto computeItem = [&](unsigned item) {
      uint32_t block = item / chunks;
      compute(machine, n, firstBlock + block, item % chunks * placesTogether,
              inputs.data(), packedWeights.data() + block * blockSize);
    };
    unsigned items = blocks * chunks;
    if (isOrdered())
      for (unsigned item = 0; item < items; ++item)
        computeItem(item);
    else
      machine.parallelFor(items, computeItem);
  }
}

static llvm::Error executeFloat(Machine &machine, const isa::Conv &i) {
  auto precision = Precision(i.opd0_prec), wanted = Precision(i.res0_prec);
  if (wanted != Precision::F32 && wanted != precision)
    return refuse("conv: no result of " + precisionName(i.res0_prec) +
                  " from " + precisionName(i.opd0_prec) + " operands");
  unsigned bytes = isa::bitsOf(precision) / 8;
  auto window = Window::of(i);
  if (!window)
    return window.takeError();
  auto input = inputView(machine, i, i.opd0_c, bytes);
  if (!input)
    return input.takeError();
  auto result = resultView(machine, i, isa::bitsOf(wanted) / 8);
  if (!result)
    return result.takeError();
  auto margin =
      readMargin(machine, precision, i.opd3_addr, i.opd3_const, i.opd0_c);
  if (!margin)
    return margin.takeError();
  auto bias = readPerChannel(machine, "opd2", Precision::F32, i.opd2_addr,
                             i.opd2_const, i.res0_c);
  if (!bias)
    return bias.takeError();
  FloatConv conv{precision,
                 wanted,
                 std::move(*window),
                 *input,
                 *result,
                 TensorView(),
                 bool(i.opd1_const),
                 constantOf(precision, i.opd1_addr),
                 bool(i.kernel_rotate),
                 bool(i.res_add),
                 isa::Lanes(i.tsk_lane_num),
                 TensorView(),
                 std::move(*margin),
                 std::move(*bias)};
  auto weights = readWeights(machine, i.opd1_addr, i.opd1_const, bytes,
                             i.res0_c, conv.weightsPerResult());
  if (!weights)
    return weights.takeError();
  conv.weights = *weights;
  if (llvm::Error error = conv.input.read(machine, "opd0"))
    return error;
  if (i.res_add) {
    // What is added is f32, wherever the result's precision puts elements.
    auto previous = resultView(machine, i, 4);
    if (!previous)
      return previous.takeError();
    if (llvm::Error error = previous->read(machine, "res0"))
      return error;
    conv.added = *previous;
  }
  if (llvm::Error error = conv.result.write(machine, "res0"))
    return error;
  conv.run(machine);
  return llvm::Error::success();
}

llvm::Error tpu_mlir::sim::execute(Machine &machine, const isa::Conv &i) {
  if (llvm::Error error = checkCommon(i))
    return error;
  if (isFloat(Precision(i.opd0_prec))) {
    if (i.function() != isa::ConvOp::Normal)
      return refuse(i.mnemonic() + " takes 8-bit operands only");
    return executeFloat(machine, i);
  }
  if (Precision(i.opd0_prec) == Precision::I8)
    return executeIntegerConv(machine, i);
  return refuse("conv of " + precisionName(i.opd0_prec) +
                " operands is not supported");
}
