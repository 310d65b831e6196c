//===- Activation.cpp - Kernel of tpu.unary
//--------------------------------===//
#include "dialects/Tpu/Tpu.h"
#include "lib/Kernels/Kernels.h"
#include "lib/Kernels/Support/Functions.h"

using namespace mlir;
using namespace tpu_mlir;

namespace {
/// Functions are computed in f32; other types are converted on the way.
struct UnaryKernel
    : KernelOpInterface::ExternalModel<UnaryKernel, tpu::UnaryOp> {
  Tile operandTile(Operation *, unsigned, const Tile &result) const {
    return result;
  }
  bool sliceable(Operation *, unsigned) const { return true; }

  SmallVector<int64_t> scratch(Operation *operation, const Tile &result) const {
    auto op = cast<tpu::UnaryOp>(operation);
    unsigned count = temporariesOf(op.getKind());
    if (!op.getResult().getType().getElementType().isF32())
      count += 2; // the operand and the result in f32
    Type f32 = Float32Type::get(operation->getContext());
    return SmallVector<int64_t>(count, scratchBytes(operation, result, f32));
  }

  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    auto op = cast<tpu::UnaryOp>(operation);
    MLIRContext *context = operation->getContext();
    const Tile &tile = binding.result.tile;
    SmallVector<LocalView> temporaries;
    for (unsigned i = 0; i < binding.scratch.size(); ++i)
      temporaries.push_back(
          scratchView(binding, i, tile, Float32Type::get(context)));
    Math math(emitter, context, tile.size);
    LocalView input = viewOf(binding.operands[0], tile);
    LocalView result = viewOf(binding.result);
    if (result.elementType.isF32())
      return emitFunction(math, op.getKind(), result.elementType, result, input,
                          temporaries);
    LocalView wideResult = temporaries.pop_back_val();
    LocalView wideInput = temporaries.pop_back_val();
    math.cast(wideInput, input);
    emitFunction(math, op.getKind(), result.elementType, wideResult, wideInput,
                 temporaries);
    math.cast(result, wideResult);
  }
};
} // namespace

void tpu_mlir::registerActivationKernels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, tpu::TpuDialect *) {
    tpu::UnaryOp::attachInterface<UnaryKernel>(*context);
  });
}
