//===- ArithInteger.cpp - AR on 8, 16 and 32-bit integers -----------------===//
#include "lib/Simulator/Tiu/Arith.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/bit.h"
#include <algorithm>

using namespace tpu_mlir;
using namespace tpu_mlir::sim;
using isa::ArithOp;
using isa::Precision;

static llvm::Error needSame(const ArithOperands &operands) {
  for (const Source &source : operands.sources)
    if (source.precision() != operands.resultPrecision)
      return refuse("the operands and the result must have the same "
                    "precision");
  return llvm::Error::success();
}

/// result = the low bits of operation(first, second).
template <typename Operation>
static void binary(Machine &machine, const ArithOperands &operands,
                   Operation operation) {
  const Source &first = operands.sources[0], &second = operands.sources[1];
  forEachRun(
      machine, operands.lanes, operands.result,
      llvm::ArrayRef(operands.sources).take_front(2),
      [&](WriteRun to, const auto &from, unsigned count) {
        int64_t a[longestRun], b[longestRun];
        loadIntegers(from[0], first.precision(), first.isSigned(), count, a);
        loadIntegers(from[1], second.precision(), second.isSigned(), count, b);
        for (unsigned i = 0; i < count; ++i)
          a[i] = operation(a[i], b[i]);
        storeIntegers(a, operands.resultPrecision, to, count);
      });
}

template <typename Operation>
static llvm::Error binarySame(Machine &machine, const ArithOperands &operands,
                              Operation operation) {
  if (llvm::Error error = needSame(operands))
    return error;
  binary(machine, operands, operation);
  return llvm::Error::success();
}

template <typename Operation>
static llvm::Error extreme(Machine &machine, const ArithOperands &operands,
                           Operation operation) {
  if (operands.sources[0].isSigned() != operands.sources[1].isSigned())
    return refuse("both operands must be signed, or neither");
  return binarySame(machine, operands, operation);
}

namespace {
/// What an operation does to its exact results.
struct Shifting {
  bool saturates; ///< to the result's type; otherwise the low bits are kept
  bool resultSigned;
  int valueBits;        ///< signed bits that hold every result
  bool isExact = false; ///< shifted to the left, they may pass 64 bits
};
} // namespace

/// values[i] *= 2^amount, rounded.
template <typename Wide>
static void shiftAll(Wide *values, unsigned count, int amount, RoundMode mode,
                     bool isExact) {
  if (amount < 0) {
    unsigned right = std::min({0 - unsigned(amount), mostDropped<Wide>, 63u});
    withConstant(mode, [&](auto constant) {
      for (unsigned i = 0; i < count; ++i)
        values[i] = shiftRight(values[i], right, constant);
    });
  } else if (amount > 0) {
    for (unsigned i = 0; i < count; ++i)
      values[i] = isExact ? shift(values[i], amount, mode)
                          : Wide(int64_t(uint64_t(values[i]) << amount));
  }
}

/// values[0] = operation(values[0], values[1]) * 2^amount, rounded; to
/// saturate, the nearest value of the result's type.
template <typename Wide, typename Operation>
static void shiftRun(int64_t (&values)[2][longestRun], unsigned count,
                     const ArithOperands &operands, int amount,
                     const Shifting &shifting, Operation operation) {
  Wide results[longestRun];
  for (unsigned i = 0; i < count; ++i)
    results[i] = operation(Wide(values[0][i]), Wide(values[1][i]));
  shiftAll(results, count, amount, operands.round, shifting.isExact);
  if (shifting.saturates) {
    unsigned bits = isa::bitsOf(operands.resultPrecision);
    Wide high = (Wide(1) << (shifting.resultSigned ? bits - 1 : bits)) - 1;
    Wide low = shifting.resultSigned ? -high - 1 : 0;
    for (unsigned i = 0; i < count; ++i)
      results[i] = std::clamp(results[i], low, high);
  }
  for (unsigned i = 0; i < count; ++i)
    values[0][i] = int64_t(results[i]);
}

/// The same of all elements. Left shifts count modulo 32, and those of sums
/// drop what passes 64 bits; right shifts end at 63.
template <typename Operation>
static llvm::Error shifted(Machine &machine, const ArithOperands &operands,
                           const Shifting &shifting, Operation operation) {
  llvm::ArrayRef<Source> sources = operands.sources;
  forEachRun(
      machine, operands.lanes, operands.result, sources,
      [&](WriteRun to, const auto &from, unsigned count) {
        int64_t values[2][longestRun], amount = 0;
        for (unsigned k = 0; k < 2; ++k)
          loadIntegers(from[k], sources[k].precision(), sources[k].isSigned(),
                       count, values[k]);
        if (sources.size() > 2) // one for the whole channel
          loadIntegers(from[2], Precision::I8, /*isSigned=*/true, 1, &amount);
        if (amount > 0)
          amount &= 31;
        // Fewer bits are enough for most, and much faster.
        int64_t bits = shifting.valueBits + std::max<int64_t>(0, amount);
        auto run = bits < 31 && operands.resultPrecision != Precision::I32
                       ? shiftRun<int32_t, Operation>
                   : bits < 63 ? shiftRun<int64_t, Operation>
                               : shiftRun<__int128, Operation>;
        run(values, count, operands, int(amount), shifting, operation);
        storeIntegers(values[0], operands.resultPrecision, to, count);
      });
  return llvm::Error::success();
}

template <typename Compare>
static llvm::Error select(Machine &machine, const ArithOperands &operands,
                          Compare compare) {
  Precision precision = operands.sources[0].precision();
  if (operands.sources[1].precision() != precision)
    return refuse("both compared operands must have the same precision");
  if (bytesOf(operands.resultPrecision) > bytesOf(precision))
    return refuse("the result of a selection must not be wider than its "
                  "operands");
  binary(machine, operands, [&](int64_t a, int64_t b) {
    return compare(a, b) ? int64_t(operands.third) : 0;
  });
  return llvm::Error::success();
}

/// Left shifts count modulo 32, right shifts (negative amounts) round.
static int64_t shiftElement(int64_t value, int64_t amount, RoundMode round) {
  if (amount >= 0)
    return int64_t(uint64_t(value) << (amount & 31));
  return int64_t(shift(value, int(amount), round));
}

/// Amounts beyond the width shift bits out, as the two shifts count modulo 32.
static int64_t rotate(int64_t value, int64_t amount, unsigned bits) {
  uint64_t low = uint64_t(value) & ((uint64_t(1) << bits) - 1);
  int64_t left = amount < 0 ? int64_t(bits) + amount : amount;
  return int64_t(low << (left & 31) | low >> ((int64_t(bits) - left) & 31));
}

/// Amounts are signed whatever opd1_sign says.
static llvm::Error shiftOrRotate(Machine &machine,
                                 const ArithOperands &operands) {
  ArithOperands typed = operands;
  Precision first = operands.sources[0].precision();
  unsigned bits = isa::bitsOf(first);
  if (operands.function == ArithOp::CircularShift &&
      (first != operands.resultPrecision ||
       isa::bitsOf(operands.sources[1].precision()) > bits))
    return refuse("a rotation needs a result of the first operand's precision, "
                  "and amounts that are not wider");
  if (operands.function == ArithOp::LogicShift)
    typed.sources[0] = operands.sources[0].withSign(false);
  typed.sources[1] = operands.sources[1].withSign(true);
  if (operands.function == ArithOp::CircularShift)
    binary(machine, typed,
           [&](int64_t a, int64_t b) { return rotate(a, b, bits); });
  else
    binary(machine, typed, [&](int64_t a, int64_t b) {
      return shiftElement(a, b, operands.round);
    });
  return llvm::Error::success();
}

/// result = (result * 2^left + first * second) / 2^right, rounded. 16-bit
/// results saturate; 32-bit ones know no left shift and keep the low bits.
static llvm::Error multiplyAccumulate(Machine &machine,
                                      const ArithOperands &operands,
                                      bool resultSigned) {
  Precision precision = operands.resultPrecision;
  if (precision == Precision::I8)
    return refuse("res0 must be i16 or i32, but is i8");
  bool isShort = precision == Precision::I16;
  for (const Source &source : llvm::ArrayRef(operands.sources).take_front(2))
    if (isShort && source.precision() != Precision::I8)
      return refuse("an i16 result takes i8 operands only");
  unsigned left = operands.third & 0xff, right = operands.third >> 8 & 0xff;
  if (left > 31 || right > 31)
    return refuse("the shifts in opd2_addr must not exceed 31");
  int64_t high = (int64_t(1) << (resultSigned ? 15 : 16)) - 1;
  int64_t low = resultSigned ? -high - 1 : 0;
  ArithOperands three = operands;
  three.sources.resize(2, operands.sources[0]);
  three.sources.push_back(
      Source::tensor(operands.result, precision, resultSigned));
  forEachRun(machine, operands.lanes, operands.result, three.sources,
             [&](WriteRun to, const auto &from, unsigned count) {
               int64_t values[3][longestRun];
               for (auto [k, source] : llvm::enumerate(three.sources))
                 loadIntegers(from[k], source.precision(), source.isSigned(),
                              count, values[k]);
               for (unsigned i = 0; i < count; ++i) {
                 int64_t sum =
                     int64_t((uint64_t(values[2][i]) << (isShort ? left : 0)) +
                             uint64_t(values[0][i]) * uint64_t(values[1][i]));
                 sum = int64_t(shift(sum, -int(right), operands.round));
                 values[0][i] = isShort ? std::clamp(sum, low, high) : sum;
               }
               storeIntegers(values[0], precision, to, count);
             });
  return llvm::Error::success();
}

/// Zero bits above the highest one.
static int64_t leadingZeros(int64_t value, unsigned bits) {
  uint64_t low = uint64_t(value) & ((uint64_t(1) << bits) - 1);
  return llvm::countl_zero(low) - int(64 - bits);
}

/// Sub-functions of one operand; `operation` also sees it as `second`.
template <typename Operation>
static llvm::Error unary(Machine &machine, const ArithOperands &operands,
                         Operation operation) {
  ArithOperands two = operands;
  two.sources.resize(1, operands.sources[0]);
  two.sources.push_back(operands.sources[0]);
  return binarySame(machine, two,
                    [&](int64_t a, int64_t) { return operation(a); });
}

llvm::Error sim::runIntegerArith(Machine &machine,
                                 const ArithOperands &operands) {
  auto add = [](auto a, auto b) { return a + b; };
  auto sub = [](auto a, auto b) { return a - b; };
  auto mul = [](auto a, auto b) { return a * b; };
  int sumBits = 2, productBits = 1; // bits that hold every result
  for (const Source &source : llvm::ArrayRef(operands.sources).take_front(2)) {
    int sourceBits = int(isa::bitsOf(source.precision()));
    sumBits = std::max(sumBits, sourceBits + 2);
    productBits += sourceBits + 1;
  }
  unsigned bits = isa::bitsOf(operands.resultPrecision);
  bool anySigned =
      operands.sources[0].isSigned() ||
      (operands.sources.size() > 1 && operands.sources[1].isSigned());
  switch (operands.function) {
  case ArithOp::Add:
    return shifted(machine, operands, {false, anySigned, sumBits}, add);
  case ArithOp::Sub:
    return shifted(machine, operands, {false, true, sumBits}, sub);
  case ArithOp::Mul:
    return shifted(machine, operands, {false, anySigned, productBits}, mul);
  case ArithOp::AddSaturate:
    return shifted(machine, operands, {true, anySigned, sumBits}, add);
  case ArithOp::SubSaturate:
    return shifted(machine, operands, {true, true, sumBits}, sub);
  case ArithOp::MulSaturate:
    return shifted(machine, operands,
                   {true, anySigned, productBits, /*isExact=*/true}, mul);
  case ArithOp::Mac:
    return multiplyAccumulate(machine, operands, anySigned);
  case ArithOp::MulDoubleHigh: // 2 * product, its upper half, rounded
    return shifted(machine, operands, {true, anySigned, productBits},
                   [&](auto a, auto b) {
                     return shift(a * b, 1 - int(bits), operands.round);
                   });
  case ArithOp::And:
    return binarySame(machine, operands,
                      [](int64_t a, int64_t b) { return a & b; });
  case ArithOp::Or:
    return binarySame(machine, operands,
                      [](int64_t a, int64_t b) { return a | b; });
  case ArithOp::Xor:
    return binarySame(machine, operands,
                      [](int64_t a, int64_t b) { return a ^ b; });
  case ArithOp::Max:
    return extreme(machine, operands,
                   [](int64_t a, int64_t b) { return std::max(a, b); });
  case ArithOp::Min:
    return extreme(machine, operands,
                   [](int64_t a, int64_t b) { return std::min(a, b); });
  case ArithOp::SelectGreater:
    return select(machine, operands,
                  [](int64_t a, int64_t b) { return a > b; });
  case ArithOp::SelectEqual:
    return select(machine, operands,
                  [](int64_t a, int64_t b) { return a == b; });
  case ArithOp::SelectLess:
    return select(machine, operands,
                  [](int64_t a, int64_t b) { return a < b; });
  case ArithOp::LogicShift:
  case ArithOp::ArithShift:
  case ArithOp::CircularShift:
    return shiftOrRotate(machine, operands);
  case ArithOp::Not:
    return unary(machine, operands, [](int64_t a) { return ~a; });
  case ArithOp::Abs:
    return unary(machine, operands, [](int64_t a) { return std::abs(a); });
  case ArithOp::FirstOne:
    return unary(machine, operands,
                 [bits](int64_t a) { return leadingZeros(a, bits); });
  case ArithOp::FirstZero:
    return unary(machine, operands,
                 [bits](int64_t a) { return leadingZeros(~a, bits); });
  default:
    return refuse("this sub-function is not supported for integer operands");
  }
}
