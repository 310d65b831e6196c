//===- HalfFunctions.h - Functions whose results have 16 bits -------------===//
#pragma once

#include "dialects/Tpu/Tpu.h"
#include "lib/Kernels/Support/Math.h"

namespace tpu_mlir {

/// f32 temporaries of the function's program for results in f16 and bf16; none
/// if it has no such program.
unsigned halfTemporariesOf(tpu::UnaryKind kind);

/// Where a program puts coefficients: kSeriesBytes in each lane, in f32.
constexpr int64_t kSeriesBytes = 64;
struct HalfTable {
  LocalView row; // compact
  int64_t lanes;
};

/// Emits result = kind(x), both f16 or bf16. Result, operand, temporaries and
/// table are apart.
void emitHalfFunction(const Math &math, tpu::UnaryKind kind,
                      const LocalView &result, const LocalView &x,
                      llvm::ArrayRef<LocalView> temporaries,
                      const HalfTable &table);

} // namespace tpu_mlir
