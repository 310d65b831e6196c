//===- System.cpp - SYSID: barriers, and the mask of lanes ----------------===//
#include "lib/Simulator/Execute.h"
#include "lib/Simulator/TensorView.h"

using namespace tpu_mlir;
using namespace tpu_mlir::sim;

/// Commands of an engine run in order here, and an interrupt has no one to
/// reach: these change no memory, as on the chip model.
llvm::Error sim::execute(Machine &, const isa::TiuSystem &) {
  return llvm::Error::success();
}

/// The lane mask of which byte i, not zero, means lane i.
static llvm::Expected<isa::Lanes> maskOf(Machine &machine,
                                         const isa::LaneMask &command) {
  if (command.function() == isa::LaneMaskOp::Write)
    return isa::Lanes(command.mask_value);
  bool collects = command.function() == isa::LaneMaskOp::WriteCollectFromLocal;
  Shape4 shape{1, collects ? laneCount : 1, 1, collects ? 1 : laneCount};
  llvm::Expected<TensorView> bytes = TensorView::make(
      machine, command.mask_value, 1, shape, unsigned(Layout::Compact));
  if (!bytes)
    return bytes.takeError();
  if (llvm::Error error = bytes->read(machine, "mask"))
    return std::move(error);
  uint64_t mask = 0;
  for (uint32_t i = 0; i < laneCount; ++i)
    if (*bytes->at(machine, 0, collects ? i : 0, 0, collects ? 0 : i))
      mask |= uint64_t(1) << i;
  return isa::Lanes(mask);
}

llvm::Error sim::execute(Machine &machine, const isa::LaneMask &command) {
  llvm::Expected<isa::Lanes> mask = maskOf(machine, command);
  if (!mask)
    return refuse(command.mnemonic() + ": " + llvm::toString(mask.takeError()));
  if (command.store_valid || command.load_valid)
    machine.laneMask = *mask;
  else
    machine.laneMask.reset();
  return llvm::Error::success();
}
