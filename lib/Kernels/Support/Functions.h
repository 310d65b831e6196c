//===- Functions.h - Transcendental functions from simple commands
//---------===//
#pragma once

#include "dialects/Tpu/Tpu.h"
#include "lib/Kernels/Support/Math.h"

namespace tpu_mlir {

/// f32 temporaries that a function needs beside its result.
unsigned temporariesOf(tpu::UnaryKind kind);

/// Emits result = kind(x), all f32, for results that are rounded to `element`
/// afterwards; the result and the temporaries are neither x nor each other.
void emitFunction(const Math &math, tpu::UnaryKind kind, mlir::Type element,
                  const LocalView &result, const LocalView &x,
                  llvm::ArrayRef<LocalView> temporaries);

/// e^x; results below 2^-125.5 are 0. Takes three temporaries; x may be the
/// second or third. `isNegative`: x is known to be 0 or less, or NaN.
void emitExp(const Math &math, const LocalView &result, const LocalView &x,
             llvm::ArrayRef<LocalView> temporaries, bool isNegative = false);
/// log(x). Takes four temporaries.
void emitLog(const Math &math, const LocalView &result, const LocalView &x,
             llvm::ArrayRef<LocalView> temporaries);
} // namespace tpu_mlir
