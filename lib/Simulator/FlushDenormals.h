//===- FlushDenormals.h - Floating point without denormals -----*- C++ -*-===//
#pragma once

#include <immintrin.h>

namespace tpu_mlir::sim {

/// While one lives, this thread's f32 operations read denormal operands as
/// zero and give zero instead of denormal results, as the chip's do. The
/// arithmetic must happen in functions the compiler cannot inline here.
class FlushDenormals {
public:
  FlushDenormals() : before(_mm_getcsr()) { _mm_setcsr(before | 0x8040); }
  ~FlushDenormals() { _mm_setcsr(before); }
  FlushDenormals(const FlushDenormals &) = delete;
  FlushDenormals &operator=(const FlushDenormals &) = delete;

private:
  unsigned before; ///< MXCSR; bit 15 flushes results, bit 6 operands
};

} // namespace tpu_mlir::sim
