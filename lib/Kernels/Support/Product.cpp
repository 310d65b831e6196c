//===- Product.cpp - The command that multiplies 16-bit and 8-bit matrices ===//
#include "lib/Kernels/Support/Product.h"

using namespace tpu_mlir;

isa::MatMul2 tpu_mlir::commandOf(const Product &product) {
  isa::MatMul2 command;
  command.setFunction(product.isTurned ? isa::MatMul2Op::NT
                                       : isa::MatMul2Op::NN);
  command.res0_addr = product.target.address;
  command.res0_prec = uint32_t(precisionOf(product.target.elementType));
  command.res0_c = product.rows;
  command.res0_w = product.columns;
  command.opd0_addr = product.left.address;
  command.opd0_prec = uint32_t(precisionOf(product.left.elementType));
  command.opd0_sign = isSigned(product.left.elementType);
  command.opd1_addr = product.right.address;
  command.opd1_sign = isSigned(product.right.elementType);
  command.opd1_c = product.isTurned ? product.columns : product.inner;
  command.opd1_w = product.isTurned ? product.inner : product.columns;
  command.opd2_const = 1; // no bias; of integers the zero point of the right
  return command;
}
