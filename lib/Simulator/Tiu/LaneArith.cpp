//===- LaneArith.cpp - LAR: arithmetic within a lane ----------------------===//
#include "lib/Simulator/Execute.h"

using namespace tpu_mlir;

// The vendor's chip model ignores this instruction, and no public text says
// what it computes.
llvm::Error sim::execute(Machine &, const isa::LaneArith &command) {
  return refuse(command.mnemonic() +
                ": the chip model does not define LAR commands");
}
