//===- Execute.cpp - Dispatch of an instruction ---------------------------===//
#include "lib/Simulator/Execute.h"

using namespace tpu_mlir;

llvm::Error sim::execute(Machine &machine,
                         const isa::Instruction &instruction) {
  return std::visit([&](const auto &held) { return execute(machine, held); },
                    instruction);
}
