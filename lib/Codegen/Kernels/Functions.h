//===- Functions.h - Transcendental functions from simple commands
//---------===//
#pragma once

#include "dialects/Tpu/Tpu.h"
#include "lib/Codegen/Kernels/Math.h"

namespace tpu_mlir {

/// f32 temporaries that a function needs beside its result.
unsigned temporariesOf(tpu::UnaryKind kind);

/// Emits result = kind(x), all f32; the result and the temporaries are neither
/// x nor each other.
void emitFunction(const Math &math, tpu::UnaryKind kind,
                  const LocalView &result, const LocalView &x,
                  llvm::ArrayRef<LocalView> temporaries);

/// exp(x) for x clamped to [-87.3, 88.3], where f32 has normal results;
/// relative error below 2e-7. Takes three temporaries; x may be the second or
/// third.
void emitExp(const Math &math, const LocalView &result, const LocalView &x,
             llvm::ArrayRef<LocalView> temporaries);
/// log(x) for normal x > 0; 0 counts as the smallest normal number. Takes four
/// temporaries.
void emitLog(const Math &math, const LocalView &result, const LocalView &x,
             llvm::ArrayRef<LocalView> temporaries);

} // namespace tpu_mlir
