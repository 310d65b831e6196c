//===- OperandsElementwise.cpp - Operands of element-wise commands --------===//

#include "lib/Isa/OperandLayouts.h"

using namespace tpu_mlir::isa;
namespace isa = tpu_mlir::isa;

namespace {

template <typename T> Sizes resultShape(const T &i) {
  return {i.res0_n, i.res0_c, i.res0_h, i.res0_w};
}

/// Operands that a function takes whatever tsk_opd_num says.
unsigned operandCount(ArithOp function) {
  switch (function) {
  case ArithOp::EuIndex:
  case ArithOp::LaneIndex:
    return 0;
  case ArithOp::Not:
  case ArithOp::Cast:
  case ArithOp::Copy:
  case ArithOp::Abs:
  case ArithOp::CopyBatch:
  case ArithOp::FirstOne:
  case ArithOp::FirstZero:
    return 1;
  case ArithOp::Mac:
  case ArithOp::SelectGreater:
  case ArithOp::SelectEqual:
  case ArithOp::SelectLess:
    return 3;
  default:
    return 2;
  }
}

} // namespace

Operands isa::list(const Arith &i) {
  Sizes shape = resultShape(i);
  Type first{i.opd0_prec, bool(i.opd0_sign)};
  Type second{i.opd1_prec, bool(i.opd1_sign)};
  Type third{i.opd2_prec, bool(i.opd2_sign)};
  ArithOp function = i.function();
  unsigned count = operandCount(function);
  Operands all;
  if (count >= 1 && i.opd0_const) {
    all.push_back(constant("opd0", i.opd0_addr, first));
  } else if (count >= 1) {
    Sizes from = shape;
    if (function == ArithOp::CopyBatch)
      from[0] = 1;
    all.push_back(read(
        byLayout("opd0", i.opd0_addr, first, from, i.opd0_str,
                 {i.opd0_n_str, i.opd0_c_str, i.opd0_h_str, i.opd0_w_str})));
  }
  if (count >= 2 && i.opd1_const)
    all.push_back(constant("opd1", i.opd1_addr, second));
  else if (count >= 2)
    all.push_back(read(
        byLayout("opd1", i.opd1_addr, second, shape, i.opd1_str,
                 {i.opd1_n_str, i.opd1_c_str, i.opd1_h_str, i.opd1_w_str})));
  if (count == 3 || (count == 2 && i.tsk_opd_num == 3)) {
    // Selections and mac know it as a number only, whatever opd2_const says.
    if (i.opd2_const || count == 3)
      all.push_back(constant("opd2", i.opd2_addr, third));
    else
      all.push_back(
          read(compact("opd2", i.opd2_addr, third, {1, i.res0_c, 1, 1})));
  }
  bool isSigned =
      function == ArithOp::Cast ? i.opd2_sign : i.opd0_sign || i.opd1_sign;
  all.push_back(
      result(i,
             byLayout("res0", i.res0_addr, Type{i.res0_prec, isSigned}, shape,
                      i.res0_str,
                      {i.res0_n_str, i.res0_c_str, i.res0_h_str, i.res0_w_str}),
             function == ArithOp::Mac));
  return all;
}

// No public source describes its operands.
Operands isa::list(const LaneArith &) { return {anything("opd0", true)}; }

Operands isa::list(const Requant &i) {
  Sizes shape = resultShape(i);
  RequantOp function = i.function();
  bool isFloat = function == RequantOp::RequantFloat ||
                 function == RequantOp::DequantFloat;
  Type words{uint32_t(isFloat ? Precision::F32 : Precision::I32), true};
  Operands all;
  all.push_back(read(aligned("opd0", i.opd0_addr,
                             Type{i.opd0_prec, bool(i.opd0_sign)}, shape)));
  if (i.opd1_const) {
    all.push_back(constant("opd1", i.opd1_addr, words));
    all.push_back(constant("opd2", i.opd2_addr, words));
  } else {
    all.push_back(read(aligned("opd1", i.opd1_addr, words,
                               {1, i.res0_c, 1, uint64_t(isFloat ? 2 : 3)})));
  }
  all.push_back(
      result(i, aligned("res0", i.res0_addr,
                        Type{i.res0_prec, bool(i.opd2_sign)}, shape)));
  return all;
}

Operands isa::list(const Compare &i) {
  Sizes shape = resultShape(i);
  Type compared{i.opd0_prec, bool(i.opd0_sign)};
  Type chosen{i.opd2_prec, false};
  CompareOp function = i.function();
  bool hasTwoResults = function == CompareOp::GreaterAndSelect ||
                       function == CompareOp::LessAndSelect;
  auto operand = [&](llvm::StringRef name, bool isConstant, uint32_t address,
                     Type type, uint32_t layout) {
    // The strided layout of a comparison is one value for all.
    return isConstant ? constant(name, address, type)
                      : read(byLayout(name, address, type, shape, layout,
                                      {0, 0, 0, 0}));
  };
  Operands all;
  all.push_back(
      operand("opd0", i.opd0_const, i.opd0_addr, compared, i.opd0_str));
  all.push_back(
      operand("opd1", i.opd1_const, i.opd1_addr, compared, i.opd1_str));
  all.push_back(operand("opd2", i.opd2_const, i.opd2_addr, chosen, 0));
  all.push_back(operand("opd3", i.opd3_const, i.opd3_addr, chosen, 0));
  all.push_back(result(i, aligned("res0", i.res0_addr,
                                  hasTwoResults ? compared : chosen, shape)));
  if (hasTwoResults)
    all.push_back(result(i, aligned("res1", i.res1_addr, chosen, shape)));
  return all;
}

Operands isa::list(const Special &i) {
  Sizes shape = resultShape(i);
  Type type{i.opd0_prec, true};
  Operands all;
  all.push_back(read(aligned("opd0", i.opd0_addr, type, shape)));
  SpecialOp function = i.function();
  if (function == SpecialOp::Taylor || function == SpecialOp::Taylor4x)
    // Every lane has its own copy of the coefficients at the same place.
    all.push_back(
        read(strided("opd1", i.opd1_addr, type, {1, laneCount, 1, i.opd1_n},
                     {0, 0, i.opd1_n, 1})));
  all.push_back(
      result(i, aligned("res0", i.res0_addr, Type{i.res0_prec, true}, shape)));
  return all;
}

Operands isa::list(const Linear &i) {
  Sizes shape = resultShape(i);
  Type type{i.res0_prec, true};
  Operands all;
  all.push_back(read(aligned("opd0", i.opd0_addr, type, shape)));
  auto perChannel = [&](llvm::StringRef name, bool isConstant,
                        uint32_t address) {
    return isConstant ? constant(name, address, type)
                      : read(compact(name, address, type, {1, i.res0_c, 1, 1}));
  };
  all.push_back(perChannel("opd1", i.opd1_const, i.opd1_addr));
  if (i.function() == LinearOp::Mac)
    all.push_back(perChannel("opd2", i.opd2_const, i.opd2_addr));
  all.push_back(result(i, aligned("res0", i.res0_addr, type, shape)));
  return all;
}

Operands isa::list(const Vector &i) {
  uint64_t rows = i.opd0_c ? (i.opd0_c - 1) * i.opd0_w + i.opd1_w : 0;
  Operands all;
  all.push_back(
      read(aligned("opd0", i.opd0_addr, Type{i.opd0_prec, bool(i.opd0_sign)},
                   {1, i.opd0_c, 1, i.opd0_w})));
  all.push_back(
      read(aligned("opd1", i.opd1_addr, Type{i.opd1_prec, bool(i.opd1_sign)},
                   {1, i.res0_c, 1, i.res0_w})));
  all.push_back(result(i, aligned("res0", i.res0_addr, Type{i.res0_prec, true},
                                  {rows, i.res0_c, 1, i.res0_w})));
  return all;
}
