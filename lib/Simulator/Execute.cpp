//===- Execute.cpp - Dispatch of an instruction ---------------------------===//
#include "lib/Simulator/Execute.h"

#include "lib/Simulator/Refuse.h"

using namespace tpu_mlir;
using namespace tpu_mlir::sim;

llvm::Error sim::checkForm(const isa::Decoded &command) {
  auto *arith = std::get_if<isa::Arith>(&command.instruction);
  if (command.form == isa::Form::Long || !arith ||
      (arith->function() != isa::ArithOp::EuIndex &&
       arith->function() != isa::ArithOp::LaneIndex))
    return llvm::Error::success();
  return refuse(arith->mnemonic() +
                " writes nothing in its short form; use the long one");
}

/// With the lanes of the machine's mask in place of its own.
template <typename T>
static llvm::Error executeMasked(Machine &machine, const T &command) {
  if constexpr (T::engine == isa::Engine::Tiu)
    if (machine.laneMask) {
      T masked = command;
      masked.forEachField(masked, [&](llvm::StringRef name, auto &member) {
        if constexpr (std::is_same_v<decltype(member), uint64_t &>)
          if (name == "tsk_lane_num")
            member = machine.laneMask->bits();
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
