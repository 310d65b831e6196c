//===- ConvInteger.cpp - Convolution of 8-bit integers --------------------===//
#include "lib/Simulator/Mac/ConvInteger.h"

#include "lib/Simulator/Mac/IntegerResult.h"
#include "lib/Simulator/Mac/IntegerTable.h"
#include "lib/Simulator/Mac/MacArray.h"
#include "lib/Simulator/Mac/Operands.h"
#include "lib/Simulator/Mac/PairSums.h"
#include "lib/Simulator/Mac/Window.h"
#include "lib/Simulator/Tiu/Elements.h"
#include "llvm/Support/MathExtras.h"

using namespace tpu_mlir;
using namespace tpu_mlir::sim;
using isa::Precision;
using mac::resultsTogether;

namespace {

constexpr uint32_t channelsStored = 64; ///< side by side in weight memory
constexpr uint32_t placesTogether = 128;
/// What is packed at once stays in the cache: so many elements of a plane and
/// channels, the same channels of other elements next.
constexpr uint32_t elementsPacked = 256, channelsPacked = 32;
constexpr uint32_t longestShift = 32; ///< of requantising functions

/// A convolution whose operands have been checked.
struct IntegerConv {
  const isa::Conv &command;
  Window window;
  TensorView input, result;
  TensorView weights; ///< per output channel, unless constant
  std::vector<int32_t> padding, inserted; ///< per input channel
  std::vector<int32_t> zeroPoints;        ///< per output channel
  std::vector<int32_t> biases;            ///< per output channel
  IntegerResult last;
  bool accumulate; ///< add what the result held

  uint32_t inputChannels() const { return command.opd0_c; }
  uint32_t outputChannels() const { return command.res0_c; }
  /// Pairs of input channels; what is missing in the last one is zero.
  uint32_t pairs() const { return llvm::divideCeil(inputChannels(), 2); }
  size_t planeSize() const { return window.planeSize() + 2; }
  uint32_t resultBlocks() const {
    return llvm::divideCeil(outputChannels(), resultsTogether);
  }
  void run(Machine &machine) const;

private:
  void addRow(uint8_t *to, const int32_t *sums, uint32_t count) const;
  void packInputs(Machine &machine, uint32_t n, int16_t *to) const;
  void packPart(const Machine &machine, uint32_t n, uint32_t firstElement,
                uint32_t firstChannel, int16_t *to) const;
  std::vector<int16_t> packWeights(const Machine &machine,
                                   uint32_t block) const;
  void compute(Machine &machine, uint32_t n, uint32_t block,
               const std::vector<int16_t> &inputs,
               const std::vector<int16_t> &packedWeights) const;
};

} // namespace

void IntegerConv::packPart(const Machine &machine, uint32_t n,
                           uint32_t firstElement, uint32_t firstChannel,
                           int16_t *to) const {
  const Strides4 &stride = input.stride();
  bool hasGaps = stride.h != int64_t(input.shape().w) * stride.w;
  uint32_t rowLength = hasGaps ? input.shape().w : window.planeSize();
  uint32_t channels = std::min(firstChannel + channelsPacked, inputChannels());
  uint32_t end = std::min(firstElement + elementsPacked, window.planeSize());
  size_t step = 2 * pairs();
  auto pack = [&](auto element) {
    for (uint32_t c = firstChannel; c < channels; ++c)
      for (uint32_t p = firstElement; p < end;) {
        uint32_t w = p % rowLength, run = std::min(rowLength - w, end - p);
        const uint8_t *from = input.at(machine, n, c, p / rowLength, w);
        int16_t *place = to + p * step + c;
        for (uint32_t i = 0; i < run; ++i, from += stride.w)
          place[i * step] = decltype(element)(*from);
        p += run;
      }
  };
  command.opd0_sign ? pack(int8_t()) : pack(uint8_t());
}

/// One image as [place][channel], without the margin.
void IntegerConv::packInputs(Machine &machine, uint32_t n, int16_t *to) const {
  uint32_t parts = llvm::divideCeil(window.planeSize(), elementsPacked);
  uint32_t blocks = llvm::divideCeil(inputChannels(), channelsPacked);
  machine.parallelFor(parts * blocks, [&](unsigned item) {
    packPart(machine, n, item % parts * elementsPacked,
             item / parts * channelsPacked, to);
  });
}

/// The weights of 16 output channels as [tap][pair][result][channel].
std::vector<int16_t> IntegerConv::packWeights(const Machine &machine,
                                              uint32_t block) const {
  uint32_t taps = window.taps();
  std::vector<int16_t> packed(size_t(taps) * pairs() * resultsTogether * 2);
  for (uint32_t r = 0; r < resultsTogether; ++r) {
    uint32_t channel = block * resultsTogether + r;
    if (channel >= outputChannels())
      break;
    const uint8_t *row =
        command.opd1_const ? nullptr : weights.at(machine, 0, channel);
    uint8_t constant = command.opd1_addr;
    for (uint32_t tap = 0; tap < taps; ++tap)
      for (uint32_t c = 0; c < inputChannels(); c += channelsStored) {
        uint32_t from = command.kernel_rotate ? taps - 1 - tap : tap;
        uint32_t count = std::min(channelsStored, inputChannels() - c);
        uint8_t stored[channelsStored];
        if (row)
          std::memcpy(stored, row + (size_t(c) * taps + from * channelsStored),
                      count);
        else
          std::memset(stored, constant, count);
        size_t pair = size_t(tap) * pairs() + c / 2;
        int16_t *to = &packed[(pair * resultsTogether + r) * 2];
        int32_t values[channelsStored];
        toIntegers(command.opd1_sign, stored, values, count);
        for (uint32_t i = 0; i < count; ++i)
          to[i / 2 * resultsTogether * 2 + i % 2] =
              int16_t(values[i] - zeroPoints[channel]);
      }
  }
  return packed;
}

/// Adds to 32-bit results, after whatever else happens to the sums.
void IntegerConv::addRow(uint8_t *to, const int32_t *sums,
                         uint32_t count) const {
  uint32_t row[placesTogether], previous[placesTogether];
  std::memcpy(previous, to, count * sizeof *previous);
  last.store(sums, reinterpret_cast<uint8_t *>(row), count);
  for (uint32_t p = 0; p < count; ++p)
    row[p] += previous[p];
  std::memcpy(to, row, count * sizeof *row);
}

void IntegerConv::compute(Machine &machine, uint32_t n, uint32_t block,
                          const std::vector<int16_t> &inputs,
                          const std::vector<int16_t> &packedWeights) const {
  uint32_t channel = block * resultsTogether, width = command.res0_w;
  uint32_t results = std::min(resultsTogether, outputChannels() - channel);
  std::vector<int32_t> places;
  for (uint32_t first = 0; first < window.places(); first += placesTogether) {
    uint32_t count = std::min(placesTogether, window.places() - first);
    window.fill(first, count, places);
    int32_t sums[placesTogether * resultsTogether] = {};
    for (uint32_t tap = 0; tap < window.taps(); ++tap)
      mac::pairSums()(
          inputs.data(), &places[size_t(tap) * count], count, pairs(),
          &packedWeights[size_t(tap) * pairs() * resultsTogether * 2], sums);
    for (uint32_t r = 0; r < results; ++r) {
      if (!isa::Lanes(command.tsk_lane_num).contains(result.lane(channel + r)))
        continue;
      // An aligned result has its rows one after the other.
      uint8_t *to =
          result.at(machine, n, channel + r, first / width, first % width);
      int32_t row[placesTogether];
      for (uint32_t p = 0; p < count; ++p)
        row[p] = int32_t(uint32_t(sums[p * resultsTogether + r]) +
                         uint32_t(biases[channel + r]));
      if (accumulate)
        addRow(to, row, count);
      else
        last.store(row, to, count);
    }
  }
}

void IntegerConv::run(Machine &machine) const {
  // Weights are packed once; for one batch only when they are needed, because
  // all of them can have many megabytes.
  std::vector<std::vector<int16_t>> packedWeights;
  if (command.res0_n > 1) {
    packedWeights.resize(resultBlocks());
    machine.parallelFor(resultBlocks(), [&](unsigned block) {
      packedWeights[block] = packWeights(machine, block);
    });
  }
  size_t step = 2 * pairs();
  std::vector<int16_t> inputs(planeSize() * step);
  std::copy(padding.begin(), padding.end(),
            inputs.begin() + window.padding() * step);
  std::copy(inserted.begin(), inserted.end(),
            inputs.begin() + window.inserted() * step);
  for (uint32_t n = 0; n < command.res0_n; ++n) {
    packInputs(machine, n, inputs.data());
    machine.parallelFor(resultBlocks(), [&](unsigned block) {
      if (packedWeights.empty())
        compute(machine, n, block, inputs, packWeights(machine, block));
      else
        compute(machine, n, block, inputs, packedWeights[block]);
    });
  }
}

/// What a command of these operands does to the sums.
static llvm::Expected<IntegerResult> resultOf(const isa::Conv &i) {
  auto precision = Precision(i.res0_prec);
  if (!isInteger(precision))
    return refuse("conv: no result of " + precisionName(i.res0_prec) +
                  " from i8 operands");
  bool anySigned = i.opd0_sign || i.opd1_sign || i.opd2_sign;
  // A weight zero point may turn an unsigned sum negative.
  if (i.function() == isa::ConvOp::Normal)
    return IntegerResult{precision, anySigned || !i.opd2_const || i.opd2_addr};
  if (!i.opd3_const || i.opd3_addr > longestShift)
    return refuse(i.mnemonic() +
                  ": opd3 must be a constant, a shift of 0 to 32 bits");
  return IntegerResult{precision, anySigned,
                       i.function() == isa::ConvOp::RequantRelu, i.opd3_addr};
}

/// Padding and inserted elements of each input channel; requantising functions
/// have the shift in their place and take zeros.
static llvm::Expected<std::vector<int32_t>> readMargins(Machine &machine,
                                                        const isa::Conv &i) {
  if (i.function() != isa::ConvOp::Normal)
    return std::vector<int32_t>(2 * size_t(i.opd0_c));
  return IntegerTable{"opd3",          Precision::I8,      bool(i.opd0_sign),
                      i.opd3_addr,     bool(i.opd3_const), i.opd0_c,
                      /*perChannel=*/2}
      .read(machine);
}

llvm::Error tpu_mlir::sim::executeIntegerConv(Machine &machine,
                                              const isa::Conv &i) {
  auto last = resultOf(i);
  if (!last)
    return last.takeError();
  auto window = Window::of(i);
  if (!window)
    return window.takeError();
  auto input = inputView(machine, i, i.opd0_c, 1);
  if (!input)
    return input.takeError();
  if (llvm::Error error = input->read(machine, "opd0"))
    return error;
  auto result = resultView(machine, i, bytesOf(last->precision));
  if (!result)
    return result.takeError();
  auto margins = readMargins(machine, i);
  if (!margins)
    return margins.takeError();
  bool requantizes = i.function() != isa::ConvOp::Normal;
  auto perOutput = IntegerTable{"opd2",
                                requantizes ? Precision::I16 : Precision::I8,
                                bool(i.opd2_sign),
                                i.opd2_addr,
                                bool(i.opd2_const),
                                i.res0_c}
                       .read(machine);
  if (!perOutput)
    return perOutput.takeError();
  std::vector<int32_t> zeros(i.res0_c);
  // Narrow results are not added to.
  bool accumulate = i.res_add && last->precision == Precision::I32;
  IntegerConv conv{i,
                   std::move(*window),
                   *input,
                   *result,
                   TensorView(),
                   {},
                   {},
                   requantizes ? zeros : *perOutput,
                   requantizes ? *perOutput : zeros,
                   *last,
                   accumulate};
  for (uint32_t c = 0; c < i.opd0_c; ++c) {
    conv.padding.push_back((*margins)[2 * c]);
    conv.inserted.push_back((*margins)[2 * c + 1]);
  }
  uint64_t each =
      llvm::alignTo(i.opd0_c, channelsStored) * uint64_t(conv.window.taps());
  auto weights =
      readWeights(machine, i.opd1_addr, i.opd1_const, 1, i.res0_c, each);
  if (!weights)
    return weights.takeError();
  conv.weights = *weights;
  if (accumulate)
    if (llvm::Error error = result->read(machine, "res0"))
      return error;
  if (llvm::Error error = result->write(machine, "res0"))
    return error;
  conv.run(machine);
  return llvm::Error::success();
}
