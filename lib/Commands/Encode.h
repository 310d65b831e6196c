//===- Encode.h - From commands to the bytes of two streams
//----------------===//
#pragma once

#include "lib/BModel/Model.h"
#include "lib/Commands/Emitter.h"
#include "llvm/Support/Error.h"

namespace tpu_mlir {

/// The two streams of a program: ids and dependencies set, each command in its
/// shortest form, end commands and padding added. An error names the command
/// whose field value does not fit, and its location.
mlir::FailureOr<bmodel::CommandGroup>
encodeProgram(std::vector<Command> commands, const Chip &chip,
              mlir::Location network);

} // namespace tpu_mlir
