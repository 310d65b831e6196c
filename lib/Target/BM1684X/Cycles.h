//===- Cycles.h - What a command costs -------------------------------------===//
#pragma once

#include "lib/Isa/Instructions.h"

namespace tpu_mlir::bm1684x {

/// Cycles at 1 GHz that a command keeps its engine busy.
int64_t cycles(const isa::Instruction &instruction);

} // namespace tpu_mlir::bm1684x
