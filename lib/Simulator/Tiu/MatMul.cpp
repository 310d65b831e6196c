//===- MatMul.cpp - Product of matrices spread by columns (MM) ------------===//
//
// A matrix of r rows lies as a tensor [r, lanes, 1, columns a lane], aligned.
// The last lane of the left one may hold fewer columns (opd1_w).
//
//===----------------------------------------------------------------------===//
#include "lib/Simulator/Execute.h"
#include "lib/Simulator/Mac/MatrixProduct.h"
#include "lib/Simulator/Mac/Operands.h"
#include <optional>

using namespace tpu_mlir;
using namespace tpu_mlir::sim;
using isa::Precision;

namespace {
/// Where an f32 matrix lies.
struct SpreadMatrix {
  TensorView view;
  uint32_t columns;

  static llvm::Expected<SpreadMatrix>
  make(const Machine &machine, uint32_t address, uint32_t rows, uint32_t lanes,
       uint32_t columnsPerLane, uint32_t columns) {
    auto view = TensorView::make(machine, address, sizeof(float),
                                 {rows, lanes, 1, columnsPerLane},
                                 unsigned(Layout::Aligned));
    if (!view)
      return view.takeError();
    return SpreadMatrix{*view, columns};
  }

  /// Calls body(row, first column, columns, lane) for each run of columns.
  template <typename Body> void forRuns(Body body) const {
    uint32_t width = view.shape().w;
    for (uint32_t r = 0; r < view.shape().n; ++r)
      for (uint32_t c = 0; c < view.shape().c; ++c)
        body(r, c * width, std::min(width, columns - c * width), c);
  }

  llvm::Expected<Matrix> read(Machine &machine, llvm::StringRef name) const {
    if (llvm::Error error = view.read(machine, name))
      return std::move(error);
    Matrix matrix(view.shape().n, columns);
    forRuns([&](uint32_t r, uint32_t first, uint32_t count, uint32_t c) {
      toFloats(Precision::F32, view.at(machine, r, c), matrix.row(r) + first,
               count);
    });
    return matrix;
  }

  void store(Machine &machine, const Matrix &matrix) const {
    forRuns([&](uint32_t r, uint32_t first, uint32_t count, uint32_t c) {
      fromFloats(Precision::F32, matrix.row(r) + first, view.at(machine, r, c),
                 count);
    });
  }
};
} // namespace

/// The left operand as stored, before any transposition.
static llvm::Expected<Matrix> readLeft(Machine &machine, const isa::MatMul &i) {
  if (!i.opd0_c || !i.opd0_w || !i.opd1_w || i.opd1_w > i.opd0_w)
    return refuse("opd0 has " + llvm::Twine(i.opd0_c) + " lanes of " +
                  llvm::Twine(i.opd0_w) + " columns, the last of " +
                  llvm::Twine(i.opd1_w));
  uint32_t columns = (i.opd0_c - 1) * i.opd0_w + i.opd1_w;
  if (i.opd0_const) {
    if (uint64_t(i.opd0_n) * columns > localBytes)
      return refuse("opd0 has more elements than local memory");
    Matrix matrix(i.opd0_n, columns);
    std::fill(matrix.elements.begin(), matrix.elements.end(),
              constantOf(Precision::F32, i.opd0_addr));
    return matrix;
  }
  auto place = SpreadMatrix::make(machine, i.opd0_addr, i.opd0_n, i.opd0_c,
                                  i.opd0_w, columns);
  if (!place)
    return place.takeError();
  return place->read(machine, "opd0");
}

/// The bias row, or a constant one.
static llvm::Expected<Matrix> readBias(Machine &machine, const isa::MatMul &i) {
  uint32_t columns = i.res0_c * i.res0_w;
  if (i.opd2_const) {
    Matrix bias(1, columns);
    std::fill(bias.elements.begin(), bias.elements.end(),
              constantOf(Precision::F32, i.opd2_addr));
    return bias;
  }
  auto place =
      SpreadMatrix::make(machine, i.opd2_addr, 1, i.res0_c, i.res0_w, columns);
  if (!place)
    return place.takeError();
  return place->read(machine, "opd2");
}

static llvm::Error multiplySingle(Machine &machine, const isa::MatMul &i) {
  if (Precision(i.res0_prec) != Precision::F32)
    return refuse("mm: no result of " + precisionName(i.res0_prec) +
                  " from f32 operands");
  auto left = readLeft(machine, i);
  if (!left)
    return left.takeError();
  if (i.left_tran)
    *left = left->transposed();
  uint32_t columns = i.res0_c * i.res0_w;
  auto rightPlace = SpreadMatrix::make(machine, i.opd1_addr, left->columns,
                                       i.res0_c, i.res0_w, columns);
  if (!rightPlace)
    return rightPlace.takeError();
  auto right = rightPlace->read(machine, "opd1");
  if (!right)
    return right.takeError();
  auto bias = readBias(machine, i);
  if (!bias)
    return bias.takeError();
  auto result = SpreadMatrix::make(machine, i.res0_addr, left->rows, i.res0_c,
                                   i.res0_w, columns);
  if (!result)
    return result.takeError();
  std::optional<Matrix> previous;
  if (i.res_add) {
    auto read = result->read(machine, "res0");
    if (!read)
      return read.takeError();
    previous = std::move(*read);
  }
  if (llvm::Error error = result->view.write(machine, "res0"))
    return error;
  Matrix biases(left->rows, columns);
  for (uint32_t r = 0; r < left->rows; ++r)
    std::copy_n(bias->row(0), columns, biases.row(r));
  if (!previous) {
    addSingleProduct(machine, *left, *right, biases);
    result->store(machine, biases);
  } else {
    addSingleProduct(machine, *left, *right, *previous, &biases);
    result->store(machine, *previous);
  }
  return llvm::Error::success();
}

llvm::Error tpu_mlir::sim::execute(Machine &machine, const isa::MatMul &i) {
  if (i.tsk_eu_typ != unsigned(isa::MatMulOp::Normal))
    return refuse("matrix product with requantisation is not supported");
  if (llvm::Error error = checkCommon(i))
    return error;
  if (Precision(i.opd0_prec) == Precision::F32)
    return multiplySingle(machine, i);
  return refuse("mm of " + precisionName(i.opd0_prec) +
                " operands is not supported");
}
