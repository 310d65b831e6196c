//===- HalfFunctions.h - Functions whose results have 16 bits -------------===//
#pragma once

#include "dialects/Tpu/Tpu.h"
#include "lib/Kernels/Support/Math.h"

namespace tpu_mlir {

/// f32 temporaries of the function's program for results in f16 and bf16; none
/// if it has no such program.
unsigned halfTemporariesOf(tpu::UnaryKind kind);

/// Emits result = kind(x), both f16 or bf16; `table` is the address of the
/// coefficients. Result, operand, temporaries and table are apart.
void emitHalfFunction(const Math &math, tpu::UnaryKind kind,
                      const LocalView &result, const LocalView &x,
                      llvm::ArrayRef<LocalView> temporaries, uint32_t table);

} // namespace tpu_mlir
