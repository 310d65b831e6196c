//===- MatMul.cpp - Kernel of tpu.matmul
//-----------------------------------===//
#include "dialects/Tpu/Tpu.h"
#include "lib/Kernels/Kernels.h"
#include "lib/Kernels/Support/Math.h"
#include "lib/Kernels/Support/Rescale.h"

using namespace mlir;
using namespace tpu_mlir;

/// f32 matrices are spread by columns and have a command of their own.
static bool isWide(tpu::MatMulOp op) {
  return op.getLhs().getType().getElementType().isF32();
}

/// The f32 product of batch b.
static SpreadProduct wideProduct(const Binding &binding, int64_t b) {
  const LocalBuffer &left = binding.operands[0], &right = binding.operands[1];
  auto addressOf = [&](const LocalBuffer &buffer) {
    const auto &size = buffer.tile.size;
    int64_t matrix = size[0] > 1 ? b : 0;
    return uint32_t(buffer.address +
                    matrix * size[1] * columnsRowBytes(size[3], *buffer.chip));
  };
  return {addressOf(binding.result), addressOf(left),
          addressOf(right),          left.tile.size[1],
          left.tile.size[3],         binding.result.tile.size[3]};
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
                                scratchBytes(op, result, word));
  }

  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    auto op = cast<tpu::MatMulOp>(operation);
    const Tile &result = binding.result.tile;
    if (multipliesIntegers(op))
      return emitIntegers(op, emitter, binding);
    for (int64_t b = 0; b < result.size[0]; ++b) {
      if (isWide(op))
        verbsOf(emitter).multiply(emitter, wideProduct(binding, b));
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
    LocalView left =
        matrixOf(binding.operands[0], operandTile(op, 0, result), b);
    LocalView right = matrixOf(binding.operands[1], rhs, b);
    MatrixProduct product{matrixOf(target, result, b),
                          result.size[1],
                          result.size[3],
                          left,
                          right,
                          {rhs.size[1], rhs.size[3]}};
    product.transposed = op.getTransposeRhs();
    if (constant)
      product.left = {bitsOf(*constant, left.elementType), left.elementType};
    if (op.getRhsZeroPoint() != 0)
      product.zeroPoint =
          bitsOf(int64_t(op.getRhsZeroPoint()), right.elementType);
    verbsOf(emitter).multiply(emitter, product);
  }

  /// (lhs - z) x rhs = lhs x rhs - z x rhs, then the scale and the offset.
  void emitIntegers(tpu::MatMulOp op, Emitter &emitter,
                    const Binding &binding) const {
    const Tile &tile = binding.result.tile;
    Type word = IntegerType::get(op.getContext(), 32);
    Type f32 = Float32Type::get(op.getContext());
    auto buffer = [&](unsigned index, Type type) {
      return LocalBuffer{binding.scratch[index], tile, Layout::Aligned, type,
                         binding.result.chip};
    };
    LocalBuffer sums = buffer(0, word);
    Math math(emitter, op.getContext(), tile.size);
    for (int64_t b = 0; b < tile.size[0]; ++b)
      emitNarrow(op, emitter, binding, sums, b);
    if (op.getLhsZeroPoint() != 0) {
      for (int64_t b = 0; b < tile.size[0]; ++b)
        emitNarrow(op, emitter, binding, buffer(1, word), b,
                   op.getLhsZeroPoint());
      math.integer(ArithOp::Sub, viewOf(buffer(2, word)), viewOf(sums),
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
