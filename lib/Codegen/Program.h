//===- Program.h - From a scheduled function to its commands
//---------------===//
#pragma once

#include "lib/Commands/Emitter.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tpu_mlir {

/// A value that lies whole in global memory once `commands` of the program have
/// run.
struct Completion {
  mlir::Value value;
  size_t commands;
};

struct Program {
  std::vector<Command> commands;
  std::vector<Completion> completions;
};

/// The commands of a function that `--tpu-schedule` has been run on; emits an
/// error at the first op that is not scheduled.
mlir::FailureOr<Program> emitProgram(mlir::func::FuncOp function);

/// The absolute address that `--tpu-assign-addresses` gave a value, -1 if none.
int64_t addressOf(mlir::Value value);

} // namespace tpu_mlir
