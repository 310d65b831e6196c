//===- ConvInteger.cpp - Convolution of 8-bit integers --------------------===//
#include "lib/Simulator/Mac/ConvInteger.h"

#include "lib/Simulator/Mac/IntegerResult.h"
#include "lib/Simulator/Mac/IntegerTable.h"
#include "lib/Simulator/Mac/MacArray.h"
#include "lib/Simulator/Mac/Operands.h"
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
  size_t planeSize() const { return window.planeSize() + 2; }
  uint32_t resultBlocks() const {
    return llvm::divideCeil(outputChannels(), resultsTogether);
  }
  void run(Machine &machine) const;

private:
  void addRow(uint8_t *to, const int32_t *sums, uint32_t count) const;
  void packInputs(const Machine &machine, uint32_t n, uint32_t c,
                  int32_t *to) const;
  std::vector<int32_t> packWeights(const Machine &machine,
                                   uint32_t block) const;
  void compute(Machine &machine, uint32_t n, uint32_t block,
               const std::vector<int32_t> &inputs,
               const std::vector<int32_t> &packedWeights) const;
};

} // namespace

/// Input channel c into [place][channel].
void IntegerConv::packInputs(const Machine &machine, uint32_t n, uint32_t c,
                             int32_t *to) const {
  size_t step = inputChannels();
  auto [batch, channels, height, width] = input.shape();
  auto pack = [&](auto element) {
    for (uint32_t h = 0; h < height; ++h) {
      const uint8_t *from = input.at(machine, n, c, h);
      for (uint32_t w = 0; w < width; ++w, from += input.stride().w)
        to[(size_t(h) * width + w) * step + c] = decltype(element)(*from);
    }
  };
  command.opd0_sign ? pack(int8_t()) : pack(uint8_t());
  to[window.padding() * step + c] = padding[c];
  to[window.inserted() * step + c] = inserted[c];
}

/// The weights of 16 output channels as [tap][channel][result].
std::vector<int32_t> IntegerConv::packWeights(const Machine &machine,
                                              uint32_t block) const {
  uint32_t taps = window.taps();
  std::vector<int32_t> packed(size_t(taps) * inputChannels() * resultsTogether);
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
        int32_t *to =
            &packed[(size_t(tap) * inputChannels() + c) * resultsTogether + r];
        int32_t values[channelsStored];
        toIntegers(command.opd1_sign, stored, values, count);
        for (uint32_t i = 0; i < count; ++i)
          to[i * resultsTogether] = values[i] - zeroPoints[channel];
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
                          const std::vector<int32_t> &inputs,
                          const std::vector<int32_t> &packedWeights) const {
  uint32_t channel = block * resultsTogether, width = command.res0_w;
  uint32_t results = std::min(resultsTogether, outputChannels() - channel);
  std::vector<int32_t> places;
  for (uint32_t first = 0; first < window.places(); first += placesTogether) {
    uint32_t count = std::min(placesTogether, window.places() - first);
    window.fill(first, count, places);
    int32_t sums[placesTogether * resultsTogether] = {};
    for (uint32_t tap = 0; tap < window.taps(); ++tap)
      mac::kernels().addIntegers(
          inputs.data(), &places[size_t(tap) * count], count, inputChannels(),
          &packedWeights[size_t(tap) * inputChannels() * resultsTogether],
          sums);
    for (uint32_t r = 0; r < results; ++r) {
      if (!writesLane(command.tsk_lane_num, result.lane(channel + r)))
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
  std::vector<std::vector<int32_t>> packedWeights;
  if (command.res0_n > 1) {
    packedWeights.resize(resultBlocks());
    machine.parallelFor(resultBlocks(), [&](unsigned block) {
      packedWeights[block] = packWeights(machine, block);
    });
  }
  std::vector<int32_t> inputs(planeSize() * inputChannels());
  for (uint32_t n = 0; n < command.res0_n; ++n) {
    machine.parallelFor(inputChannels(), [&](unsigned c) {
      packInputs(machine, n, c, inputs.data());
    });
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
