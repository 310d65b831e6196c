//===- Activation.cpp - Kernel of tpu.unary
//--------------------------------===//
#include "dialects/Tpu/Tpu.h"
#include "lib/Kernels/Kernels.h"
#include "lib/Kernels/Support/Functions.h"
#include "lib/Kernels/Support/HalfFunctions.h"
#include "lib/Target/Chip.h"

using namespace mlir;
using namespace tpu_mlir;

/// Functions that a command computes in any type, without error.
static bool isExact(tpu::UnaryKind kind) {
  switch (kind) {
  case tpu::UnaryKind::abs:
  case tpu::UnaryKind::neg:
  case tpu::UnaryKind::floor:
  case tpu::UnaryKind::ceil:
  case tpu::UnaryKind::round:
    return true;
  default:
    return false;
  }
}

namespace {
/// Functions of 16 bits have programs of their own, or are computed in f32.
struct UnaryKernel
    : KernelOpInterface::ExternalModel<UnaryKernel, tpu::UnaryOp> {
  Tile operandTile(Operation *, unsigned, const Tile &result) const {
    return result;
  }
  bool sliceable(Operation *, unsigned) const { return true; }

  SmallVector<int64_t> scratch(Operation *operation, const Tile &result) const {
    auto op = cast<tpu::UnaryOp>(operation);
    tpu::UnaryKind kind = op.getKind();
    int64_t wide = scratchBytes(operation, result,
                                Float32Type::get(operation->getContext()));
    if (op.getType().getElementType().isF32() || isExact(kind))
      return SmallVector<int64_t>(temporariesOf(kind), wide);
    if (unsigned count = halfTemporariesOf(kind)) {
      SmallVector<int64_t> bytes(count, wide);
      bytes.push_back(kSeriesBytes);
      return bytes;
    }
    // With the operand and the result in f32.
    return SmallVector<int64_t>(temporariesOf(kind) + 2, wide);
  }

  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    auto op = cast<tpu::UnaryOp>(operation);
    MLIRContext *context = operation->getContext();
    tpu::UnaryKind kind = op.getKind();
    const Tile &tile = binding.result.tile;
    SmallVector<LocalView> temporaries;
    for (unsigned i = 0; i < binding.scratch.size(); ++i)
      temporaries.push_back(
          scratchView(binding, i, tile, Float32Type::get(context)));
    Math math(emitter, context, tile.size);
    LocalView input = viewOf(binding.operands[0], tile);
    LocalView result = viewOf(binding.result);
    Type element = result.elementType;
    if (element.isF32() || isExact(kind))
      return emitFunction(math, kind, element, result, input, temporaries);
    if (halfTemporariesOf(kind)) {
      HalfTable table = {temporaries.pop_back_val(),
                         binding.result.chip->lanes};
      table.row.mode = LocalView::Compact;
      return emitHalfFunction(math, kind, result, input, temporaries, table);
    }
    LocalView wideResult = temporaries.pop_back_val();
    LocalView wideInput = temporaries.pop_back_val();
    math.cast(wideInput, input);
    emitFunction(math, kind, element, wideResult, wideInput, temporaries);
    math.cast(result, wideResult);
  }
};
} // namespace

void tpu_mlir::registerActivationKernels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, tpu::TpuDialect *) {
    tpu::UnaryOp::attachInterface<UnaryKernel>(*context);
  });
}
