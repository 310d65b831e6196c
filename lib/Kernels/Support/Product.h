//===- Product.h - The command that multiplies 16-bit and 8-bit matrices --===//
#pragma once

#include "lib/Kernels/Operands.h"

namespace tpu_mlir {

/// target [rows, columns] = left [rows, inner] x right [inner, columns], or
/// [columns, inner] where turned; rows lie in lanes.
struct Product {
  LocalView target, left, right;
  int64_t rows, columns, inner;
  bool isTurned = false;
};

/// The command without a bias; results are of the target's type.
isa::MatMul2 commandOf(const Product &product);

} // namespace tpu_mlir
