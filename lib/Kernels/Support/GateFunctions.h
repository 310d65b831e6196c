//===- GateFunctions.h - x times a gate of x, in f16 ----------------------===//
#pragma once

#include "dialects/Tpu/Tpu.h"
#include "lib/Kernels/Support/Math.h"

namespace tpu_mlir {

/// Whether the function has a program in f16 alone.
bool isGate(tpu::UnaryKind kind, mlir::Type element);

/// f16 temporaries of such a program, beside kSeriesBytes in each lane.
constexpr unsigned kGateTemporaries = 3;

/// Emits result = kind(x), both f16; `table` is the address of the
/// coefficients. Result, operand, temporaries and table are apart.
void emitGate(const Math &math, tpu::UnaryKind kind, const LocalView &result,
              const LocalView &x, llvm::ArrayRef<LocalView> temporaries,
              uint32_t table);

} // namespace tpu_mlir
