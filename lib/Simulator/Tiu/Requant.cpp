//===- Requant.cpp - RQ and DQ: between integers of different scales ------===//
#include "lib/Simulator/Execute.h"
#include "lib/Simulator/FlushDenormals.h"
#include "lib/Simulator/Numeric.h"
#include "lib/Simulator/Tiu/Cast.h"
#include "lib/Simulator/Tiu/FloatUnit.h"
#include "llvm/Support/FormatVariadic.h"

using namespace tpu_mlir;
using namespace tpu_mlir::sim;
using isa::Precision;
using isa::RequantOp;

namespace {
struct RequantOperands {
  TensorView result;
  Precision to, from;
  bool toSigned, fromSigned;
  isa::Lanes lanes;
  llvm::SmallVector<Source, 4> sources; ///< the input, then its parameters
};
} // namespace

/// Parameter `index` of each channel: a word of a table whose channels take 64
/// bytes each, the next 64 channels following.
static llvm::Expected<Source> tableWord(Machine &machine, uint32_t address,
                                        unsigned index, Precision precision,
                                        bool isSigned,
                                        const TensorView &result) {
  llvm::Expected<TensorView> view = TensorView::make(
      machine, uint64_t(address) + 4 * index, 4, result.shape(),
      unsigned(Layout::Strided), {0, 16, 0, 0});
  if (!view)
    return view.takeError();
  if (view->firstLane() != result.firstLane())
    return refuse("opd1 and res0 must begin in the same lane");
  if (llvm::Error error = view->read(machine, "opd1"))
    return std::move(error);
  return Source::tensor(*view, precision, isSigned);
}

static llvm::Expected<RequantOperands>
findOperands(Machine &machine, const isa::Requant &command) {
  llvm::Expected<Precision> to = elementPrecision("res0", command.res0_prec);
  if (!to)
    return to.takeError();
  llvm::Expected<Precision> from = elementPrecision("opd0", command.opd0_prec);
  if (!from)
    return from.takeError();
  Shape4 shape{command.res0_n, command.res0_c, command.res0_h, command.res0_w};
  auto aligned = [&](uint32_t address, Precision precision) {
    return TensorView::make(machine, address, bytesOf(precision), shape,
                            unsigned(Layout::Aligned));
  };
  llvm::Expected<TensorView> result = aligned(command.res0_addr, *to);
  if (!result)
    return result.takeError();
  llvm::Expected<TensorView> input = aligned(command.opd0_addr, *from);
  if (!input)
    return input.takeError();
  if (input->firstLane() != result->firstLane())
    return refuse("opd0 and res0 must begin in the same lane");
  if (llvm::Error error = input->read(machine, "opd0"))
    return std::move(error);
  if (llvm::Error error = result->write(machine, "res0"))
    return std::move(error);
  RequantOperands operands{*result,
                           *to,
                           *from,
                           bool(command.opd2_sign),
                           // 32-bit inputs count as signed.
                           command.opd0_sign || *from == Precision::I32,
                           isa::Lanes(command.tsk_lane_num),
                           {}};
  operands.sources.push_back(
      Source::tensor(*input, *from, operands.fromSigned));
  return operands;
}

static llvm::Error addTable(Machine &machine, const isa::Requant &command,
                            llvm::ArrayRef<Precision> words,
                            RequantOperands &operands, bool zeroPointSigned) {
  for (auto [index, precision] : llvm::enumerate(words)) {
    // Of the words, only zero points have 16 bits.
    bool isSigned = precision != Precision::I16 || zeroPointSigned;
    llvm::Expected<Source> word =
        tableWord(machine, command.opd1_addr, index, precision, isSigned,
                  operands.result);
    if (!word)
      return word.takeError();
    operands.sources.push_back(*word);
  }
  return llvm::Error::success();
}

/// x * multiplier * 2^amount, rounded. 64 bits hold every product; what then
/// moves to the left may need more, but beyond 62 bits any result saturates.
static __int128 scaled(int64_t x, int64_t multiplier, int8_t amount,
                       RoundMode mode) {
  if (amount <= 0)
    return shift(x * multiplier, amount, mode);
  return shift(__int128(x) * multiplier, std::min<int>(amount, 62), mode);
}

/// Calls compute(input, parameters...) as integers and saturates to so many
/// bits.
template <typename Compute>
static void integerRuns(Machine &machine, const RequantOperands &operands,
                        unsigned bits, bool isSigned, Compute compute) {
  __int128 high = (__int128(1) << (isSigned ? bits - 1 : bits)) - 1;
  __int128 low = isSigned ? -high - 1 : 0;
  forEachRun(machine, operands.lanes, operands.result, operands.sources,
             [&](WriteRun to, const auto &from, unsigned count) {
               int64_t values[4][longestRun] = {};
               for (auto [k, source] : llvm::enumerate(operands.sources))
                 loadIntegers(from[k], source.precision(), source.isSigned(),
                              count, values[k]);
               for (unsigned i = 0; i < count; ++i) {
                 __int128 value = compute(values[0][i], values[1][i],
                                          values[2][i], values[3][i]);
                 values[0][i] = int64_t(value > high  ? high
                                        : value < low ? low
                                                      : value);
               }
               storeIntegers(values[0], operands.to, to, count);
             });
}

/// The requantising functions read no 8-bit input: the chip model takes zeros
/// in its place.
static llvm::Error checkRequantize(const RequantOperands &operands) {
  bool canRead =
      operands.from == Precision::I16 || operands.from == Precision::I32;
  if (!canRead || !isInteger(operands.to))
    return refuse("opd0 must be i16 or i32, res0 an integer");
  return llvm::Error::success();
}

/// Requantised 32-bit results are those of 16 bits, widened.
static unsigned requantizedBits(const RequantOperands &operands) {
  return std::min(isa::bitsOf(operands.to), 16u);
}

/// rq1: round(x * multiplier * 2^shift) + zero point. Constants: multiplier in
/// opd1; shift in the low byte and zero point in the high half of opd2.
static llvm::Error requantize(Machine &machine, const isa::Requant &command,
                              RequantOperands &operands) {
  if (llvm::Error error = checkRequantize(operands))
    return error;
  if (command.opd2_n_str >= roundModeCount)
    return refuse(
        llvm::formatv("round mode {0} does not exist", command.opd2_n_str));
  if (command.opd1_const) {
    operands.sources.push_back(
        Source::constant(command.opd1_addr, Precision::I32, true));
    operands.sources.push_back(
        Source::constant(command.opd2_addr & 0xff, Precision::I8, true));
    operands.sources.push_back(Source::constant(
        command.opd2_addr >> 16, Precision::I16, operands.toSigned));
  } else if (llvm::Error error =
                 addTable(machine, command,
                          {Precision::I32, Precision::I32, Precision::I16},
                          operands, operands.toSigned)) {
    return error;
  }
  auto mode = RoundMode(command.opd2_n_str);
  integerRuns(
      machine, operands, requantizedBits(operands), operands.toSigned,
      [mode](int64_t x, int64_t multiplier, int64_t amount, int64_t zeroPoint) {
        return scaled(x, multiplier, int8_t(amount), mode) + zeroPoint;
      });
  return llvm::Error::success();
}

/// dq1: round((x - zero point) * multiplier * 2^shift). Constants: zero point
/// and shift are the halves of opd1, the multiplier is opd2.
static llvm::Error dequantize(Machine &machine, const isa::Requant &command,
                              RequantOperands &operands) {
  if (operands.from == Precision::I32 || !isInteger(operands.from) ||
      !isInteger(operands.to))
    return refuse("opd0 must be i8 or i16, res0 an integer");
  if (command.opd2_n_str >= roundModeCount)
    return refuse(
        llvm::formatv("round mode {0} does not exist", command.opd2_n_str));
  if (command.opd1_const) {
    operands.sources.push_back(Source::constant(
        command.opd1_addr & 0xffff, Precision::I16, operands.fromSigned));
    operands.sources.push_back(
        Source::constant(command.opd2_addr, Precision::I32, true));
    operands.sources.push_back(
        Source::constant(command.opd1_addr >> 16, Precision::I16, true));
  } else if (llvm::Error error =
                 addTable(machine, command,
                          {Precision::I16, Precision::I32, Precision::I32},
                          operands, operands.fromSigned)) {
    return error;
  }
  auto mode = RoundMode(command.opd2_n_str);
  // 32-bit results count as signed.
  integerRuns(
      machine, operands, isa::bitsOf(operands.to),
      operands.toSigned || operands.to == Precision::I32,
      [mode](int64_t x, int64_t zeroPoint, int64_t multiplier, int64_t amount) {
        return scaled(x - zeroPoint, multiplier, int8_t(amount), mode);
      });
  return llvm::Error::success();
}

/// Integers of at most 32 bits, rounded to f32.
static void integersToFloats(const int64_t *integers, unsigned count,
                             RoundMode mode, float *values) {
  if (mode == RoundMode::HalfToEven) { // as this computer rounds
    for (unsigned i = 0; i < count; ++i)
      values[i] = float(int32_t(integers[i]));
    return;
  }
  for (unsigned i = 0; i < count; ++i)
    values[i] = floatFromBits(
        packFloat(integers[i] < 0, uint64_t(std::abs(integers[i])), 0,
                  Precision::F32, mode, /*keepFinite=*/true));
}

static ReadRun valuesRun(const float *values) {
  return {reinterpret_cast<const uint8_t *>(values), sizeof *values};
}

/// rq0: round(float(x) * scale + offset), the sum in two rounded f32 steps. The
/// low three bits of opd2_n_str round to f32, the next three to the integer.
static llvm::Error requantizeFloat(Machine &machine,
                                   const isa::Requant &command,
                                   RequantOperands &operands) {
  if (llvm::Error error = checkRequantize(operands))
    return error;
  unsigned toFloat = command.opd2_n_str & 7,
           toInteger = command.opd2_n_str >> 3;
  if (toFloat >= roundModeCount || toInteger > unsigned(RoundMode::Up))
    return refuse("these round modes do not exist");
  if (command.opd1_const) {
    operands.sources.push_back(
        Source::constant(command.opd1_addr, Precision::F32, true));
    operands.sources.push_back(
        Source::constant(command.opd2_addr, Precision::F32, true));
  } else if (llvm::Error error =
                 addTable(machine, command, {Precision::F32, Precision::F32},
                          operands, true)) {
    return error;
  }
  forEachRun(
      machine, operands.lanes, operands.result, operands.sources,
      [&](WriteRun to, const auto &from, unsigned count) {
        FlushDenormals guard;
        int64_t x[longestRun];
        float values[longestRun], scale[longestRun], offset[longestRun];
        loadIntegers(from[0], operands.from, operands.fromSigned, count, x);
        loadFloats(from[1], Precision::F32, true, count, scale);
        loadFloats(from[2], Precision::F32, true, count, offset);
        integersToFloats(x, count, RoundMode(toFloat), values);
        mulRun(Precision::F32, values, scale, count);
        addRun(values, offset, count);
        if (operands.to != Precision::I32) {
          castRun(valuesRun(values), Precision::F32, true, to, operands.to,
                  operands.toSigned, RoundMode(toInteger), count);
          return;
        }
        uint16_t halves[longestRun];
        auto *bytes = reinterpret_cast<uint8_t *>(halves);
        castRun(valuesRun(values), Precision::F32, true, {bytes, 2},
                Precision::I16, operands.toSigned, RoundMode(toInteger), count);
        loadIntegers({bytes, 2}, Precision::I16, operands.toSigned, count, x);
        storeIntegers(x, Precision::I32, to, count);
      });
  return llvm::Error::success();
}

/// dq0: float(x - zero point) * scale.
static llvm::Error dequantizeFloat(Machine &machine,
                                   const isa::Requant &command,
                                   RequantOperands &operands) {
  if (operands.from == Precision::I32 || !isInteger(operands.from) ||
      operands.to != Precision::F32)
    return refuse("opd0 must be i8 or i16, res0 f32");
  if (command.opd1_const) {
    operands.sources.push_back(Source::constant(
        command.opd1_addr, Precision::I16, operands.fromSigned));
    operands.sources.push_back(
        Source::constant(command.opd2_addr, Precision::F32, true));
  } else if (llvm::Error error =
                 addTable(machine, command, {Precision::I16, Precision::F32},
                          operands, operands.fromSigned)) {
    return error;
  }
  unsigned mode = command.opd2_n_str & 7;
  if (mode >= roundModeCount)
    return refuse(llvm::formatv("round mode {0} does not exist", mode));
  forEachRun(machine, operands.lanes, operands.result, operands.sources,
             [&](WriteRun to, const auto &from, unsigned count) {
               FlushDenormals guard;
               int64_t x[longestRun], zeroPoint[longestRun];
               float scale[longestRun];
               loadIntegers(from[0], operands.from, operands.fromSigned, count,
                            x);
               loadIntegers(from[1], Precision::I16, operands.fromSigned, count,
                            zeroPoint);
               loadFloats(from[2], Precision::F32, true, count, scale);
               for (unsigned i = 0; i < count; ++i)
                 x[i] -= zeroPoint[i];
               float values[longestRun];
               integersToFloats(x, count, RoundMode(mode), values);
               mulRun(Precision::F32, values, scale, count);
               storeFloats(values, Precision::F32, to, count);
             });
  return llvm::Error::success();
}

static llvm::Error run(Machine &machine, const isa::Requant &command) {
  llvm::Expected<RequantOperands> operands = findOperands(machine, command);
  if (!operands)
    return operands.takeError();
  switch (command.function()) {
  case RequantOp::RequantFloat:
    return requantizeFloat(machine, command, *operands);
  case RequantOp::Requant:
    return requantize(machine, command, *operands);
  case RequantOp::DequantFloat:
    return dequantizeFloat(machine, command, *operands);
  case RequantOp::Dequant:
    return dequantize(machine, command, *operands);
  case RequantOp::Requant2:
  case RequantOp::Dequant2:
    break;
  }
  return refuse("the chip model stops on it, whatever its operands");
}

llvm::Error sim::execute(Machine &machine, const isa::Requant &command) {
  if (llvm::Error error = run(machine, command))
    return refuse(command.mnemonic() + ": " + llvm::toString(std::move(error)));
  return llvm::Error::success();
}
