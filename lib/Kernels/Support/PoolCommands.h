//===- PoolCommands.h - Pooling commands
//-----------------------------------===//
#pragma once

#include "lib/Commands/Emitter.h"
#include "lib/Kernels/Operands.h"

namespace tpu_mlir {

/// A pooling of an input view; sizes and pads as the command's fields.
struct PoolCommand {
  LocalView result, input;
  std::array<int64_t, 4> resultSize, inputSize;
  std::array<int64_t, 2> kernel = {1, 1}, strides = {1, 1};
  std::array<int64_t, 4> pads = {0, 0, 0, 0}; // top, left, bottom, right
};

/// The largest element of each window; padding never wins.
void emitMaxPool(Emitter &emitter, const PoolCommand &pool);
/// scale times the sum of each window; padding counts as `padding`.
void emitSumPool(Emitter &emitter, const PoolCommand &pool, float scale,
                 int64_t padding = 0);

} // namespace tpu_mlir
