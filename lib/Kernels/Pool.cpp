//===- Pool.cpp - Kernel of tpu.pool
//---------------------------------------===//
#include "dialects/Tpu/Tpu.h"
#include "lib/Kernels/Kernels.h"
#include "lib/Kernels/Support/Math.h"
#include "lib/Kernels/Support/PoolCommands.h"
#include "lib/Kernels/Support/Rescale.h"
#include "lib/Kernels/Support/Window.h"

#include <limits>

using namespace mlir;
using namespace tpu_mlir;

static isa::PoolDepthwise commandOf(const PoolCommand &pool) {
  isa::PoolDepthwise i;
  setResult(i, pool.result);
  setResultShape(i, pool.resultSize);
  setOperand0(i, pool.input);
  setOperand0Shape(i, pool.inputSize);
  i.opd1_h = pool.kernel[0];
  i.opd1_w = pool.kernel[1];
  i.res_op_y_str = pool.strides[0];
  i.res_op_x_str = pool.strides[1];
  i.opd0_up_pad = pool.pads[0];
  i.opd0_lf_pad = pool.pads[1];
  i.opd0_dn_pad = pool.pads[2];
  i.opd0_rt_pad = pool.pads[3];
  i.opd3_const = 1;
  return i;
}

/// What no element is less than.
static uint32_t lowestBits(Type type) {
  if (!type.isInteger())
    return bitsOf(-std::numeric_limits<float>::infinity(), type);
  return type.isUnsignedInteger() ? 0
                                  : 1u << (type.getIntOrFloatBitWidth() - 1);
}

void tpu_mlir::emitMaxPool(Emitter &emitter, const PoolCommand &pool) {
  isa::PoolDepthwise i = commandOf(pool);
  i.setFunction(isa::PoolOp::Max);
  i.opd3_addr = lowestBits(pool.input.elementType);
  emitter.append(i);
}

void tpu_mlir::emitSumPool(Emitter &emitter, const PoolCommand &pool,
                           float scale, int64_t padding) {
  isa::PoolDepthwise i = commandOf(pool);
  i.setFunction(isa::PoolOp::Average);
  i.opd1_sign = 1;
  if (padding != 0)
    i.opd3_addr = bitsOf(padding, pool.input.elementType);
  i.opd1_const = 1;
  i.opd1_addr = bitsOf(scale, pool.input.elementType);
  emitter.append(i);
}

/// The command rounds every sum to the element type: windows with more elements
/// than this are added in f32 instead.
static constexpr int64_t kNarrowSum = 16;

static bool sumsInF32(tpu::PoolOp op) {
  return op.getKind() == tpu::PoolKind::sum &&
         llvm::isa<FloatType>(op.getInput().getType().getElementType()) &&
         !op.getInput().getType().getElementType().isF32() &&
         op.getKernel()[0] * op.getKernel()[1] > kNarrowSum;
}

/// Sums of 8-bit elements: 16 bits wide where any fits.
static Type integerSum(tpu::PoolOp op) {
  if (op.getKind() != tpu::PoolKind::sum ||
      !op.getInput().getType().getElementType().isInteger())
    return {};
  bool fits = op.getKernel()[0] * op.getKernel()[1] * 255 <= 32767;
  return IntegerType::get(op.getContext(), fits ? 16 : 32);
}

static Window windowOf(tpu::PoolOp op, unsigned i) {
  return {op.getInput().getType().getDimSize(2 + i), op.getKernel()[i],
          op.getStrides()[i], op.getPads()[i]};
}

namespace {
struct PoolKernel : KernelOpInterface::ExternalModel<PoolKernel, tpu::PoolOp> {
  Tile operandTile(Operation *operation, unsigned, const Tile &result) const {
    auto op = cast<tpu::PoolOp>(operation);
    Tile tile = result;
    for (unsigned i = 0; i < 2; ++i) {
      WindowSpan span =
          spanOf(windowOf(op, i), result.offset[2 + i], result.size[2 + i]);
      tile.offset[2 + i] = span.offset;
      tile.size[2 + i] = span.size;
    }
    return tile;
  }

  bool sliceable(Operation *operation, unsigned dim) const {
    auto op = cast<tpu::PoolOp>(operation);
    return dim < 2 || canCut(windowOf(op, dim - 2), op.getPads()[dim]);
  }

  bool readsPart(Operation *, unsigned) const { return false; }

  SmallVector<int64_t> scratch(Operation *operation, const Tile &result) const {
    auto op = cast<tpu::PoolOp>(operation);
    if (Type sum = integerSum(op))
      return {bytesPerLane(result, Layout::Aligned, sum)};
    if (!sumsInF32(op))
      return {};
    Type f32 = Float32Type::get(op.getContext());
    return {
        bytesPerLane(operandTile(operation, 0, result), Layout::Aligned, f32),
        bytesPerLane(result, Layout::Aligned, f32)};
  }

  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    auto op = cast<tpu::PoolOp>(operation);
    const Tile &result = binding.result.tile;
    Tile input = operandTile(operation, 0, result);
    WindowSpan h = spanOf(windowOf(op, 0), result.offset[2], result.size[2]);
    WindowSpan w = spanOf(windowOf(op, 1), result.offset[3], result.size[3]);
    PoolCommand pool{viewOf(binding.result),
                     viewOf(binding.operands[0], input),
                     result.size,
                     input.size,
                     {op.getKernel()[0], op.getKernel()[1]},
                     {op.getStrides()[0], op.getStrides()[1]},
                     {h.padBefore, w.padBefore, h.padAfter, w.padAfter}};
    if (op.getKind() == tpu::PoolKind::max)
      return emitMaxPool(emitter, pool);
    float scale = op.getScale().convertToFloat();
    if (Type sum = integerSum(op)) {
      PoolCommand sums = pool;
      sums.result = scratchView(binding.scratch[0], result, sum);
      emitSumPool(emitter, sums, 1, op.getInputZeroPoint());
      return Rescale(emitter, result.size)
          .requantize(pool.result, sums.result, scale,
                      op.getOffset().convertToFloat());
    }
    if (!sumsInF32(op))
      return emitSumPool(emitter, pool, scale);
    Type f32 = Float32Type::get(op.getContext());
    PoolCommand wide = pool;
    wide.input = scratchView(binding.scratch[0], input, f32);
    wide.result = scratchView(binding.scratch[1], result, f32);
    Math(emitter, op.getContext(), input.size).cast(wide.input, pool.input);
    emitSumPool(emitter, wide, scale);
    Math(emitter, op.getContext(), result.size).cast(pool.result, wide.result);
  }
};
} // namespace

void tpu_mlir::registerPoolKernels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, tpu::TpuDialect *) {
    tpu::PoolOp::attachInterface<PoolKernel>(*context);
  });
}
