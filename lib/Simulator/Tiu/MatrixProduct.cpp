//===- MatrixProduct.cpp - Products of matrices in f32 form ---------------===//
#include "lib/Simulator/Tiu/MatrixProduct.h"

#include "lib/Simulator/FlushDenormals.h"
#include "lib/Simulator/MacArray.h"
#include "llvm/Support/MathExtras.h"
#include <cassert>
#include <cstring>

using namespace tpu_mlir::sim;
using mac::channelsTogether;
using mac::resultsTogether;

/// Rows one worker computes at a time.
static constexpr uint32_t rowsTogether = 128;

Matrix Matrix::transposed() const {
  Matrix result(columns, rows);
  for (uint32_t r = 0; r < rows; ++r)
    for (uint32_t c = 0; c < columns; ++c)
      result.row(c)[r] = row(r)[c];
  return result;
}

/// [group][row][32], zeros after the last column.
static std::vector<float> packLeft(const Matrix &left) {
  uint32_t groups = llvm::divideCeil(left.columns, channelsTogether);
  std::vector<float> packed(size_t(groups) * left.rows * channelsTogether);
  for (uint32_t group = 0; group < groups; ++group) {
    uint32_t first = group * channelsTogether;
    uint32_t count = std::min(channelsTogether, left.columns - first);
    for (uint32_t r = 0; r < left.rows; ++r)
      std::memcpy(&packed[(size_t(group) * left.rows + r) * channelsTogether],
                  left.row(r) + first, count * sizeof(float));
  }
  return packed;
}

namespace {
/// Sixteen columns of a product.
struct ColumnBlock {
  uint32_t first, count;

  ColumnBlock(const Matrix &matrix, uint32_t index)
      : first(index * resultsTogether),
        count(std::min(resultsTogether, matrix.columns - first)) {}

  /// [row][16], rows padded with zeros to a multiple of 32.
  std::vector<float> pack(const Matrix &matrix) const {
    std::vector<float> packed(llvm::alignTo(matrix.rows, channelsTogether) *
                              resultsTogether);
    for (uint32_t r = 0; r < matrix.rows; ++r)
      std::memcpy(&packed[size_t(r) * resultsTogether], matrix.row(r) + first,
                  count * sizeof(float));
    return packed;
  }
};
} // namespace

void tpu_mlir::sim::addHalfProduct(Machine &machine, const Matrix &left,
                                   const Matrix &right, Matrix &sums) {
  assert(left.columns == right.rows && sums.rows == left.rows &&
         sums.columns == right.columns);
  std::vector<float> inputs = packLeft(left);
  uint32_t groups = llvm::divideCeil(left.columns, channelsTogether);
  std::vector<int32_t> places(left.rows);
  for (uint32_t r = 0; r < left.rows; ++r)
    places[r] = int32_t(r);
  auto computeBlock = [&](unsigned index) {
    ColumnBlock block(right, index);
    std::vector<float> weights = block.pack(right);
    for (uint32_t first = 0; first < left.rows; first += rowsTogether) {
      uint32_t count = std::min(rowsTogether, left.rows - first);
      float results[rowsTogether * resultsTogether] = {};
      for (uint32_t r = 0; r < count; ++r)
        std::memcpy(results + r * resultsTogether,
                    sums.row(first + r) + block.first,
                    block.count * sizeof(float));
      FlushDenormals flush;
      for (uint32_t group = 0; group < groups; ++group)
        mac::kernels().addGroup(
            &inputs[size_t(group) * left.rows * channelsTogether],
            &places[first], count,
            &weights[size_t(group) * channelsTogether * resultsTogether],
            results);
      for (uint32_t r = 0; r < count; ++r)
        std::memcpy(sums.row(first + r) + block.first,
                    results + r * resultsTogether, block.count * sizeof(float));
    }
  };
  machine.parallelFor(llvm::divideCeil(right.columns, resultsTogether),
                      computeBlock);
}
