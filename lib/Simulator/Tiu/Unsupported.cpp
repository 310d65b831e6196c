//===- Unsupported.cpp - Instructions the simulator refuses ---------------===//
#include "lib/Simulator/Execute.h"
#include "lib/Simulator/Tiu/Elements.h"

using namespace tpu_mlir;
using namespace tpu_mlir::sim;

template <typename Instruction>
static llvm::Error refuseInstruction(const Instruction &instruction) {
  return refuse(instruction.mnemonic() +
                ": the simulator does not execute this instruction");
}

llvm::Error sim::execute(Machine &, const isa::LaneArith &i) {
  return refuseInstruction(i);
}
llvm::Error sim::execute(Machine &, const isa::ScatterGatherLine &i) {
  return refuseInstruction(i);
}
llvm::Error sim::execute(Machine &, const isa::Vector &i) {
  return refuseInstruction(i);
}
