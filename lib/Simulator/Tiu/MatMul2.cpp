//===- MatMul2.cpp - Product of matrices spread by rows (MM2) -------------===//
//
// Row r of each matrix lies in lane (first lane + r) mod 64, columns without
// gaps, rows of one lane at multiples of 64 bytes.
//
//   nn: res0 = opd0 * opd1       nt: res0 = opd0 * transposed opd1
//   tt: res0 = opd1 * opd0, which is (transposed opd0 * transposed opd1)
//       transposed
//
//===----------------------------------------------------------------------===//
#include "lib/Simulator/Execute.h"
#include "lib/Simulator/Mac/MatrixProduct.h"
#include "lib/Simulator/Mac/Operands.h"
#include <optional>

using namespace tpu_mlir;
using namespace tpu_mlir::sim;
using isa::MatMul2Op;
using isa::Precision;

static llvm::Expected<TensorView> matrixView(const Machine &machine,
                                             uint64_t address,
                                             Precision precision, uint32_t rows,
                                             uint32_t columns) {
  return TensorView::make(machine, address, isa::bitsOf(precision) / 8,
                          {1, rows, 1, columns}, unsigned(Layout::Aligned));
}

/// A whole operand, widened; every element the constant in `address` if
/// isConstant.
static llvm::Expected<Matrix> readMatrix(Machine &machine,
                                         llvm::StringRef operand,
                                         uint32_t address, bool isConstant,
                                         Precision precision, uint32_t rows,
                                         uint32_t columns) {
  if (isConstant) {
    if (uint64_t(rows) * columns > localBytes)
      return refuse(operand + " has more elements than local memory");
    Matrix matrix(rows, columns);
    std::fill(matrix.elements.begin(), matrix.elements.end(),
              constantOf(precision, address));
    return matrix;
  }
  auto view = matrixView(machine, address, precision, rows, columns);
  if (!view)
    return view.takeError();
  if (llvm::Error error = view->read(machine, operand))
    return std::move(error);
  Matrix matrix(rows, columns);
  for (uint32_t r = 0; r < rows; ++r)
    toFloats(precision, view->at(machine, 0, r), matrix.row(r), columns);
  return matrix;
}

namespace {
/// The operands' sizes: the product is rows x inner times inner x columns.
struct Sizes {
  uint32_t rows, inner, columns;
};
} // namespace

static llvm::Expected<Sizes> sizesOf(const isa::MatMul2 &i) {
  bool inRows = i.tsk_eu_typ == unsigned(MatMul2Op::NN);
  Sizes sizes{i.res0_c, inRows ? i.opd1_c : i.opd1_w, i.res0_w};
  uint32_t outer = inRows ? i.opd1_w : i.opd1_c;
  bool isTT = i.tsk_eu_typ == unsigned(MatMul2Op::TT);
  uint32_t expected = isTT ? sizes.rows : sizes.columns;
  if (outer != expected)
    return refuse("opd1 is " + llvm::Twine(i.opd1_c) + " x " +
                  llvm::Twine(i.opd1_w) + ", which does not give a " +
                  llvm::Twine(sizes.rows) + " x " + llvm::Twine(sizes.columns) +
                  " result");
  return sizes;
}

static llvm::Error multiplyHalf(Machine &machine, const isa::MatMul2 &i) {
  auto precision = Precision(i.opd0_prec), wanted = Precision(i.res0_prec);
  if (wanted != Precision::F32 && wanted != precision)
    return refuse("no result of " + precisionName(i.res0_prec) + " from " +
                  precisionName(i.opd0_prec) + " operands");
  auto sizes = sizesOf(i);
  if (!sizes)
    return sizes.takeError();
  auto [rows, inner, columns] = *sizes;
  bool isTT = i.tsk_eu_typ == unsigned(MatMul2Op::TT);
  auto opd0 = readMatrix(machine, "opd0", i.opd0_addr, i.opd0_const, precision,
                         isTT ? inner : rows, isTT ? columns : inner);
  if (!opd0)
    return opd0.takeError();
  auto opd1 = readMatrix(machine, "opd1", i.opd1_addr, i.opd1_const, precision,
                         i.opd1_c, i.opd1_w);
  if (!opd1)
    return opd1.takeError();
  auto result = matrixView(machine, i.res0_addr, wanted, rows, columns);
  if (!result)
    return result.takeError();
  std::optional<Matrix> previous;
  if (i.res_add) {
    auto read = readMatrix(machine, "res0", i.res0_addr, false, Precision::F32,
                           rows, columns);
    if (!read)
      return read.takeError();
    previous = std::move(*read);
  }
  if (llvm::Error error = result->write(machine, "res0"))
    return error;
  Matrix sums = previous ? std::move(*previous) : Matrix(rows, columns);
  switch (MatMul2Op(i.tsk_eu_typ)) {
  case MatMul2Op::NN:
    addHalfProduct(machine, *opd0, *opd1, sums);
    break;
  case MatMul2Op::NT:
    addHalfProduct(machine, *opd0, opd1->transposed(), sums);
    break;
  case MatMul2Op::TT:
    addHalfProduct(machine, *opd1, *opd0, sums);
    break;
  }
  for (uint32_t r = 0; r < rows; ++r)
    fromFloats(wanted, sums.row(r), result->at(machine, 0, r), columns);
  return llvm::Error::success();
}

llvm::Error tpu_mlir::sim::execute(Machine &machine, const isa::MatMul2 &i) {
  if (llvm::Error error = checkCommon(i))
    return error;
  if (isHalf(Precision(i.opd0_prec)))
    return multiplyHalf(machine, i);
  if (Precision(i.opd0_prec) == Precision::F32)
    return refuse("mm2 has no f32 operands: the chip takes their upper "
                  "halves for bf16; use conv or mm");
  return refuse("mm2 of " + precisionName(i.opd0_prec) +
                " operands is not supported");
}
