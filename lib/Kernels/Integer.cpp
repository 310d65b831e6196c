//===- Integer.cpp - Kernels of integers and truth values -----------------===//
#include "dialects/Tpu/Tpu.h"
#include "lib/Kernels/Kernels.h"
#include "lib/Kernels/Support/ElementwiseKernel.h"
#include "lib/Kernels/Support/Math.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace tpu_mlir;

static ArithOp arithOf(tpu::IntegerKind kind, Type element) {
  switch (kind) {
  case tpu::IntegerKind::add:
    return ArithOp::Add;
  case tpu::IntegerKind::sub:
    return ArithOp::Sub;
  case tpu::IntegerKind::mul:
    return ArithOp::Mul;
  case tpu::IntegerKind::max:
    return ArithOp::Max;
  case tpu::IntegerKind::min:
    return ArithOp::Min;
  case tpu::IntegerKind::band:
    return ArithOp::And;
  case tpu::IntegerKind::bor:
    return ArithOp::Or;
  case tpu::IntegerKind::bxor:
    return ArithOp::Xor;
  case tpu::IntegerKind::shift:
    return isSigned(element) ? ArithOp::ArithShift : ArithOp::LogicShift;
  }
  llvm_unreachable("every kind has a command");
}

namespace {
struct IntegerKernel : ElementwiseBase<IntegerKernel, tpu::IntegerOp> {
  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    auto op = cast<tpu::IntegerOp>(operation);
    const Tile &tile = binding.result.tile;
    Math(emitter, operation->getContext(), tile.size)
        .integer(arithOf(op.getKind(), binding.result.elementType),
                 viewOf(binding.result),
                 operandView(op.getLhs(), binding.operands[0], tile),
                 operandView(op.getRhs(), binding.operands[1], tile));
  }
};

struct IntegerScalarKernel
    : ElementwiseBase<IntegerScalarKernel, tpu::IntegerScalarOp> {
  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    auto op = cast<tpu::IntegerScalarOp>(operation);
    const Tile &tile = binding.result.tile;
    auto scalar = IntegerAttr::get(
        getElementTypeOrSelf(op.getInput()),
        APInt(binding.result.elementType.getIntOrFloatBitWidth(),
              uint64_t(op.getScalar())));
    Math(emitter, operation->getContext(), tile.size)
        .integer(arithOf(op.getKind(), binding.result.elementType),
                 viewOf(binding.result), viewOf(binding.operands[0], tile),
                 scalar);
  }
};

struct IntegerAbsKernel : ElementwiseBase<IntegerAbsKernel, tpu::IntegerAbsOp> {
  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    const Tile &tile = binding.result.tile;
    Math(emitter, operation->getContext(), tile.size)
        .abs(viewOf(binding.result), viewOf(binding.operands[0], tile));
  }
};
} // namespace

void tpu_mlir::registerIntegerKernels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, tpu::TpuDialect *) {
    tpu::IntegerOp::attachInterface<IntegerKernel>(*context);
    tpu::IntegerScalarOp::attachInterface<IntegerScalarKernel>(*context);
    tpu::IntegerAbsOp::attachInterface<IntegerAbsKernel>(*context);
  });
}
