//===- Vector.cpp - VC: each element of a vector with another vector ------===//
#include "lib/Simulator/Execute.h"
#include "lib/Simulator/Tiu/Arith.h"
#include "llvm/Support/FormatVariadic.h"

using namespace tpu_mlir;
using namespace tpu_mlir::sim;
using isa::ArithOp;
using isa::Precision;

/// Iterations of a division, whatever opd2_n_str says.
static constexpr unsigned divisionSteps = 3;

/// An aligned [1, c, 1, w] tensor that is read.
static llvm::Expected<TensorView> vectorAt(Machine &machine,
                                           llvm::StringRef name,
                                           uint64_t address, uint32_t code,
                                           uint32_t c, uint32_t w) {
  llvm::Expected<Precision> precision = elementPrecision(name, code);
  if (!precision)
    return precision.takeError();
  llvm::Expected<TensorView> view =
      TensorView::make(machine, address, bytesOf(*precision), {1, c, 1, w},
                       unsigned(Layout::Aligned));
  if (view)
    if (llvm::Error error = view->read(machine, name))
      return std::move(error);
  return view;
}

static llvm::Error run(Machine &machine, const isa::Vector &command) {
  if (!command.opd0_c || !command.opd1_w || command.opd1_w > command.opd0_w)
    return refuse(
        llvm::formatv("opd0 has {0} channels of {1} elements, the last of {2}",
                      command.opd0_c, command.opd0_w, command.opd1_w));
  if (command.opd2_n_str >= roundModeCount)
    return refuse(
        llvm::formatv("round mode {0} does not exist", command.opd2_n_str));
  llvm::Expected<Precision> precision =
      elementPrecision("res0", command.res0_prec);
  if (!precision)
    return precision.takeError();
  llvm::Expected<TensorView> first =
      vectorAt(machine, "opd0", command.opd0_addr, command.opd0_prec,
               command.opd0_c, command.opd0_w);
  if (!first)
    return first.takeError();
  llvm::Expected<TensorView> second =
      vectorAt(machine, "opd1", command.opd1_addr, command.opd1_prec,
               command.res0_c, command.res0_w);
  if (!second)
    return second.takeError();
  uint64_t rows =
      uint64_t(command.opd0_c - 1) * command.opd0_w + command.opd1_w;
  if (rows > laneBytes)
    return refuse("opd0 has more elements than a lane has bytes");
  llvm::Expected<TensorView> result =
      TensorView::make(machine, command.res0_addr, bytesOf(*precision),
                       {uint32_t(rows), command.res0_c, 1, command.res0_w},
                       unsigned(Layout::Aligned));
  if (!result)
    return result.takeError();
  if (second->firstLane() != result->firstLane())
    return refuse("opd1 and res0 must begin in the same lane");
  if (llvm::Error error = result->write(machine, "res0"))
    return error;

  auto firstPrecision = Precision(command.opd0_prec);
  auto secondPrecision = Precision(command.opd1_prec);
  bool floats = isFloating(firstPrecision);
  if (isFloating(secondPrecision) != floats)
    return refuse("operands must be all integers or all floats");
  // The functions have the codes of AR's.
  ArithOperands operands{ArithOp(command.tsk_eu_typ),
                         *result,
                         *precision,
                         {},
                         isa::Lanes(command.tsk_lane_num),
                         RoundMode(command.opd2_n_str),
                         divisionSteps,
                         command.opd2_addr};
  for (uint32_t row = 0; row < rows; ++row) {
    uint32_t value = 0;
    std::memcpy(
        &value,
        first->at(machine, 0, row / command.opd0_w, 0, row % command.opd0_w),
        first->elementBytes());
    operands.result = result->image(row);
    operands.sources = {
        Source::constant(value, firstPrecision, command.opd0_sign),
        Source::tensor(*second, secondPrecision, command.opd1_sign)};
    if (llvm::Error error = floats ? runFloatArith(machine, operands)
                                   : runIntegerArith(machine, operands))
      return error;
  }
  return llvm::Error::success();
}

llvm::Error sim::execute(Machine &machine, const isa::Vector &command) {
  if (llvm::Error error = run(machine, command))
    return refuse(command.mnemonic() + ": " + llvm::toString(std::move(error)));
  return llvm::Error::success();
}
