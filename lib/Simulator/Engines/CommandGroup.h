//===- CommandGroup.h - Two decoded command streams ------------*- C++ -*-===//
#pragma once

#include "lib/Isa/Instructions.h"
#include <vector>

namespace tpu_mlir::sim {

/// The commands of both engines, which start together. The command with id k
/// is element k - 1.
struct CommandGroup {
  std::vector<isa::Instruction> tiu, gdma;

  const std::vector<isa::Instruction> &of(isa::Engine engine) const {
    return engine == isa::Engine::Tiu ? tiu : gdma;
  }

  /// Decodes both streams: commands back to back, an end command, zeros. Fails
  /// if a stream has no end command, something behind it, ids that do not count
  /// from 1, a dependency on a command that the other stream lacks, or more
  /// than `most` commands in all.
  static llvm::Expected<CommandGroup> decode(llvm::ArrayRef<uint8_t> tiu,
                                             llvm::ArrayRef<uint8_t> gdma,
                                             uint64_t most = UINT64_MAX);
};

/// A command of a group.
struct CommandId {
  isa::Engine engine;
  uint32_t id; ///< from 1
};

/// The command that ends its stream; the engine itself takes it.
bool isEnd(const isa::Instruction &instruction);

/// "TIU" or "GDMA".
llvm::StringRef engineName(isa::Engine engine);

constexpr isa::Engine otherEngine(isa::Engine engine) {
  return engine == isa::Engine::Tiu ? isa::Engine::Gdma : isa::Engine::Tiu;
}

} // namespace tpu_mlir::sim
