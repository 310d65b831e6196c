//===- MatMul.cpp - Product of matrices spread by columns (MM) ------------===//
//
// A matrix of r rows lies as a tensor [r, lanes, 1, columns a lane], aligned.
// The last lane of the left one may hold fewer columns (opd1_w).
//
//===----------------------------------------------------------------------===//
#include "lib/Simulator/Execute.h"
#include "lib/Simulator/Mac/IntegerResult.h"
#include "lib/Simulator/Mac/MatrixProduct.h"
#include "lib/Simulator/Mac/Operands.h"
#include "lib/Simulator/Tiu/Elements.h"
#include <cstring>
#include <optional>

using namespace tpu_mlir;
using namespace tpu_mlir::sim;
using isa::MatMulOp;
using isa::Precision;

namespace {
/// Where a matrix lies.
struct SpreadMatrix {
  TensorView view;
  uint32_t columns;

  static llvm::Expected<SpreadMatrix>
  make(const Machine &machine, uint32_t address, Precision precision,
       uint32_t rows, uint32_t lanes, uint32_t columnsPerLane,
       uint32_t columns) {
    auto view = TensorView::make(machine, address, bytesOf(precision),
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
};

/// How an operand is read: from where it lies, or a constant.
struct SpreadOperand {
  llvm::StringRef name;
  uint32_t address;
  bool isConstant;
  Precision precision;
  bool isSigned;

  template <typename T>
  llvm::Expected<MatrixOf<T>> read(Machine &machine, uint32_t rows,
                                   uint32_t lanes, uint32_t columnsPerLane,
                                   uint32_t columns) const;
};

/// The operands of a product.
template <typename T> struct Factors {
  MatrixOf<T> left, right;
};
} // namespace

template <typename T>
llvm::Expected<MatrixOf<T>>
SpreadOperand::read(Machine &machine, uint32_t rows, uint32_t lanes,
                    uint32_t columnsPerLane, uint32_t columns) const {
  if (isConstant)
    return MatrixOf<T>::constant(name, address, precision, isSigned, rows,
                                 columns);
  auto place = SpreadMatrix::make(machine, address, precision, rows, lanes,
                                  columnsPerLane, columns);
  if (!place)
    return place.takeError();
  if (llvm::Error error = place->view.read(machine, name))
    return std::move(error);
  MatrixOf<T> matrix(rows, columns);
  place->forRuns([&](uint32_t r, uint32_t first, uint32_t count, uint32_t c) {
    widen(precision, isSigned, place->view.at(machine, r, c),
          matrix.row(r) + first, count);
  });
  return matrix;
}

/// Both matrices, the left one transposed if the command says so.
template <typename T>
static llvm::Expected<Factors<T>> readFactors(Machine &machine,
                                              const isa::MatMul &i) {
  if (!i.opd0_c || !i.opd0_w || !i.opd1_w || i.opd1_w > i.opd0_w)
    return refuse("opd0 has " + llvm::Twine(i.opd0_c) + " lanes of " +
                  llvm::Twine(i.opd0_w) + " columns, the last of " +
                  llvm::Twine(i.opd1_w));
  auto precision = Precision(i.opd0_prec);
  auto left = SpreadOperand{"opd0", i.opd0_addr, bool(i.opd0_const), precision,
                            bool(i.opd0_sign)}
                  .read<T>(machine, i.opd0_n, i.opd0_c, i.opd0_w,
                           (i.opd0_c - 1) * i.opd0_w + i.opd1_w);
  if (!left)
    return left.takeError();
  if (i.left_tran)
    *left = left->transposed();
  auto right =
      SpreadOperand{"opd1", i.opd1_addr, false, precision, bool(i.opd1_sign)}
          .read<T>(machine, left->columns, i.res0_c, i.res0_w,
                   i.res0_c * i.res0_w);
  if (!right)
    return right.takeError();
  return Factors<T>{std::move(*left), std::move(*right)};
}

/// The row that opd2 is: a bias, or what to shift each column by.
template <typename T>
static llvm::Expected<MatrixOf<T>>
readRow(Machine &machine, const isa::MatMul &i, Precision precision) {
  return SpreadOperand{"opd2", i.opd2_addr, bool(i.opd2_const), precision,
                       bool(i.opd2_sign)}
      .read<T>(machine, 1, i.res0_c, i.res0_w, i.res0_c * i.res0_w);
}

/// As many rows of the result as the left factor has.
static llvm::Expected<SpreadMatrix>
resultPlace(Machine &machine, const isa::MatMul &i, uint32_t rows) {
  return SpreadMatrix::make(machine, i.res0_addr, Precision(i.res0_prec), rows,
                            i.res0_c, i.res0_w, i.res0_c * i.res0_w);
}

static llvm::Error multiplySingle(Machine &machine, const isa::MatMul &i) {
  if (i.function() != MatMulOp::Normal)
    return refuse(i.mnemonic() + " takes 8-bit operands only");
  if (Precision(i.res0_prec) != Precision::F32)
    return refuse("mm: no result of " + precisionName(i.res0_prec) +
                  " from f32 operands");
  auto factors = readFactors<float>(machine, i);
  if (!factors)
    return factors.takeError();
  auto &[left, right] = *factors;
  auto bias = readRow<float>(machine, i, Precision::F32);
  if (!bias)
    return bias.takeError();
  auto result = resultPlace(machine, i, left.rows);
  if (!result)
    return result.takeError();
  std::optional<Matrix> previous;
  if (i.res_add) {
    auto read =
        SpreadOperand{"res0", i.res0_addr, false, Precision::F32, true}
            .read<float>(machine, left.rows, i.res0_c, i.res0_w, right.columns);
    if (!read)
      return read.takeError();
    previous = std::move(*read);
  }
  if (llvm::Error error = result->view.write(machine, "res0"))
    return error;
  Matrix sums(left.rows, right.columns);
  for (uint32_t r = 0; r < left.rows; ++r)
    std::copy_n(bias->row(0), right.columns, sums.row(r));
  if (previous)
    addSingleProduct(machine, left, right, *previous, &sums);
  else
    addSingleProduct(machine, left, right, sums);
  const Matrix &product = previous ? *previous : sums;
  result->forRuns([&](uint32_t r, uint32_t first, uint32_t count, uint32_t c) {
    if (!isa::Lanes(i.tsk_lane_num).contains(result->view.lane(c)))
      return;
    fromFloats(Precision::F32, product.row(r) + first,
               result->view.at(machine, r, c), count);
  });
  return llvm::Error::success();
}

/// The requantising functions saturate to 16 bits even if the result has 32.
static void saturateToHalfWords(IntegerMatrix &sums,
                                const IntegerResult &last) {
  IntegerResult narrow = last;
  narrow.precision = Precision::I16;
  std::vector<uint8_t> bytes(2 * sums.elements.size());
  narrow.store(sums.elements.data(), bytes.data(), sums.elements.size());
  toIntegers(Precision::I16, last.isSigned && !last.relu, bytes.data(),
             sums.elements.data(), sums.elements.size());
}

/// 8-bit and 16-bit operands: sums modulo 2^32; the requantising functions add
/// a 16-bit bias, shift right by bits 8 to 15 of opd3_addr, and round halves
/// up.
static llvm::Error multiplyInteger(Machine &machine, const isa::MatMul &i) {
  auto wanted = Precision(i.res0_prec);
  bool requantizes = i.function() != MatMulOp::Normal;
  if (requantizes && Precision(i.opd0_prec) != Precision::I8)
    return refuse(i.mnemonic() + " takes 8-bit operands only");
  if (!isInteger(wanted) || (!requantizes && wanted != Precision::I32))
    return refuse("mm: no result of " + precisionName(i.res0_prec) + " from " +
                  precisionName(i.opd0_prec) + " operands");
  if (i.res_add)
    return refuse("res_add: the chip model adds to a part of the results of 8 "
                  "and 16-bit operands only; add them with arith.add");
  auto factors = readFactors<int32_t>(machine, i);
  if (!factors)
    return factors.takeError();
  auto &[left, right] = *factors;
  IntegerMatrix sums(left.rows, right.columns);
  IntegerResult last{wanted, i.opd0_sign || i.opd1_sign || i.opd2_sign};
  if (requantizes) {
    auto bias = readRow<int32_t>(machine, i, Precision::I16);
    if (!bias)
      return bias.takeError();
    for (uint32_t r = 0; r < left.rows; ++r)
      std::copy_n(bias->row(0), right.columns, sums.row(r));
    last.relu = i.function() == MatMulOp::RequantRelu;
    last.shift = i.opd3_addr >> 8 & 0xff;
  }
  auto result = resultPlace(machine, i, left.rows);
  if (!result)
    return result.takeError();
  if (llvm::Error error = result->view.write(machine, "res0"))
    return error;
  addIntegerProduct(machine, left, right, sums);
  if (requantizes && wanted == Precision::I32) {
    saturateToHalfWords(sums, last);
    last = {wanted, true};
  }
  result->forRuns([&](uint32_t r, uint32_t first, uint32_t count, uint32_t c) {
    if (!isa::Lanes(i.tsk_lane_num).contains(result->view.lane(c)))
      return;
    last.store(sums.row(r) + first, result->view.at(machine, r, c), count);
  });
  return llvm::Error::success();
}

/// 32-bit operands: sums modulo 2^64, shifted by opd2 (left if positive) and
/// saturated. Whether they are signed, the factors' signs say.
static llvm::Error multiplyWords(Machine &machine, const isa::MatMul &i) {
  if (i.function() != MatMulOp::Normal)
    return refuse(i.mnemonic() + " takes 8-bit operands only");
  if (Precision(i.res0_prec) != Precision::I32)
    return refuse("mm: no result of " + precisionName(i.res0_prec) +
                  " from i32 operands");
  if (!i.opd2_sign)
    return refuse("opd2 is a shift and must be signed");
  if (i.opd2_n_str >= roundModeCount)
    return refuse("round mode " + llvm::Twine(i.opd2_n_str) +
                  " does not exist");
  auto factors = readFactors<int32_t>(machine, i);
  if (!factors)
    return factors.takeError();
  auto &[left, right] = *factors;
  auto amounts = readRow<int32_t>(machine, i, Precision::I8);
  if (!amounts)
    return amounts.takeError();
  auto result = resultPlace(machine, i, left.rows);
  if (!result)
    return result.takeError();
  if (llvm::Error error = result->view.write(machine, "res0"))
    return error;
  auto factor = [](int32_t bits, bool isSigned) {
    return uint64_t(isSigned ? int64_t(bits) : int64_t(uint32_t(bits)));
  };
  bool isSigned = i.opd0_sign || i.opd1_sign;
  __int128 high = isSigned ? INT32_MAX : UINT32_MAX;
  __int128 low = isSigned ? INT32_MIN : 0;
  auto element = [&](uint32_t r, uint32_t c) {
    uint64_t sum = 0;
    for (uint32_t k = 0; k < left.columns; ++k)
      sum += factor(left.row(r)[k], i.opd0_sign) *
             factor(right.row(k)[c], i.opd1_sign);
    int32_t amount = amounts->row(0)[c];
    if (amount > 0)
      sum <<= amount & 63;
    __int128 value = isSigned ? __int128(int64_t(sum)) : __int128(sum);
    value = shift(value, std::min(amount, 0), RoundMode(i.opd2_n_str));
    return uint32_t(std::clamp(value, low, high));
  };
  result->forRuns([&](uint32_t r, uint32_t first, uint32_t count, uint32_t c) {
    if (!isa::Lanes(i.tsk_lane_num).contains(result->view.lane(c)))
      return;
    for (uint32_t j = 0; j < count; ++j) {
      uint32_t value = element(r, first + j);
      std::memcpy(result->view.at(machine, r, c, 0, j), &value, sizeof value);
    }
  });
  return llvm::Error::success();
}

llvm::Error tpu_mlir::sim::execute(Machine &machine, const isa::MatMul &i) {
  if (llvm::Error error = checkCommon(i))
    return error;
  switch (Precision(i.opd0_prec)) {
  case Precision::F32:
    return multiplySingle(machine, i);
  case Precision::I8:
  case Precision::I16:
    return multiplyInteger(machine, i);
  case Precision::I32:
    return multiplyWords(machine, i);
  default:
    return refuse("mm of " + precisionName(i.opd0_prec) +
                  " operands is not supported");
  }
}
