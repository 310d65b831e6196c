//===- OperandsMatrix.cpp - Operands of convolutions and products ---------===//

#include "lib/Isa/OperandLayouts.h"

using namespace tpu_mlir::isa;
namespace isa = tpu_mlir::isa;

namespace {

bool isEightBit(uint32_t precision) {
  return precision == uint32_t(Precision::I8) ||
         precision == uint32_t(Precision::I4);
}

/// Input channels that the convolution unit takes together.
uint64_t channelsTogether(uint32_t precision) {
  switch (bitsOf(Precision(precision))) {
  case 4:
    return 128;
  case 8:
    return 64;
  case 16:
    return 32;
  default:
    return 1;
  }
}

constexpr uint32_t f32 = uint32_t(Precision::F32);
constexpr uint32_t i32 = uint32_t(Precision::I32);
constexpr uint32_t i16 = uint32_t(Precision::I16);
constexpr uint32_t i8 = uint32_t(Precision::I8);

/// The padding value: one for each channel unless it is in the command.
template <typename T> Operand padding(const T &i, uint64_t channels) {
  Type type{i.opd0_prec, bool(i.opd0_sign)};
  if (i.opd3_const)
    return constant("opd3", i.opd3_addr, type);
  return read(compact("opd3", i.opd3_addr, type, {1, channels, 1, 2}));
}

/// The result. What `res_add` adds to 16-bit floats is f32 at its address,
/// however wide the result is, and so a range of its own.
template <typename T>
void addResult(Operands &all, const T &i, Type type, Sizes shape) {
  Operand written = aligned("res0", i.res0_addr, type, shape);
  bool addsWide = i.res_add && bitsOf(Precision(i.opd0_prec)) == 16 &&
                  type.precision != f32;
  if (addsWide)
    all.push_back(read(aligned("res0", i.res0_addr, Type{f32, true}, shape)));
  all.push_back(result(i, written, i.res_add && !addsWide));
}

} // namespace

Operands isa::list(const Conv &i) {
  Type input{i.opd0_prec, bool(i.opd0_sign)};
  Type weight{i.opd0_prec, bool(i.opd1_sign)};
  Operands all;
  all.push_back(read(byLayout(
      "opd0", i.opd0_addr, input, {i.res0_n, i.opd0_c, i.opd0_h, i.opd0_w},
      i.opd0_str, {i.opd0_n_str, i.opd0_c_str, i.opd0_h_str, i.opd0_w_str})));
  if (i.opd1_const) {
    all.push_back(constant("opd1", i.opd1_addr, weight));
  } else {
    uint64_t together = channelsTogether(i.opd0_prec);
    uint64_t kernel = llvm::alignTo(i.opd0_c, together) * i.opd1_h * i.opd1_w;
    all.push_back(read(dense("opd1", i.opd1_addr, weight,
                             {1, i.res0_c, 1, kernel}, kernel, "weights")));
  }
  bool eightBit = isEightBit(i.opd0_prec);
  bool requantizes = eightBit && i.tsk_eu_typ != uint32_t(ConvOp::Normal);
  Type bias{requantizes ? i16
            : eightBit  ? i.opd0_prec
                        : f32,
            eightBit ? bool(i.opd2_sign) : true};
  if (i.opd2_const)
    all.push_back(constant("opd2", i.opd2_addr, bias));
  else
    all.push_back(
        read(compact("opd2", i.opd2_addr, bias, {1, i.res0_c, 1, 1})));
  if (requantizes)
    all.push_back(constant("opd3", i.opd3_addr, Type{i8, false}));
  else
    all.push_back(padding(i, i.opd0_c));
  Type out{i.res0_prec, i.opd0_sign || i.opd1_sign || i.opd2_sign};
  addResult(all, i, out, {i.res0_n, i.res0_c, i.res0_h, i.res0_w});
  return all;
}

Operands isa::list(const PoolDepthwise &i) {
  Type input{i.opd0_prec, bool(i.opd0_sign)};
  Type kernel{i.opd0_prec, bool(i.opd1_sign)};
  PoolOp function = i.function();
  bool isRoi = function == PoolOp::RoiDepthwise ||
               function == PoolOp::RoiAverage || function == PoolOp::RoiMax;
  bool isMax = function == PoolOp::Max || function == PoolOp::RoiMax;
  bool isDepthwise =
      function == PoolOp::Depthwise || function == PoolOp::DepthwiseRelu;
  Operands all;
  all.push_back(read(aligned("opd0", i.opd0_addr, input,
                             {i.res0_n, i.res0_c, i.opd0_h, i.opd0_w})));
  // Average pooling has its factor in the command, 8-bit ones their shift too.
  bool isAverage =
      function == PoolOp::Average || function == PoolOp::RoiAverage;
  if (i.opd1_const || isAverage)
    all.push_back(constant("opd1", i.opd1_addr, kernel));
  else if (!isMax)
    all.push_back(read(compact("opd1", i.opd1_addr, kernel,
                               {1, i.res0_c, i.opd1_h, i.opd1_w})));
  Type bias = isEightBit(i.opd0_prec) ? Type{i32, true} : input;
  if (isDepthwise && i.opd2_const)
    all.push_back(constant("opd2", i.opd2_addr, bias));
  else if (isDepthwise)
    all.push_back(
        read(compact("opd2", i.opd2_addr, bias, {1, i.res0_c, 1, 1})));
  if (isRoi) {
    all.push_back(constant("opd2", i.opd2_addr, input));
    all.push_back(read(
        compact("opd3", i.opd3_addr, Type{i16, true}, {1, i.res0_w, 1, 4})));
  } else {
    all.push_back(padding(i, i.res0_c));
  }
  Type out{i.res0_prec,
           i.opd0_sign || (isDepthwise && (i.opd1_sign || i.opd2_sign))};
  all.push_back(result(i, aligned("res0", i.res0_addr, out,
                                  {i.res0_n, i.res0_c, i.res0_h, i.res0_w})));
  return all;
}

Operands isa::list(const MatMul &i) {
  uint64_t columns = i.opd0_c ? (i.opd0_c - 1) * i.opd0_w + i.opd1_w : 0;
  uint64_t rows = i.opd0_n;
  uint64_t inner = i.left_tran ? rows : columns;
  Type left{i.opd0_prec, bool(i.opd0_sign)};
  Operands all;
  if (i.opd0_const)
    all.push_back(constant("opd0", i.opd0_addr, left));
  else
    all.push_back(read(
        aligned("opd0", i.opd0_addr, left, {rows, i.opd0_c, 1, i.opd0_w})));
  all.push_back(
      read(aligned("opd1", i.opd1_addr, Type{i.opd0_prec, bool(i.opd1_sign)},
                   {inner, i.res0_c, 1, i.res0_w})));
  bool requantizes = i.tsk_eu_typ != uint32_t(MatMulOp::Normal);
  if (requantizes || i.opd0_prec == f32 || i.opd0_prec == i32) {
    Type row{requantizes          ? i16
             : i.opd0_prec == i32 ? i8
                                  : f32,
             bool(i.opd2_sign)};
    if (i.opd2_const)
      all.push_back(constant("opd2", i.opd2_addr, row));
    else
      all.push_back(
          read(aligned("opd2", i.opd2_addr, row, {1, i.res0_c, 1, i.res0_w})));
  }
  all.push_back(
      result(i,
             aligned("res0", i.res0_addr, Type{i.res0_prec, true},
                     {i.left_tran ? columns : rows, i.res0_c, 1, i.res0_w}),
             i.res_add && i.opd0_prec == f32));
  return all;
}

Operands isa::list(const MatMul2 &i) {
  MatMul2Op function = i.function();
  Type left{i.opd0_prec, bool(i.opd0_sign)};
  Type right{i.opd0_prec, bool(i.opd1_sign)};
  // tt takes the left matrix as [k, n] and gives the product transposed.
  uint64_t leftRows = function == MatMul2Op::TT ? i.opd1_w : i.res0_c;
  uint64_t leftColumns = function == MatMul2Op::NN   ? i.opd1_c
                         : function == MatMul2Op::NT ? i.opd1_w
                                                     : i.res0_w;
  Operands all;
  if (i.opd0_const)
    all.push_back(constant("opd0", i.opd0_addr, left));
  else
    all.push_back(read(
        aligned("opd0", i.opd0_addr, left, {1, leftRows, 1, leftColumns})));
  if (i.opd1_const)
    all.push_back(constant("opd1", i.opd1_addr, right));
  else
    all.push_back(
        read(aligned("opd1", i.opd1_addr, right, {1, i.opd1_c, 1, i.opd1_w})));
  // Only 8-bit products have an opd2: the zero points of opd1. Row r of opd1
  // takes its own from the lane r mod 64.
  if (isEightBit(i.opd0_prec) && i.opd2_const)
    all.push_back(constant("opd2", i.opd2_addr, right));
  else if (isEightBit(i.opd0_prec) && function == MatMul2Op::TT)
    all.push_back(
        read(compact("opd2", i.opd2_addr, right, {1, i.res0_c, 1, 1})));
  else if (isEightBit(i.opd0_prec))
    all.push_back(
        read(strided("opd2", i.opd2_addr, right,
                     {1, std::min<uint64_t>(i.opd1_c, laneCount), 1, i.res0_w},
                     {0, 0, 0, 1})));
  addResult(all, i, Type{i.res0_prec, true}, {1, i.res0_c, 1, i.res0_w});
  return all;
}
