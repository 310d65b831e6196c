//===- Arithmetic.h - Functions that keep small results exact -------------===//
#pragma once

#include "lib/Conversion/TopToTpu/Support/Lowering.h"

namespace tpu_mlir {

/// input / value, by a product where that rounds alike: the reciprocal of a
/// power of two is exact, and 16 bits do not show the rounding of one in f32.
mlir::Value divide(Lowering &l, mlir::Value input, float value);

/// base^exponent.
mlir::Value power(Lowering &l, mlir::Value base, float exponent);

/// e^x - 1 of f32 values.
mlir::Value expm1(Lowering &l, mlir::Value x);

/// log(1 + x) of f32 values.
mlir::Value log1p(Lowering &l, mlir::Value x);

/// Whether x is no NaN, of which alone the chip finds that it is less than
/// -inf.
mlir::Value isNumber(Lowering &l, mlir::Value x);

} // namespace tpu_mlir
