//===- Activation.cpp - Kernel of tpu.unary
//--------------------------------===//
#include "dialects/Tpu/Tpu.h"
#include "lib/Kernels/Kernels.h"
#include "lib/Kernels/Support/Functions.h"
#include "lib/Kernels/Support/GateFunctions.h"
#include "lib/Kernels/Support/HalfFunctions.h"

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

/// The precision that the function is computed in.
static Type temporaryType(tpu::UnaryKind kind, Type element) {
  return isGate(kind, element) ? element
                               : Float32Type::get(element.getContext());
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
    Type element = op.getType().getElementType();
    auto temporaries = [&](unsigned count, bool hasSeries) {
      SmallVector<int64_t> bytes(
          count, scratchBytes(operation, result, temporaryType(kind, element)));
      if (hasSeries)
        bytes.push_back(kSeriesBytes);
      return bytes;
    };
    if (element.isF32() || isExact(kind))
      return temporaries(temporariesOf(kind), /*hasSeries=*/false);
    if (isGate(kind, element))
      return temporaries(kGateTemporaries, /*hasSeries=*/true);
    if (unsigned count = halfTemporariesOf(kind))
      return temporaries(count, /*hasSeries=*/true);
    // With the operand and the result in f32.
    return temporaries(temporariesOf(kind) + 2, /*hasSeries=*/false);
  }

  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    auto op = cast<tpu::UnaryOp>(operation);
    tpu::UnaryKind kind = op.getKind();
    const Tile &tile = binding.result.tile;
    LocalView input = viewOf(binding.operands[0], tile);
    LocalView result = viewOf(binding.result);
    Type element = result.elementType;
    SmallVector<LocalView> temporaries;
    for (unsigned i = 0; i < binding.scratch.size(); ++i)
      temporaries.push_back(
          scratchView(binding, i, tile, temporaryType(kind, element)));
    Math math(emitter, operation->getContext(), tile.size);
    if (element.isF32() || isExact(kind))
      return emitFunction(math, kind, element, result, input, temporaries);
    if (isGate(kind, element))
      return emitGate(math, kind, result, input, temporaries,
                      binding.scratch.back());
    if (halfTemporariesOf(kind))
      return emitHalfFunction(math, kind, result, input,
                              ArrayRef(temporaries).drop_back(),
                              binding.scratch.back());
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
