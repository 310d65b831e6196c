//===- Division.h - Quotients and square roots
//--------------------------===//
#pragma once

#include "lib/Kernels/Support/Math.h"

namespace tpu_mlir {

/// f32 temporaries that a division takes beside its result, where operands come
/// from `element` and quotients are rounded to it afterwards.
unsigned divisionTemporaries(mlir::Type element);

/// Emits result = a / b, all f32, of values that come from `element`, right
/// where quotients are rounded to it afterwards. Denormals of f32 and bf16 are
/// zeros. The result and the temporaries are none of the others.
void emitDivision(const Math &math, mlir::Type element, const LocalView &result,
                  const LocalView &a, const LocalView &b,
                  llvm::ArrayRef<LocalView> temporaries);

/// result = (1 + e) / x with 0 < e < 2^-18.5, for |x| from 2^-126 to 2^125.
/// Takes two temporaries.
void emitRoughReciprocal(const Math &math, const LocalView &result,
                         const LocalView &x,
                         llvm::ArrayRef<LocalView> temporaries);

/// result = 1 / x for x from 1 to 2^124, within one unit in the last place and
/// exact for powers of two. Takes two temporaries.
void emitReciprocal(const Math &math, const LocalView &result,
                    const LocalView &x, llvm::ArrayRef<LocalView> temporaries);

/// sqrt(x), to be rounded to `element`. Takes three temporaries.
void emitSqrt(const Math &math, mlir::Type element, const LocalView &result,
              const LocalView &x, llvm::ArrayRef<LocalView> temporaries);
/// 1 / sqrt(x). Takes four temporaries.
void emitRsqrt(const Math &math, const LocalView &result, const LocalView &x,
               llvm::ArrayRef<LocalView> temporaries);

} // namespace tpu_mlir
