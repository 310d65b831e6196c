//===- Matrix.h - Constant matrices along one axis ------------------------===//
#pragma once

#include "lib/Conversion/TopToTpu/Support/View.h"

#include <vector>

namespace tpu_mlir {

/// Row-major; element (from, to) weighs input `from` in output `to`.
class Matrix {
public:
  Matrix(int64_t inputs, int64_t outputs)
      : inputs(inputs), outputs(outputs), values(inputs * outputs, 0.0f) {}

  float &at(int64_t from, int64_t to) { return values[from * outputs + to]; }
  float at(int64_t from, int64_t to) const {
    return values[from * outputs + to];
  }

  const int64_t inputs, outputs;
  std::vector<float> values;
};

/// Multiplies every line of elements along `axis` by the matrix; the result is
/// in the canonical view of its shape.
mlir::Value multiplyAxis(Lowering &l, mlir::Value value, ShapeRef shape,
                         size_t axis, const Matrix &matrix);

} // namespace tpu_mlir
