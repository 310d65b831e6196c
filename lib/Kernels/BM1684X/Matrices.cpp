//===- Matrices.cpp - Matrix products -------------------------------------===//
#include "lib/Kernels/BM1684X/Fields.h"
#include "lib/Kernels/BM1684X/Verbs.h"

using namespace tpu_mlir;
using namespace tpu_mlir::bm1684x;

void ChipVerbs::multiply(Emitter &emitter, const MatrixProduct &product) const {
  isa::MatMul2 i;
  i.setFunction(product.transposed ? isa::MatMul2Op::NT : isa::MatMul2Op::NN);
  i.res0_addr = product.result.address;
  i.res0_prec = precisionOf(product.result.elementType);
  i.res0_c = product.rows;
  i.res0_w = product.columns;
  i.opd0_prec = precisionOf(product.left.type);
  i.opd0_sign = isSigned(product.left.type);
  i.opd0_const = !product.left.view;
  i.opd0_addr =
      product.left.view ? product.left.view->address : product.left.bits;
  i.opd1_addr = product.right.address;
  i.opd1_sign = isSigned(product.right.elementType);
  i.opd1_c = product.rightSize[0];
  i.opd1_w = product.rightSize[1];
  i.opd2_const = 1; // no bias; of integers the zero point of the right
  i.opd2_addr = product.zeroPoint;
  i.fillImplied();
  emitter.append(i);
}

void ChipVerbs::multiply(Emitter &emitter, const SpreadProduct &product) const {
  const Chip &chip = emitter.getChip();
  auto together = [&](int64_t columns) {
    return columnsPerLane(columns, chip);
  };
  auto lanes = [&](int64_t columns) { return columns / together(columns); };
  isa::MatMul i;
  i.setFunction(isa::MatMulOp::Normal);
  i.res0_prec = i.opd0_prec = uint32_t(isa::Precision::F32);
  i.opd0_sign = i.opd1_sign = i.opd2_sign = 1;
  i.res0_addr = product.result;
  i.res0_c = lanes(product.columns);
  i.res0_w = together(product.columns);
  i.opd0_addr = product.left;
  i.opd0_n = product.rows;
  i.opd0_c = lanes(product.inner);
  i.opd0_w = together(product.inner);
  i.opd1_addr = product.right;
  i.opd1_w = together(product.inner); // all of the last lane
  i.opd2_const = 1;                   // no bias
  emitter.append(i);
}
