//===- MatrixProduct.h - Products of widened matrices ----------*- C++ -*-===//
#pragma once

#include "lib/Simulator/Mac/Operands.h"
#include <cstring>
#include <vector>

namespace tpu_mlir::sim {

/// A dense matrix of widened elements, row-major.
template <typename T> struct MatrixOf {
  uint32_t rows, columns;
  std::vector<T> elements;

  MatrixOf(uint32_t rows, uint32_t columns)
      : rows(rows), columns(columns), elements(size_t(rows) * columns) {}

  /// Every element the constant `bits` of `precision`. Fails, naming `operand`,
  /// if local memory could not hold as many.
  static llvm::Expected<MatrixOf>
  constant(llvm::StringRef operand, uint32_t bits, isa::Precision precision,
           bool isSigned, uint32_t rows, uint32_t columns) {
    if (uint64_t(rows) * columns > localBytes)
      return refuse(operand + " has more elements than local memory");
    uint8_t bytes[sizeof bits];
    std::memcpy(bytes, &bits, sizeof bits);
    MatrixOf matrix(rows, columns);
    T value;
    widen(precision, isSigned, bytes, &value, 1);
    std::fill(matrix.elements.begin(), matrix.elements.end(), value);
    return matrix;
  }

  T *row(uint32_t r) { return &elements[size_t(r) * columns]; }
  const T *row(uint32_t r) const { return &elements[size_t(r) * columns]; }
  MatrixOf transposed() const {
    MatrixOf result(columns, rows);
    for (uint32_t r = 0; r < rows; ++r)
      for (uint32_t c = 0; c < columns; ++c)
        result.row(c)[r] = row(r)[c];
    return result;
  }
};
using Matrix = MatrixOf<float>;
using IntegerMatrix = MatrixOf<int32_t>;

/// sums += left * right with the adder of 16-bit operands, 32 products at a
/// time along the rows of `left`.
void addHalfProduct(Machine &machine, const Matrix &left, const Matrix &right,
                    Matrix &sums);

/// sums += left * right with the adder of f32 operands; `others`, if given, is
/// what its second accumulator begins with.
void addSingleProduct(Machine &machine, const Matrix &left, const Matrix &right,
                      Matrix &sums, const Matrix *others = nullptr);

/// sums += left * right, modulo 2^32.
void addIntegerProduct(Machine &machine, const IntegerMatrix &left,
                       const IntegerMatrix &right, IntegerMatrix &sums);

} // namespace tpu_mlir::sim
