//===- Pool.cpp - Kernel of tpu.pool
//---------------------------------------===//
#include "dialects/Tpu/Tpu.h"
#include "lib/Kernels/Kernels.h"
#include "lib/Kernels/Support/Math.h"
#include "lib/Kernels/Support/Rescale.h"
#include "lib/Kernels/Support/Window.h"

using namespace mlir;
using namespace tpu_mlir;

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
      return {scratchBytes(op, result, sum)};
    if (!sumsInF32(op))
      return {};
    Type f32 = Float32Type::get(op.getContext());
    return {scratchBytes(op, operandTile(operation, 0, result), f32),
            scratchBytes(op, result, f32)};
  }

  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    auto op = cast<tpu::PoolOp>(operation);
    const Tile &result = binding.result.tile;
    Tile input = operandTile(operation, 0, result);
    WindowSpan h = spanOf(windowOf(op, 0), result.offset[2], result.size[2]);
    WindowSpan w = spanOf(windowOf(op, 1), result.offset[3], result.size[3]);
    const Verbs &verbs = verbsOf(emitter);
    Sliding pool{viewOf(binding.result),
                 viewOf(binding.operands[0], input),
                 result.size,
                 input.size,
                 {op.getKernel()[0], op.getKernel()[1]},
                 {op.getStrides()[0], op.getStrides()[1]},
                 {h.padBefore, w.padBefore, h.padAfter, w.padAfter}};
    if (op.getKind() == tpu::PoolKind::max)
      return verbs.maxPool(emitter, pool);
    float scale = op.getScale().convertToFloat();
    if (Type sum = integerSum(op)) {
      Sliding sums = pool;
      sums.result = scratchView(binding, 0, result, sum);
      verbs.sumPool(emitter, sums, 1, op.getInputZeroPoint());
      return Rescale(emitter, result.size)
          .requantize(pool.result, sums.result, scale,
                      op.getOffset().convertToFloat());
    }
    if (!sumsInF32(op))
      return verbs.sumPool(emitter, pool, scale);
    Type f32 = Float32Type::get(op.getContext());
    Sliding wide = pool;
    wide.input = scratchView(binding, 0, input, f32);
    wide.result = scratchView(binding, 1, result, f32);
    Math(emitter, op.getContext(), input.size).cast(wide.input, pool.input);
    verbs.sumPool(emitter, wide, scale);
    Math(emitter, op.getContext(), result.size).cast(pool.result, wide.result);
  }
};
} // namespace

void tpu_mlir::registerPoolKernels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, tpu::TpuDialect *) {
    tpu::PoolOp::attachInterface<PoolKernel>(*context);
  });
}
