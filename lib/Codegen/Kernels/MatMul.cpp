//===- MatMul.cpp - Kernel of tpu.matmul
//-----------------------------------===//
#include "dialects/Tpu/Tpu.h"
#include "lib/Codegen/Emitter.h"
#include "lib/Codegen/Kernels/Kernels.h"
#include "lib/Codegen/Operands.h"

using namespace mlir;
using namespace tpu_mlir;

/// f32 matrices are spread by columns and have a command of their own.
static bool isWide(tpu::MatMulOp op) {
  return op.getLhs().getType().getElementType().isF32();
}

/// The f32 product of batch b.
static isa::MatMul wideProduct(const Binding &binding, int64_t b) {
  const LocalBuffer &left = binding.operands[0], &right = binding.operands[1];
  auto addressOf = [&](const LocalBuffer &buffer) {
    const auto &size = buffer.tile.size;
    int64_t matrix = size[0] > 1 ? b : 0;
    return buffer.address + matrix * size[1] * columnsRowBytes(size[3]);
  };
  auto lanes = [](int64_t columns) {
    return columns / columnsPerLane(columns);
  };
  int64_t k = left.tile.size[3], n = binding.result.tile.size[3];
  isa::MatMul product;
  product.setFunction(isa::MatMulOp::Normal);
  product.res0_prec = uint32_t(isa::Precision::F32);
  product.opd0_prec = uint32_t(isa::Precision::F32);
  product.opd0_sign = product.opd1_sign = product.opd2_sign = 1;
  product.res0_addr = addressOf(binding.result);
  product.res0_c = lanes(n);
  product.res0_w = columnsPerLane(n);
  product.opd0_addr = addressOf(left);
  product.opd0_n = left.tile.size[1];
  product.opd0_c = lanes(k);
  product.opd0_w = columnsPerLane(k);
  product.opd1_addr = addressOf(right);
  product.opd1_w = columnsPerLane(k); // all of the last lane
  product.opd2_const = 1;             // no bias
  return product;
}

/// The matrix of batch b in a buffer; `tile` is what the command covers of it.
static LocalView matrixOf(const LocalBuffer &buffer, Tile tile, int64_t b) {
  if (tile.size[0] > 1)
    tile.offset[0] += b;
  tile.size[0] = 1;
  return viewOf(buffer, tile);
}

namespace {
struct MatMulKernel
    : KernelOpInterface::ExternalModel<MatMulKernel, tpu::MatMulOp> {
  Tile operandTile(Operation *operation, unsigned operand,
                   const Tile &result) const {
    auto op = cast<tpu::MatMulOp>(operation);
    Tile tile = Tile::whole(operation->getOperand(operand));
    if (tile.size[0] != 1) {
      tile.offset[0] = result.offset[0];
      tile.size[0] = result.size[0];
    }
    // Rows of lhs are rows of the result; one side of rhs is its columns.
    unsigned from = operand == 0 ? 1 : 3;
    unsigned to = operand == 0 || op.getTransposeRhs() ? 1 : 3;
    tile.offset[to] = result.offset[from];
    tile.size[to] = result.size[from];
    return tile;
  }

  bool sliceable(Operation *operation, unsigned dim) const {
    // Columns of the result are rows of a transposed rhs, which would start in
    // the middle of the lanes.
    bool transposed = cast<tpu::MatMulOp>(operation).getTransposeRhs();
    return dim < 2 || (dim == 3 && !transposed);
  }

  bool readsPart(Operation *, unsigned) const { return false; }

  Layout operandLayout(Operation *operation, unsigned) const {
    return isWide(cast<tpu::MatMulOp>(operation)) ? Layout::Columns
                                                  : Layout::Aligned;
  }
  Layout resultLayout(Operation *operation) const {
    return operandLayout(operation, 0);
  }

  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    auto op = cast<tpu::MatMulOp>(operation);
    const Tile &result = binding.result.tile;
    Tile rhs = operandTile(operation, 1, result);
    for (int64_t b = 0; b < result.size[0]; ++b) {
      if (isWide(op)) {
        emitter.append(wideProduct(binding, b));
        continue;
      }
      isa::MatMul2 product;
      product.setFunction(op.getTransposeRhs() ? isa::MatMul2Op::NT
                                               : isa::MatMul2Op::NN);
      LocalView target = matrixOf(binding.result, result, b);
      product.res0_addr = target.address;
      product.res0_prec = uint32_t(precisionOf(target.elementType));
      product.res0_c = result.size[1];
      product.res0_w = result.size[3];
      LocalView left =
          matrixOf(binding.operands[0], operandTile(operation, 0, result), b);
      product.opd0_addr = left.address;
      product.opd0_prec = uint32_t(precisionOf(left.elementType));
      product.opd0_sign = 1;
      LocalView right = matrixOf(binding.operands[1], rhs, b);
      product.opd1_addr = right.address;
      product.opd1_sign = 1;
      product.opd1_c = rhs.size[1];
      product.opd1_w = rhs.size[3];
      product.opd2_const = 1; // no bias
      product.fillImplied();
      emitter.append(product);
    }
  }
};
} // namespace

void tpu_mlir::registerMatMulKernels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, tpu::TpuDialect *) {
    tpu::MatMulOp::attachInterface<MatMulKernel>(*context);
  });
}
