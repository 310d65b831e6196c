//===- MatrixProduct.cpp - Products of matrices in f32 form ---------------===//
#include "lib/Simulator/Mac/MatrixProduct.h"

#include "lib/Simulator/FlushDenormals.h"
#include "lib/Simulator/Mac/MacArray.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
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
/// Sixteen columns of a matrix, fewer at its end.
struct ColumnBlock {
  uint32_t index, first, count;

  ColumnBlock(const Matrix &matrix, uint32_t index)
      : index(index), first(index * resultsTogether),
        count(std::min(resultsTogether, matrix.columns - first)) {}

  /// Copies rows to [row][16], zeros in columns that do not exist.
  void copyRows(const Matrix &matrix, uint32_t firstRow, uint32_t rows,
                float *to) const {
    for (uint32_t r = 0; r < rows; ++r, to += resultsTogether) {
      const float *from = matrix.row(firstRow + r) + first;
      std::fill(std::copy_n(from, count, to), to + resultsTogether, 0.0f);
    }
  }
};
} // namespace

/// Each block of columns as [row][16], rows padded with zeros to a multiple
/// of 32.
static std::vector<std::vector<float>> packRight(Machine &machine,
                                                 const Matrix &right) {
  std::vector<std::vector<float>> blocks(
      llvm::divideCeil(right.columns, resultsTogether));
  machine.parallelFor(blocks.size(), [&](unsigned index) {
    blocks[index].resize(llvm::alignTo(right.rows, channelsTogether) *
                         resultsTogether);
    ColumnBlock(right, index)
        .copyRows(right, 0, right.rows, blocks[index].data());
  });
  return blocks;
}

/// Computes `sums` block by block: body(block, first row, rows, results) adds
/// to results, [row][16], what belongs there.
static void forBlocks(
    Machine &machine, Matrix &sums,
    llvm::function_ref<void(const ColumnBlock &, uint32_t, uint32_t, float *)>
        body) {
  uint32_t chunks = llvm::divideCeil(sums.rows, rowsTogether);
  uint32_t blocks = llvm::divideCeil(sums.columns, resultsTogether);
  machine.parallelFor(blocks * chunks, [&](unsigned item) {
    ColumnBlock block(sums, item / chunks);
    uint32_t first = item % chunks * rowsTogether;
    uint32_t count = std::min(rowsTogether, sums.rows - first);
    float results[rowsTogether * resultsTogether];
    block.copyRows(sums, first, count, results);
    body(block, first, count, results);
    for (uint32_t r = 0; r < count; ++r)
      std::memcpy(sums.row(first + r) + block.first,
                  results + r * resultsTogether, block.count * sizeof(float));
  });
}

void tpu_mlir::sim::addHalfProduct(Machine &machine, const Matrix &left,
                                   const Matrix &right, Matrix &sums) {
  assert(left.columns == right.rows && sums.rows == left.rows &&
         sums.columns == right.columns);
  std::vector<float> inputs = packLeft(left);
  std::vector<std::vector<float>> weights = packRight(machine, right);
  uint32_t groups = llvm::divideCeil(left.columns, channelsTogether);
  std::vector<int32_t> places(left.rows);
  for (uint32_t r = 0; r < left.rows; ++r)
    places[r] = int32_t(r);
  forBlocks(machine, sums,
            [&](const ColumnBlock &block, uint32_t first, uint32_t count,
                float *results) {
              FlushDenormals flush;
              for (uint32_t group = 0; group < groups; ++group)
                mac::kernels().addGroup(
                    &inputs[size_t(group) * left.rows * channelsTogether],
                    &places[first], count,
                    std::min(channelsTogether,
                             left.columns - group * channelsTogether),
                    &weights[block.index][size_t(group) * channelsTogether *
                                          resultsTogether],
                    results);
            });
}

void tpu_mlir::sim::addSingleProduct(Machine &machine, const Matrix &left,
                                     const Matrix &right, Matrix &sums,
                                     const Matrix *others) {
  assert(left.columns == right.rows && sums.rows == left.rows &&
         sums.columns == right.columns);
  std::vector<std::vector<float>> weights = packRight(machine, right);
  forBlocks(machine, sums,
            [&](const ColumnBlock &block, uint32_t first, uint32_t count,
                float *results) {
              int32_t places[rowsTogether];
              for (uint32_t r = 0; r < count; ++r)
                places[r] = int32_t(r * left.columns);
              float starts[rowsTogether * resultsTogether];
              mac::SingleTerms terms{left.row(first),
                                     /*stride=*/1,
                                     /*channels=*/left.columns,
                                     /*taps=*/1,
                                     places,
                                     weights[block.index].data(),
                                     /*others=*/nullptr};
              if (others) {
                block.copyRows(*others, first, count, starts);
                terms.others = starts;
              }
              FlushDenormals flush;
              mac::kernels().addSingles(terms, count, results);
            });
}
