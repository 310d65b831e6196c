//===- Quantize.cpp - Kernels between numbers and their integers
//-----------===//
#include "dialects/Tpu/Tpu.h"
#include "lib/Kernels/Kernels.h"
#include "lib/Kernels/Support/ElementwiseKernel.h"
#include "lib/Kernels/Support/Math.h"
#include "lib/Kernels/Support/Rescale.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace tpu_mlir;

namespace {
/// A product in f32, rounded to an integer; a zero point is added to one of 16
/// bits.
struct QuantizeKernel : ElementwiseBase<QuantizeKernel, tpu::QuantizeOp> {
  SmallVector<int64_t> scratch(Operation *operation, const Tile &result) const {
    auto op = cast<tpu::QuantizeOp>(operation);
    Type f32 = Float32Type::get(op.getContext());
    SmallVector<int64_t> bytes(getElementTypeOrSelf(op.getInput()).isF32() ? 1
                                                                           : 2,
                               scratchBytes(operation, result, f32));
    if (op.getZeroPoint() != 0)
      bytes.push_back(scratchBytes(operation, result,
                                   IntegerType::get(op.getContext(), 16)));
    return bytes;
  }

  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    auto op = cast<tpu::QuantizeOp>(operation);
    MLIRContext *context = op.getContext();
    const Tile &tile = binding.result.tile;
    Math math(emitter, context, tile.size);
    Type f32 = Float32Type::get(context);
    LocalView input = viewOf(binding.operands[0], tile);
    LocalView result = viewOf(binding.result);
    LocalView quotient = scratchView(binding, 0, tile, f32);
    if (!input.elementType.isF32()) {
      LocalView wide = scratchView(binding, 1, tile, f32);
      math.cast(wide, input);
      input = wide;
    }
    math.mul(quotient, input, 1.0f / op.getScale().convertToFloat());
    if (op.getZeroPoint() == 0)
      return math.cast(result, quotient);
    LocalView rounded = scratchView(binding, binding.scratch.size() - 1, tile,
                                    IntegerType::get(context, 16));
    math.cast(rounded, quotient);
    Rescale(emitter, tile.size)
        .requantizeExactly(result, rounded, 1.0f, op.getZeroPoint());
  }
};

/// One command to f32, which 16-bit results are converted from.
struct DequantizeKernel : ElementwiseBase<DequantizeKernel, tpu::DequantizeOp> {
  bool readsPart(Operation *, unsigned) const { return false; }

  SmallVector<int64_t> scratch(Operation *operation, const Tile &result) const {
    if (getElementTypeOrSelf(operation->getResult(0)).isF32())
      return {};
    return {scratchBytes(operation, result,
                         Float32Type::get(operation->getContext()))};
  }

  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    auto op = cast<tpu::DequantizeOp>(operation);
    const Tile &tile = binding.result.tile;
    LocalView result = viewOf(binding.result), wide = result;
    if (!result.elementType.isF32())
      wide = scratchView(binding, 0, tile, Float32Type::get(op.getContext()));
    Rescale(emitter, tile.size)
        .dequantize(wide, viewOf(binding.operands[0]), op.getZeroPoint(),
                    op.getScale().convertToFloat());
    if (!result.elementType.isF32())
      Math(emitter, op.getContext(), tile.size).cast(result, wide);
  }
};

/// One command, or by way of 16 bits where a zero point is to be added.
struct RequantKernel : ElementwiseBase<RequantKernel, tpu::RequantOp> {
  bool readsPart(Operation *, unsigned) const { return false; }

  SmallVector<int64_t> scratch(Operation *operation, const Tile &result) const {
    if (cast<tpu::RequantOp>(operation).getZeroPoint() == 0)
      return {};
    return {scratchBytes(operation, result,
                         IntegerType::get(operation->getContext(), 16))};
  }

  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    auto op = cast<tpu::RequantOp>(operation);
    const Tile &tile = binding.result.tile;
    Rescale rescale(emitter, tile.size);
    LocalView input = viewOf(binding.operands[0]);
    LocalView result = viewOf(binding.result), rounded = result;
    if (op.getZeroPoint() != 0)
      rounded =
          scratchView(binding, 0, tile, IntegerType::get(op.getContext(), 16));
    rescale.rescale(rounded, input, op.getInputZeroPoint(),
                    op.getScale().convertToFloat());
    if (op.getZeroPoint() != 0)
      rescale.requantizeExactly(result, rounded, 1.0f, op.getZeroPoint());
  }
};
} // namespace

void tpu_mlir::registerQuantizeKernels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, tpu::TpuDialect *) {
    tpu::QuantizeOp::attachInterface<QuantizeKernel>(*context);
    tpu::DequantizeOp::attachInterface<DequantizeKernel>(*context);
    tpu::RequantOp::attachInterface<RequantKernel>(*context);
  });
}
