//===- ArithFloat.cpp - AR on f32, f16 and bf16 ---------------------------===//
#include "lib/Simulator/FlushDenormals.h"
#include "lib/Simulator/Numeric.h"
#include "lib/Simulator/Tiu/Arith.h"
#include "lib/Simulator/Tiu/FloatUnit.h"
#include "llvm/Support/FormatVariadic.h"

using namespace tpu_mlir;
using namespace tpu_mlir::sim;
using isa::ArithOp;
using isa::Precision;

static llvm::Error needSame(const ArithOperands &operands) {
  for (const Source &source : operands.sources)
    if (source.precision() != operands.resultPrecision)
      return refuse("floating-point operands and the result must have the "
                    "same precision");
  return llvm::Error::success();
}

/// result = operation(first, second), all of one precision; the operation
/// takes runs and leaves its results in the first.
template <typename Operation>
static llvm::Error binary(Machine &machine, const ArithOperands &operands,
                          bool flush, Operation operation) {
  Precision precision = operands.resultPrecision;
  if (llvm::Error error = needSame(operands))
    return error;
  forEachRun(machine, operands.lanes, operands.result,
             llvm::ArrayRef(operands.sources).take_front(2),
             [&](WriteRun to, const auto &from, unsigned count) {
               FlushDenormals guard;
               float a[longestRun], b[longestRun];
               loadFloats(from[0], precision, flush, count, a);
               loadFloats(from[1], precision, flush, count, b);
               operation(a, b, count);
               storeFloats(a, precision, to, count);
             });
  return llvm::Error::success();
}

/// result = one of first and second; the bits of NaNs count.
static llvm::Error choose(Machine &machine, const ArithOperands &operands,
                          void (*chosen)(float *, const float *, unsigned)) {
  Precision precision = operands.resultPrecision;
  if (llvm::Error error = needSame(operands))
    return error;
  bool flush = precision != Precision::F16;
  forEachRun(machine, operands.lanes, operands.result,
             llvm::ArrayRef(operands.sources).take_front(2),
             [&](WriteRun to, const auto &from, unsigned count) {
               float a[longestRun], b[longestRun];
               loadFloats(from[0], precision, flush, count, a);
               loadFloats(from[1], precision, flush, count, b);
               chosen(a, b, count);
               restoreFloats(a, precision, to, count);
             });
  return llvm::Error::success();
}

/// result += first * second: two steps, each rounded to the precision.
static llvm::Error multiplyAccumulate(Machine &machine,
                                      const ArithOperands &operands) {
  Precision precision = operands.resultPrecision;
  if (llvm::Error error = needSame(operands))
    return error;
  ArithOperands three = operands;
  three.sources.resize(2, operands.sources[0]);
  three.sources.push_back(Source::tensor(operands.result, precision, true));
  bool flush = precision != Precision::F16;
  forEachRun(machine, operands.lanes, operands.result, three.sources,
             [&](WriteRun to, const auto &from, unsigned count) {
               FlushDenormals guard;
               float value[3][longestRun];
               for (unsigned k = 0; k < 3; ++k)
                 loadFloats(from[k], precision, flush, count, value[k]);
               mulRun(precision, value[0], value[1], count);
               roundRun(precision, value[0], count);
               addRun(value[0], value[2], count);
               storeFloats(value[0], precision, to, count);
             });
  return llvm::Error::success();
}

/// The selected bits where compare(first, second), else zeros. The result may
/// have any precision that is not wider than the operands'.
template <typename Compare>
static llvm::Error select(Machine &machine, const ArithOperands &operands,
                          bool flush, Compare compare) {
  Precision precision = operands.sources[0].precision();
  if (operands.sources[1].precision() != precision)
    return refuse("both compared operands must have the same precision");
  if (bytesOf(operands.resultPrecision) > bytesOf(precision))
    return refuse("the result of a selection must not be wider than its "
                  "operands");
  forEachRun(machine, operands.lanes, operands.result,
             llvm::ArrayRef(operands.sources).take_front(2),
             [&](WriteRun to, const auto &from, unsigned count) {
               float a[longestRun], b[longestRun];
               int64_t bits[longestRun];
               loadFloats(from[0], precision, flush, count, a);
               loadFloats(from[1], precision, flush, count, b);
               for (unsigned i = 0; i < count; ++i)
                 bits[i] = compare(a[i], b[i]) ? operands.third : 0;
               storeIntegers(bits, operands.resultPrecision, to, count);
             });
  return llvm::Error::success();
}

llvm::Error sim::runFloatArith(Machine &machine,
                               const ArithOperands &operands) {
  bool flush = operands.sources[0].precision() != Precision::F16;
  switch (operands.function) {
  case ArithOp::Add:
    return binary(machine, operands, flush, addRun);
  case ArithOp::Sub:
    return binary(machine, operands, flush, subRun);
  case ArithOp::Mul:
    return binary(machine, operands, flush,
                  [&](float *a, const float *b, unsigned count) {
                    mulRun(operands.resultPrecision, a, b, count);
                  });
  case ArithOp::Max:
    return choose(machine, operands, maxRun);
  case ArithOp::Min:
    return choose(machine, operands, minRun);
  case ArithOp::AbsDifference:
    return binary(machine, operands, flush, absDifferenceRun);
  case ArithOp::Div:
    if (operands.resultPrecision != Precision::F32)
      return refuse("division is supported for f32 only");
    // The first guess sees denormals, the arithmetic does not.
    return binary(machine, operands, /*flush=*/false,
                  [&](float *a, const float *b, unsigned count) {
                    divideRun(a, b, count, operands.iterations);
                  });
  case ArithOp::Mac:
    return multiplyAccumulate(machine, operands);
  case ArithOp::SelectGreater:
    return select(machine, operands, flush,
                  [](float a, float b) { return a > b; });
  case ArithOp::SelectEqual: // of the bits: 0 and -0 differ, NaNs may be equal
    return select(machine, operands, /*flush=*/false, [](float a, float b) {
      return bitsOfFloat(a) == bitsOfFloat(b);
    });
  case ArithOp::SelectLess: // NaN counts as less, unless the bits are equal
    return select(machine, operands, flush, [](float a, float b) {
      return !(a >= b) && bitsOfFloat(a) != bitsOfFloat(b);
    });
  default:
    return refuse(llvm::formatv(
        "this sub-function is not supported for floating-point operands"));
  }
}
