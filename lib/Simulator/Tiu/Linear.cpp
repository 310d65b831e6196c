//===- Linear.cpp - LIN: affine and squared terms a channel ---------------===//
#include "lib/Simulator/Execute.h"
#include "lib/Simulator/FlushDenormals.h"
#include "lib/Simulator/Tiu/Elements.h"
#include "lib/Simulator/Tiu/FloatUnit.h"

using namespace tpu_mlir;
using namespace tpu_mlir::sim;
using isa::LinearOp;
using isa::Precision;

/// One value a channel, compact, or a constant.
static llvm::Expected<Source> perChannel(Machine &machine, llvm::StringRef name,
                                         uint32_t address, bool isConstant,
                                         Precision precision,
                                         const TensorView &result) {
  if (isConstant)
    return Source::constant(address, precision, true);
  llvm::Expected<TensorView> view =
      TensorView::make(machine, address, bytesOf(precision), result.shape(),
                       unsigned(Layout::Strided), {0, 1, 0, 0});
  if (!view)
    return view.takeError();
  if (view->firstLane() != result.firstLane())
    return refuse(name + " and res0 must begin in the same lane");
  if (llvm::Error error = view->read(machine, name))
    return std::move(error);
  return Source::tensor(*view, precision, true);
}

static llvm::Error run(Machine &machine, const isa::Linear &command) {
  llvm::Expected<Precision> precision =
      elementPrecision("res0", command.res0_prec);
  if (!precision)
    return precision.takeError();
  if (!isFloating(*precision))
    return refuse("res0 must be f32, f16 or bf16");
  Shape4 shape{command.res0_n, command.res0_c, command.res0_h, command.res0_w};
  auto aligned = [&](uint32_t address) {
    return TensorView::make(machine, address, bytesOf(*precision), shape,
                            unsigned(Layout::Aligned));
  };
  llvm::Expected<TensorView> result = aligned(command.res0_addr);
  if (!result)
    return result.takeError();
  llvm::Expected<TensorView> input = aligned(command.opd0_addr);
  if (!input)
    return input.takeError();
  if (input->firstLane() != result->firstLane())
    return refuse("opd0 and res0 must begin in the same lane");
  if (llvm::Error error = input->read(machine, "opd0"))
    return error;
  llvm::SmallVector<Source, 3> sources{
      Source::tensor(*input, *precision, true)};
  llvm::Expected<Source> second =
      perChannel(machine, "opd1", command.opd1_addr, command.opd1_const,
                 *precision, *result);
  if (!second)
    return second.takeError();
  sources.push_back(*second);
  LinearOp function = command.function();
  if (function == LinearOp::Mac) {
    llvm::Expected<Source> third =
        perChannel(machine, "opd2", command.opd2_addr, command.opd2_const,
                   *precision, *result);
    if (!third)
      return third.takeError();
    sources.push_back(*third);
  }
  if (llvm::Error error = result->write(machine, "res0"))
    return error;
  // Each step is rounded to the precision.
  forEachRun(machine, isa::Lanes(command.tsk_lane_num), *result, sources,
             [&](WriteRun to, const auto &from, unsigned count) {
               FlushDenormals guard;
               float values[3][longestRun] = {};
               for (unsigned k = 0; k < sources.size(); ++k)
                 loadFloats(from[k], *precision, /*flush=*/true, count,
                            values[k]);
               if (function == LinearOp::Mac)
                 mulRun(*precision, values[0], values[1], count);
               else if (function == LinearOp::SquareSum)
                 addRun(values[0], values[1], count);
               else
                 subRun(values[0], values[1], count);
               roundRun(*precision, values[0], count);
               if (function == LinearOp::Mac)
                 addRun(values[0], values[2], count);
               else
                 mulRun(*precision, values[0], values[0], count);
               storeFloats(values[0], *precision, to, count);
             });
  return llvm::Error::success();
}

llvm::Error sim::execute(Machine &machine, const isa::Linear &command) {
  if (llvm::Error error = run(machine, command))
    return refuse(command.mnemonic() + ": " + llvm::toString(std::move(error)));
  return llvm::Error::success();
}
