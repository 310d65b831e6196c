//===- Arith.cpp - AR: element-wise arithmetic ----------------------------===//
#include "lib/Simulator/Tiu/Arith.h"

#include "lib/Simulator/Execute.h"
#include "lib/Simulator/Tiu/Cast.h"
#include "llvm/Support/FormatVariadic.h"

using namespace tpu_mlir;
using namespace tpu_mlir::sim;
using isa::ArithOp;
using isa::Precision;

static unsigned operandCount(ArithOp function) {
  switch (function) {
  case ArithOp::Not:
  case ArithOp::Abs:
  case ArithOp::Cast:
  case ArithOp::Copy:
  case ArithOp::CopyBatch:
  case ArithOp::FirstOne:
  case ArithOp::FirstZero:
    return 1;
  default:
    return 2;
  }
}

/// A third operand: the shift of integer sums and products.
static bool takesShift(ArithOp function) {
  switch (function) {
  case ArithOp::Add:
  case ArithOp::Sub:
  case ArithOp::Mul:
  case ArithOp::AddSaturate:
  case ArithOp::SubSaturate:
  case ArithOp::MulSaturate:
    return true;
  default:
    return false;
  }
}

namespace {
struct OperandFields {
  llvm::StringLiteral name;
  uint32_t precision, isSigned, isConstant, address, layout;
  Strides4 strides;
};
} // namespace

static llvm::Expected<Source> makeSource(Machine &machine,
                                         const OperandFields &fields,
                                         const TensorView &result,
                                         bool isBatch) {
  llvm::Expected<Precision> precision =
      elementPrecision(fields.name, fields.precision);
  if (!precision)
    return precision.takeError();
  if (fields.isConstant)
    return Source::constant(fields.address, *precision, fields.isSigned);
  Shape4 shape = result.shape();
  if (isBatch)
    shape.n = 1;
  llvm::Expected<TensorView> view =
      TensorView::make(machine, fields.address, bytesOf(*precision), shape,
                       fields.layout, fields.strides);
  if (!view)
    return refuse(fields.name + ": " + llvm::toString(view.takeError()));
  if (view->firstLane() != result.firstLane())
    return refuse(llvm::formatv(
        "{0} begins in lane {1}, but res0 in lane {2}; they must agree",
        fields.name, view->firstLane(), result.firstLane()));
  if (llvm::Error error = view->read(machine, fields.name))
    return std::move(error);
  if (isBatch) // one image for all
    view = TensorView::make(
        machine, fields.address, bytesOf(*precision), result.shape(),
        unsigned(Layout::Strided),
        {0, view->stride().c, view->stride().h, view->stride().w});
  return Source::tensor(*view, *precision, fields.isSigned);
}

static llvm::Expected<ArithOperands> findOperands(Machine &machine,
                                                  const isa::Arith &command) {
  llvm::Expected<Precision> precision =
      elementPrecision("res0", command.res0_prec);
  if (!precision)
    return precision.takeError();
  llvm::Expected<TensorView> result = TensorView::make(
      machine, command.res0_addr, bytesOf(*precision),
      {command.res0_n, command.res0_c, command.res0_h, command.res0_w},
      command.res0_str,
      {command.res0_n_str, command.res0_c_str, command.res0_h_str,
       command.res0_w_str});
  if (!result)
    return refuse("res0: " + llvm::toString(result.takeError()));
  if (command.opd2_n_str >= roundModeCount && command.tsk_eu_typ != 12)
    return refuse(
        llvm::formatv("round mode {0} does not exist", command.opd2_n_str));
  ArithOperands operands{command.function(),
                         *result,
                         *precision,
                         {},
                         isa::Lanes(command.tsk_lane_num),
                         RoundMode(command.opd2_n_str),
                         (command.opd2_n_str & 3) + 1,
                         command.opd2_addr};
  unsigned count = operandCount(operands.function);
  if (command.tsk_opd_num < count)
    return refuse(llvm::formatv("expected {0} operands, but tsk_opd_num is "
                                "{1}",
                                count, command.tsk_opd_num));
  bool hasShift = takesShift(operands.function) && isInteger(*precision) &&
                  command.tsk_opd_num > 2;
  if (hasShift && Precision(command.opd2_prec) != Precision::I8)
    return refuse("the shift, opd2, must be i8, but is " +
                  precisionName(command.opd2_prec));
  OperandFields fields[] = {{"opd0",
                             command.opd0_prec,
                             command.opd0_sign,
                             command.opd0_const,
                             command.opd0_addr,
                             command.opd0_str,
                             {command.opd0_n_str, command.opd0_c_str,
                              command.opd0_h_str, command.opd0_w_str}},
                            {"opd1",
                             command.opd1_prec,
                             command.opd1_sign,
                             command.opd1_const,
                             command.opd1_addr,
                             command.opd1_str,
                             {command.opd1_n_str, command.opd1_c_str,
                              command.opd1_h_str, command.opd1_w_str}},
                            // One value a channel.
                            {"opd2",
                             command.opd2_prec,
                             /*isSigned=*/1,
                             command.opd2_const,
                             command.opd2_addr,
                             unsigned(Layout::Strided),
                             {0, 1, 0, 0}}};
  for (const OperandFields &field :
       llvm::ArrayRef(fields).take_front(hasShift ? 3 : count)) {
    llvm::Expected<Source> source = makeSource(
        machine, field, *result, operands.function == ArithOp::CopyBatch);
    if (!source)
      return source.takeError();
    operands.sources.push_back(*source);
  }
  return operands;
}

/// The column (EuIndex) or the channel (LaneIndex) of each element.
static llvm::Error generate(Machine &machine, const isa::Arith &command) {
  auto precision = Precision(command.res0_prec);
  if (!isInteger(precision))
    return refuse("res0 must be i8, i16 or i32, but is " +
                  precisionName(command.res0_prec));
  bool isLane = command.function() == ArithOp::LaneIndex;
  if (command.res0_n != 1 || command.res0_h != 1 ||
      (isLane && command.res0_w != 1))
    return refuse(llvm::formatv(
        "res0 must be [1, c, 1, {0}], but is [{1}, {2}, {3}, {4}]",
        isLane ? "1" : "w", command.res0_n, command.res0_c, command.res0_h,
        command.res0_w));
  llvm::Expected<TensorView> result = TensorView::make(
      machine, command.res0_addr, bytesOf(precision),
      {1, command.res0_c, 1, command.res0_w}, unsigned(Layout::Aligned));
  if (!result)
    return result.takeError();
  if (llvm::Error error = result->write(machine, "res0"))
    return error;
  for (uint32_t c = 0; c < command.res0_c; ++c)
    for (uint32_t w = 0; w < command.res0_w; ++w) {
      uint32_t value = isLane ? c : w;
      if (isa::Lanes(command.tsk_lane_num).contains(result->lane(c)))
        std::memcpy(result->at(machine, 0, c, 0, w), &value,
                    bytesOf(precision));
    }
  return llvm::Error::success();
}

static llvm::Error copy(Machine &machine, const ArithOperands &operands) {
  if (operands.sources[0].precision() != operands.resultPrecision)
    return refuse("a copy must keep the precision");
  forEachRun(machine, operands.lanes, operands.result, operands.sources,
             [&](WriteRun to, const auto &from, unsigned count) {
               copyRun(from[0], to, bytesOf(operands.resultPrecision), count);
             });
  return llvm::Error::success();
}

/// Clears the sign bit, of a NaN too.
static llvm::Error absFloat(Machine &machine, const ArithOperands &operands) {
  if (operands.sources[0].precision() != operands.resultPrecision)
    return refuse("the operand and the result must have the same precision");
  int64_t mask =
      operands.resultPrecision == Precision::F32 ? 0x7fff'ffff : 0x7fff;
  forEachRun(machine, operands.lanes, operands.result, operands.sources,
             [&](WriteRun to, const auto &from, unsigned count) {
               int64_t bits[longestRun];
               loadIntegers(from[0], operands.resultPrecision, false, count,
                            bits);
               for (unsigned i = 0; i < count; ++i)
                 bits[i] &= mask;
               storeIntegers(bits, operands.resultPrecision, to, count);
             });
  return llvm::Error::success();
}

static llvm::Error cast(Machine &machine, const ArithOperands &operands,
                        bool resultSigned) {
  const Source &source = operands.sources[0];
  Precision from = source.precision(), to = operands.resultPrecision;
  if (!canCast(from, to, operands.round))
    return refuse("there is no such conversion with this round mode");
  forEachRun(machine, operands.lanes, operands.result, operands.sources,
             [&](WriteRun target, const auto &run, unsigned count) {
               castRun(run[0], from, source.isSigned(), target, to,
                       resultSigned, operands.round, count);
             });
  return llvm::Error::success();
}

static llvm::Error run(Machine &machine, const isa::Arith &command) {
  switch (command.function()) {
  case ArithOp::EuIndex:
  case ArithOp::LaneIndex:
    return generate(machine, command);
  default:
    break;
  }
  llvm::Expected<ArithOperands> operands = findOperands(machine, command);
  if (!operands)
    return operands.takeError();
  if (llvm::Error error = operands->result.write(machine, "res0"))
    return error;
  bool floats = isFloating(operands->sources[0].precision());
  switch (command.function()) {
  case ArithOp::Copy:
  case ArithOp::CopyBatch:
    return copy(machine, *operands);
  case ArithOp::Cast:
    return cast(machine, *operands, command.opd2_sign);
  case ArithOp::Abs:
    if (floats)
      return absFloat(machine, *operands);
    break;
  default:
    break;
  }
  for (const Source &source : operands->sources)
    if (isFloating(source.precision()) != floats)
      return refuse("operands must be all integers or all floats");
  return floats ? runFloatArith(machine, *operands)
                : runIntegerArith(machine, *operands);
}

llvm::Error sim::execute(Machine &machine, const isa::Arith &command) {
  if (llvm::Error error = run(machine, command))
    return refuse(command.mnemonic() + ": " + llvm::toString(std::move(error)));
  return llvm::Error::success();
}
