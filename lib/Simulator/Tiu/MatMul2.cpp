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
#include "lib/Simulator/Mac/IntegerTable.h"
#include "lib/Simulator/Mac/MatrixProduct.h"
#include "lib/Simulator/Mac/Operands.h"
#include <cstring>

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
template <typename T>
static llvm::Expected<MatrixOf<T>>
readMatrix(Machine &machine, llvm::StringRef operand, uint32_t address,
           bool isConstant, Precision precision, bool isSigned, uint32_t rows,
           uint32_t columns) {
  if (isConstant)
    return MatrixOf<T>::constant(operand, address, precision, isSigned, rows,
                                 columns);
  auto view = matrixView(machine, address, precision, rows, columns);
  if (!view)
    return view.takeError();
  if (llvm::Error error = view->read(machine, operand))
    return std::move(error);
  MatrixOf<T> matrix(rows, columns);
  for (uint32_t r = 0; r < rows; ++r)
    widen(precision, isSigned, view->at(machine, 0, r), matrix.row(r), columns);
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

namespace {
/// What a command multiplies and adds to.
template <typename T> struct Operands {
  MatrixOf<T> left, right; ///< already transposed where the function asks
  MatrixOf<T> sums;        ///< zeros, or with res_add what the result held
  TensorView result;

  static llvm::Expected<Operands> read(Machine &machine, const isa::MatMul2 &i,
                                       Precision wanted, Precision added);
};
} // namespace

template <typename T>
llvm::Expected<Operands<T>>
Operands<T>::read(Machine &machine, const isa::MatMul2 &i, Precision wanted,
                  Precision added) {
  auto sizes = sizesOf(i);
  if (!sizes)
    return sizes.takeError();
  auto [rows, inner, columns] = *sizes;
  bool isTT = i.function() == MatMul2Op::TT;
  auto precision = Precision(i.opd0_prec);
  auto opd0 =
      readMatrix<T>(machine, "opd0", i.opd0_addr, i.opd0_const, precision,
                    i.opd0_sign, isTT ? inner : rows, isTT ? columns : inner);
  if (!opd0)
    return opd0.takeError();
  auto opd1 = readMatrix<T>(machine, "opd1", i.opd1_addr, i.opd1_const,
                            precision, i.opd1_sign, i.opd1_c, i.opd1_w);
  if (!opd1)
    return opd1.takeError();
  auto result = matrixView(machine, i.res0_addr, wanted, rows, columns);
  if (!result)
    return result.takeError();
  MatrixOf<T> sums(rows, columns);
  if (i.res_add) {
    auto previous = readMatrix<T>(machine, "res0", i.res0_addr, false, added,
                                  true, rows, columns);
    if (!previous)
      return previous.takeError();
    sums = std::move(*previous);
  }
  if (llvm::Error error = result->write(machine, "res0"))
    return std::move(error);
  switch (i.function()) {
  case MatMul2Op::NN:
    return Operands{std::move(*opd0), std::move(*opd1), std::move(sums),
                    *result};
  case MatMul2Op::NT:
    return Operands{std::move(*opd0), opd1->transposed(), std::move(sums),
                    *result};
  case MatMul2Op::TT:
    return Operands{std::move(*opd1), std::move(*opd0), std::move(sums),
                    *result};
  }
  llvm_unreachable("the decoder knows no other function");
}

static llvm::Error multiplyHalf(Machine &machine, const isa::MatMul2 &i) {
  auto precision = Precision(i.opd0_prec), wanted = Precision(i.res0_prec);
  if (wanted != Precision::F32 && wanted != precision)
    return refuse("no result of " + precisionName(i.res0_prec) + " from " +
                  precisionName(i.opd0_prec) + " operands");
  auto operands = Operands<float>::read(machine, i, wanted, Precision::F32);
  if (!operands)
    return operands.takeError();
  auto &[left, right, sums, result] = *operands;
  addHalfProduct(machine, left, right, sums);
  for (uint32_t r = 0; r < sums.rows; ++r)
    if (isa::Lanes(i.tsk_lane_num).contains(result.lane(r)))
      fromFloats(wanted, sums.row(r), result.at(machine, 0, r), sums.columns);
  return llvm::Error::success();
}

/// Subtracts the zero points from what was opd1. The table of nn and nt lies as
/// a tensor [1, 64, 1, columns]: row r of opd1 takes those of lane r mod 64,
/// all of them (nn: one a column) or the one of its number (nt). That of tt has
/// one for each row, compact.
static llvm::Error subtractZeroPoints(Machine &machine, const isa::MatMul2 &i,
                                      IntegerMatrix &left,
                                      IntegerMatrix &right) {
  bool isTT = i.function() == MatMul2Op::TT;
  IntegerMatrix &matrix = isTT ? left : right;
  if (isTT || i.opd2_const) {
    auto points =
        IntegerTable{"opd2",      Precision::I8,      bool(i.opd1_sign),
                     i.opd2_addr, bool(i.opd2_const), matrix.rows}
            .read(machine);
    if (!points)
      return points.takeError();
    for (uint32_t r = 0; r < matrix.rows; ++r)
      for (uint32_t c = 0; c < matrix.columns; ++c)
        matrix.row(r)[c] -= (*points)[r];
    return llvm::Error::success();
  }
  bool isNN = i.function() == MatMul2Op::NN;
  uint32_t lanes = std::min(isNN ? matrix.rows : matrix.columns, laneCount);
  auto view =
      TensorView::make(machine, i.opd2_addr, 1, {1, lanes, 1, matrix.columns},
                       unsigned(Layout::Strided), {0, 0, 0, 1});
  if (!view)
    return view.takeError();
  if (llvm::Error error = view->read(machine, "opd2"))
    return error;
  for (uint32_t r = 0; r < matrix.rows; ++r)
    for (uint32_t c = 0; c < matrix.columns; ++c) {
      int32_t point;
      toIntegers(i.opd1_sign,
                 view->at(machine, 0, (isNN ? r : c) % laneCount, 0, c), &point,
                 1);
      matrix.row(r)[c] -= point;
    }
  return llvm::Error::success();
}

static llvm::Error multiplyInteger(Machine &machine, const isa::MatMul2 &i) {
  if (Precision(i.res0_prec) != Precision::I32)
    return refuse("no result of " + precisionName(i.res0_prec) +
                  " from i8 operands, only i32");
  auto operands =
      Operands<int32_t>::read(machine, i, Precision::I32, Precision::I32);
  if (!operands)
    return operands.takeError();
  auto &[left, right, sums, result] = *operands;
  if (llvm::Error error = subtractZeroPoints(machine, i, left, right))
    return error;
  addIntegerProduct(machine, left, right, sums);
  for (uint32_t r = 0; r < sums.rows; ++r)
    if (isa::Lanes(i.tsk_lane_num).contains(result.lane(r)))
      std::memcpy(result.at(machine, 0, r), sums.row(r),
                  sums.columns * sizeof(int32_t));
  return llvm::Error::success();
}

llvm::Error tpu_mlir::sim::execute(Machine &machine, const isa::MatMul2 &i) {
  if (llvm::Error error = checkCommon(i))
    return error;
  if (isHalf(Precision(i.opd0_prec)))
    return multiplyHalf(machine, i);
  if (Precision(i.opd0_prec) == Precision::I8)
    return multiplyInteger(machine, i);
  if (Precision(i.opd0_prec) == Precision::F32)
    return refuse("mm2 has no f32 operands: the chip takes their upper "
                  "halves for bf16; use conv or mm");
  return refuse("mm2 of " + precisionName(i.opd0_prec) +
                " operands is not supported");
}
