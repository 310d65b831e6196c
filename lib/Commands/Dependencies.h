//===- Dependencies.h - What a command must wait for
//-----------------------===//
#pragma once

#include "lib/Commands/Emitter.h"

#include <vector>

namespace tpu_mlir {

/// Engine, id in its engine (from 1) and the id of the other engine's command
/// that must be over before it starts (0: none).
struct CommandOrder {
  isa::Engine engine;
  uint32_t id;
  uint32_t waitsFor;
};

/// Derives from the memory that commands read and write, in program order, the
/// least each of them has to wait for. What an earlier command of the same
/// engine has waited for already is not waited for again.
std::vector<CommandOrder> orderCommands(llvm::ArrayRef<Command> commands);

} // namespace tpu_mlir
