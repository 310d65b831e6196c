//===- Patch.h - A bmodel file with other commands ------------------------===//
//
// All else stays as it is, byte for byte, also what Model does not know.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "lib/BModel/Model.h"
#include "llvm/Support/Error.h"

namespace tpu_mlir::bmodel {

/// The commands of Model::nets[net].stages[stage].groups[group].
struct NewCommands {
  size_t net, stage, group;
  CommandGroup commands;
};

/// The file with these commands in place of its own. Streams that change are
/// appended, and the tables refer to them there; `fileName` is for messages.
llvm::Expected<std::vector<uint8_t>>
replaceCommands(Bytes file, llvm::StringRef fileName,
                llvm::ArrayRef<NewCommands> replacements);

} // namespace tpu_mlir::bmodel
