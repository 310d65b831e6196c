//===- MatrixProduct.cpp - Products of widened matrices -------------------===//
#include "lib/Simulator/Mac/MatrixProduct.h"

#include "lib/Simulator/FlushDenormals.h"
#include "lib/Simulator/Mac/MacArray.h"
#include "lib/Simulator/Mac/NanSums.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <cassert>
#include <cstring>
#include <numeric>

using namespace tpu_mlir::sim;
using mac::channelsTogether;
using mac::resultsTogether;

/// Rows one worker computes at a time.
static constexpr uint32_t rowsTogether = 128;

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

  ColumnBlock(uint32_t columns, uint32_t index)
      : index(index), first(index * resultsTogether),
        count(std::min(resultsTogether, columns - first)) {}

  /// Copies rows to [row][16], zeros in columns that do not exist.
  template <typename T>
  void copyRows(const MatrixOf<T> &matrix, uint32_t firstRow, uint32_t rows,
                T *to) const {
    for (uint32_t r = 0; r < rows; ++r, to += resultsTogether) {
      const T *from = matrix.row(firstRow + r) + first;
      std::fill(std::copy_n(from, count, to), to + resultsTogether, T(0));
    }
  }
};
} // namespace

/// Each block of columns as [row][16], rows padded with zeros to a multiple
/// of 32.
template <typename T>
static std::vector<std::vector<T>> packRight(Machine &machine,
                                             const MatrixOf<T> &right) {
  std::vector<std::vector<T>> blocks(
      llvm::divideCeil(right.columns, resultsTogether));
  machine.parallelFor(blocks.size(), [&](unsigned index) {
    blocks[index].resize(llvm::alignTo(right.rows, channelsTogether) *
                         resultsTogether);
    ColumnBlock(right.columns, index)
        .copyRows(right, 0, right.rows, blocks[index].data());
  });
  return blocks;
}

/// Computes `sums` block by block: body(block, first row, rows, results) adds
/// to results, [row][16], what belongs there.
template <typename T, typename Body>
static void forBlocks(Machine &machine, MatrixOf<T> &sums, Body body) {
  uint32_t chunks = llvm::divideCeil(sums.rows, rowsTogether);
  uint32_t blocks = llvm::divideCeil(sums.columns, resultsTogether);
  machine.parallelFor(blocks * chunks, [&](unsigned item) {
    ColumnBlock block(sums.columns, item / chunks);
    uint32_t first = item % chunks * rowsTogether;
    uint32_t count = std::min(rowsTogether, sums.rows - first);
    T results[rowsTogether * resultsTogether];
    block.copyRows(sums, first, count, results);
    body(block, first, count, results);
    for (uint32_t r = 0; r < count; ++r)
      std::memcpy(sums.row(first + r) + block.first,
                  results + r * resultsTogether, block.count * sizeof(T));
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
  std::iota(places.begin(), places.end(), 0);
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
              mac::addSingles(terms, count, results);
            });
}

void tpu_mlir::sim::addIntegerProduct(Machine &machine,
                                      const IntegerMatrix &left,
                                      const IntegerMatrix &right,
                                      IntegerMatrix &sums) {
  assert(left.columns == right.rows && sums.rows == left.rows &&
         sums.columns == right.columns);
  std::vector<std::vector<int32_t>> weights = packRight(machine, right);
  std::vector<int32_t> places(left.rows);
  std::iota(places.begin(), places.end(), 0);
  forBlocks(machine, sums,
            [&](const ColumnBlock &block, uint32_t first, uint32_t count,
                int32_t *results) {
              mac::kernels().addIntegers(left.elements.data(), &places[first],
                                         count, left.columns,
                                         weights[block.index].data(), results);
            });
}
