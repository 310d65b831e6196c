//===- Cycles.cpp - How long a command keeps its engine busy ----------===//
#include "lib/Target/BM1684X/Cycles.h"

using namespace tpu_mlir;

uint64_t bm1684x::cycles(const isa::Instruction &instruction) {
  return std::visit([](const auto &command) { return cycles(command); },
                    instruction);
}
