//===- Execute.cpp - Dispatch of an instruction ---------------------------===//
#include "lib/Simulator/Execute.h"

using namespace tpu_mlir;
using namespace tpu_mlir::sim;

/// With the lanes of the machine's mask in place of its own.
template <typename T>
static llvm::Error executeMasked(Machine &machine, const T &command) {
  if constexpr (T::engine == isa::Engine::Tiu)
    if (machine.laneMask) {
      T masked = command;
      masked.forEachField(masked, [&](llvm::StringRef name, auto &member) {
        if constexpr (std::is_same_v<decltype(member), uint64_t &>)
          if (name == "tsk_lane_num")
            member = *machine.laneMask;
      });
      return execute(machine, masked);
    }
  return execute(machine, command);
}

llvm::Error sim::execute(Machine &machine,
                         const isa::Instruction &instruction) {
  return std::visit(
      [&](const auto &held) { return executeMasked(machine, held); },
      instruction);
}
