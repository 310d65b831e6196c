//===- MatrixProduct.h - Products of matrices in f32 form ------*- C++ -*-===//
#pragma once

#include "lib/Simulator/Machine.h"
#include <vector>

namespace tpu_mlir::sim {

/// A dense matrix of widened elements, row-major.
struct Matrix {
  uint32_t rows, columns;
  std::vector<float> elements;

  Matrix(uint32_t rows, uint32_t columns)
      : rows(rows), columns(columns), elements(size_t(rows) * columns) {}
  float *row(uint32_t r) { return &elements[size_t(r) * columns]; }
  const float *row(uint32_t r) const { return &elements[size_t(r) * columns]; }
  Matrix transposed() const;
};

/// sums += left * right with the adder of 16-bit operands, 32 products at a
/// time along the rows of `left`.
void addHalfProduct(Machine &machine, const Matrix &left, const Matrix &right,
                    Matrix &sums);

/// sums += left * right with the adder of f32 operands; `others`, if given, is
/// what its second accumulator begins with.
void addSingleProduct(Machine &machine, const Matrix &left, const Matrix &right,
                      Matrix &sums, const Matrix *others = nullptr);

} // namespace tpu_mlir::sim
