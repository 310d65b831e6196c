//===- Special.cpp - SFU: series, reciprocal roots, exponents -------------===//
#include "lib/Simulator/Execute.h"
#include "lib/Simulator/FlushDenormals.h"
#include "lib/Simulator/Numeric.h"
#include "lib/Simulator/Tiu/Elements.h"
#include "lib/Simulator/Tiu/FloatUnit.h"
#include "llvm/Support/FormatVariadic.h"

using namespace tpu_mlir;
using namespace tpu_mlir::sim;
using isa::Precision;
using isa::SpecialOp;

namespace {
struct SpecialOperands {
  TensorView result, source;
  Precision resultPrecision, precision;
  isa::Lanes lanes;
};
} // namespace

static llvm::Expected<SpecialOperands>
findOperands(Machine &machine, const isa::Special &command) {
  llvm::Expected<Precision> to = elementPrecision("res0", command.res0_prec);
  if (!to)
    return to.takeError();
  llvm::Expected<Precision> from = elementPrecision("opd0", command.opd0_prec);
  if (!from)
    return from.takeError();
  Shape4 shape{command.res0_n, command.res0_c, command.res0_h, command.res0_w};
  llvm::Expected<TensorView> result =
      TensorView::make(machine, command.res0_addr, bytesOf(*to), shape,
                       unsigned(Layout::Aligned));
  if (!result)
    return result.takeError();
  llvm::Expected<TensorView> source =
      TensorView::make(machine, command.opd0_addr, bytesOf(*from), shape,
                       unsigned(Layout::Aligned));
  if (!source)
    return source.takeError();
  if (source->firstLane() != result->firstLane())
    return refuse("opd0 and res0 must begin in the same lane");
  if (llvm::Error error = source->read(machine, "opd0"))
    return std::move(error);
  if (llvm::Error error = result->write(machine, "res0"))
    return std::move(error);
  return SpecialOperands{*result, *source, *to, *from,
                         isa::Lanes(command.tsk_lane_num)};
}

/// Horner's rule; each product and each sum is rounded to the precision. Every
/// lane has its own coefficients, the constant one first.
static llvm::Error series(Machine &machine, const SpecialOperands &operands,
                          const isa::Special &command) {
  Precision precision = operands.precision;
  if (!isFloating(precision) || operands.resultPrecision != precision)
    return refuse("operand and result must be of one floating-point precision");
  uint32_t terms = command.opd1_n;
  if (terms < 2)
    return refuse("a series needs at least two coefficients");
  Shape4 shape = operands.result.shape();
  llvm::Expected<TensorView> table = TensorView::make(
      machine, command.opd1_addr, bytesOf(precision), {1, shape.c, 1, terms},
      unsigned(Layout::Strided), {0, 0, 0, 1});
  if (!table)
    return table.takeError();
  if (table->firstLane() != operands.result.firstLane())
    return refuse("opd1 and res0 must begin in the same lane");
  if (llvm::Error error = table->read(machine, "opd1"))
    return error;
  bool flush = precision != Precision::F16;
  // The coefficients of a lane, one run of equal values each.
  for (uint32_t first = 0; first < std::min(shape.c, laneCount); ++first) {
    unsigned lane = operands.result.lane(first);
    std::vector<float> coefficients(terms);
    for (uint32_t k = 0; k < terms; ++k)
      loadFloats({table->at(machine, 0, first, 0, k), 0}, precision, flush, 1,
                 &coefficients[k]);
    forEachRun(machine, operands.lanes & isa::Lanes::one(lane), operands.result,
               Source::tensor(operands.source, precision, true),
               [&](WriteRun to, const auto &from, unsigned count) {
                 FlushDenormals guard;
                 float x[longestRun], sum[longestRun];
                 loadFloats(from[0], precision, flush, count, x);
                 float coefficient[longestRun];
                 std::fill_n(sum, count, coefficients[terms - 1]);
                 for (uint32_t k = terms - 1; k-- > 0;) {
                   std::fill_n(coefficient, count, coefficients[k]);
                   mulRun(precision, sum, x, count);
                   roundRun(precision, sum, count);
                   addRun(sum, coefficient, count);
                   roundRun(precision, sum, count);
                 }
                 storeFloats(sum, precision, to, count);
               });
  }
  return llvm::Error::success();
}

static llvm::Error reciprocalRoots(Machine &machine,
                                   const SpecialOperands &operands,
                                   unsigned iterations) {
  if (operands.precision != Precision::F32 ||
      operands.resultPrecision != Precision::F32)
    return refuse("operand and result must be f32");
  forEachRun(machine, operands.lanes, operands.result,
             Source::tensor(operands.source, Precision::F32, true),
             [&](WriteRun to, const auto &from, unsigned count) {
               FlushDenormals guard;
               float values[longestRun];
               // The first guess sees denormals, the arithmetic does not.
               loadFloats(from[0], Precision::F32, /*flush=*/false, count,
                          values);
               reciprocalRootRun(values, count, iterations);
               storeFloats(values, Precision::F32, to, count);
             });
  return llvm::Error::success();
}

/// The exponent field, one more if the number is positive and its fraction
/// above a third (1.333 in its own precision); as a power of two with the
/// number's sign, or as an integer.
static llvm::Error normalize(Machine &machine,
                             const SpecialOperands &operands) {
  Precision from = operands.precision, to = operands.resultPrecision;
  Precision integer = bytesOf(from) == 4 ? Precision::I32 : Precision::I16;
  if (!isFloating(from) || (to != from && to != integer))
    return refuse("the result must have the operand's precision, or be an "
                  "integer of its width");
  unsigned fractionBits = from == Precision::F32   ? 23
                          : from == Precision::F16 ? 10
                                                   : 7;
  unsigned bits = isa::bitsOf(from);
  int64_t mask = (int64_t(1) << (bits - 1 - fractionBits)) - 1;
  int64_t third = ((int64_t(1) << fractionBits) + 1) / 3;
  forEachRun(machine, operands.lanes, operands.result,
             Source::tensor(operands.source, from, false),
             [&](WriteRun run, const auto &runs, unsigned count) {
               int64_t values[longestRun];
               loadIntegers(runs[0], from, false, count, values);
               for (unsigned i = 0; i < count; ++i) {
                 int64_t sign = values[i] >> (bits - 1);
                 int64_t fraction = values[i] & ((1 << fractionBits) - 1);
                 bool up = !sign && fraction > third;
                 int64_t exponent = (values[i] >> fractionBits & mask) + up;
                 values[i] = to == integer ? exponent
                                           : (exponent & mask) << fractionBits |
                                                 sign << (bits - 1);
               }
               storeIntegers(values, to, run, count);
             });
  return llvm::Error::success();
}

static llvm::Error run(Machine &machine, const isa::Special &command) {
  llvm::Expected<SpecialOperands> operands = findOperands(machine, command);
  if (!operands)
    return operands.takeError();
  switch (command.function()) {
  case SpecialOp::Taylor:
  case SpecialOp::Taylor4x:
    return series(machine, *operands, command);
  case SpecialOp::Rsqrt:
    return reciprocalRoots(machine, *operands, (command.opd2_n_str & 3) + 1);
  case SpecialOp::Normalize:
    return normalize(machine, *operands);
  }
  return refuse("this sub-function is not supported");
}

llvm::Error sim::execute(Machine &machine, const isa::Special &command) {
  if (llvm::Error error = run(machine, command))
    return refuse(command.mnemonic() + ": " + llvm::toString(std::move(error)));
  return llvm::Error::success();
}
