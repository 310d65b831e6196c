//===- MatMul.cpp - Kernel of tpu.matmul
//-----------------------------------===//
#include "dialects/Tpu/Tpu.h"
#include "lib/Commands/Emitter.h"
#include "lib/Kernels/Kernels.h"
#include "lib/Kernels/Operands.h"
#include "lib/Kernels/Support/Math.h"
#include "lib/Kernels/Support/Product.h"
#include "lib/Kernels/Support/Rescale.h"

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

static bool multipliesIntegers(tpu::MatMulOp op) {
  return op.getLhs().getType().getElementType().isInteger();
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

  /// Products in i32; what the left zero point adds to them, if any; of floats
  /// a buffer more.
  SmallVector<int64_t> scratch(Operation *operation, const Tile &result) const {
    auto op = cast<tpu::MatMulOp>(operation);
    if (!multipliesIntegers(op))
      return {};
    bool toFloat = !op.getResult().getType().getElementType().isInteger();
    Type word = IntegerType::get(op.getContext(), 32);
    return SmallVector<int64_t>(op.getLhsZeroPoint() != 0 ? 3
                                : toFloat                 ? 2
                                                          : 1,
                                bytesPerLane(result, Layout::Aligned, word));
  }

  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    auto op = cast<tpu::MatMulOp>(operation);
    const Tile &result = binding.result.tile;
    if (multipliesIntegers(op))
      return emitIntegers(op, emitter, binding);
    for (int64_t b = 0; b < result.size[0]; ++b) {
      if (isWide(op))
        emitter.append(wideProduct(binding, b));
      else
        emitNarrow(op, emitter, binding, binding.result, b);
    }
  }

private:
  /// target = lhs x rhs of batch b; with a constant, all of lhs has its value.
  void emitNarrow(tpu::MatMulOp op, Emitter &emitter, const Binding &binding,
                  const LocalBuffer &target, int64_t b,
                  std::optional<int64_t> constant = {}) const {
    const Tile &result = binding.result.tile;
    Tile rhs = operandTile(op, 1, result);
    bool isTurned = op.getTransposeRhs();
    isa::MatMul2 product =
        commandOf({matrixOf(target, result, b),
                   matrixOf(binding.operands[0], operandTile(op, 0, result), b),
                   matrixOf(binding.operands[1], rhs, b), result.size[1],
                   result.size[3], rhs.size[isTurned ? 3 : 1], isTurned});
    Type left = binding.operands[0].elementType;
    if (op.getRhsZeroPoint() != 0)
      product.opd2_addr = bitsOf(int64_t(op.getRhsZeroPoint()),
                                 binding.operands[1].elementType);
    if (constant) {
      product.opd0_const = 1;
      product.opd0_addr = bitsOf(*constant, left);
    }
    product.fillImplied();
    emitter.append(product);
  }

  /// (lhs - z) x rhs = lhs x rhs - z x rhs, then the scale and the offset.
  void emitIntegers(tpu::MatMulOp op, Emitter &emitter,
                    const Binding &binding) const {
    const Tile &tile = binding.result.tile;
    Type word = IntegerType::get(op.getContext(), 32);
    Type f32 = Float32Type::get(op.getContext());
    auto buffer = [&](unsigned index, Type type) {
      return LocalBuffer{binding.scratch[index], tile, Layout::Aligned, type};
    };
    LocalBuffer sums = buffer(0, word);
    Math math(emitter, op.getContext(), tile.size);
    for (int64_t b = 0; b < tile.size[0]; ++b)
      emitNarrow(op, emitter, binding, sums, b);
    if (op.getLhsZeroPoint() != 0) {
      for (int64_t b = 0; b < tile.size[0]; ++b)
        emitNarrow(op, emitter, binding, buffer(1, word), b,
                   op.getLhsZeroPoint());
      math.integer(isa::ArithOp::Sub, viewOf(buffer(2, word)), viewOf(sums),
                   viewOf(buffer(1, word)));
      sums = buffer(2, word);
    }
    float scale = op.getScale().convertToFloat();
    float offset = op.getOffset().convertToFloat();
    LocalView result = viewOf(binding.result);
    if (result.elementType.isInteger())
      return Rescale(emitter, tile.size)
          .requantize(result, viewOf(sums), scale, offset);
    emitScaled(math, result, viewOf(sums), scale, offset,
               viewOf(buffer(1, f32)), viewOf(buffer(0, f32)));
  }
};
} // namespace

void tpu_mlir::registerMatMulKernels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, tpu::TpuDialect *) {
    tpu::MatMulOp::attachInterface<MatMulKernel>(*context);
  });
}
