//===- Choice.cpp - Kernels of comparisons and choices by them ------------===//
#include "dialects/Tpu/Tpu.h"
#include "lib/Kernels/Kernels.h"
#include "lib/Kernels/Support/ElementwiseKernel.h"
#include "lib/Kernels/Support/Math.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace tpu_mlir;

static ArithOp arithOf(tpu::CompareKind kind) {
  switch (kind) {
  case tpu::CompareKind::eq:
    return ArithOp::SelectEqual;
  case tpu::CompareKind::gt:
    return ArithOp::SelectGreater;
  case tpu::CompareKind::lt:
    return ArithOp::SelectLess;
  }
  llvm_unreachable("every kind has a command");
}

/// result = bits where the comparison holds, else zeros.
static void emitComparison(const Math &math, tpu::CompareKind kind,
                           const LocalView &result, LocalView lhs,
                           LocalView rhs, uint32_t bits,
                           std::array<LocalView, 2> scratch) {
  if (kind == tpu::CompareKind::eq && !lhs.elementType.isInteger()) {
    // The command compares bits: adding 0 makes -0 and 0 alike.
    math.add(scratch[0], lhs, 0.0f);
    math.add(scratch[1], rhs, 0.0f);
    lhs = scratch[0];
    rhs = scratch[1];
  }
  math.select(arithOf(kind), result, lhs, rhs, bits);
}

namespace {
/// One command, and another that negates its truth values.
struct CompareKernel : ElementwiseBase<CompareKernel, tpu::CompareOp> {
  SmallVector<int64_t> scratch(Operation *operation, const Tile &result) const {
    Type type = getElementTypeOrSelf(operation->getOperand(0));
    return SmallVector<int64_t>(2, scratchBytes(operation, result, type));
  }

  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    auto op = cast<tpu::CompareOp>(operation);
    const Tile &tile = binding.result.tile;
    Math math(emitter, operation->getContext(), tile.size);
    LocalView result = viewOf(binding.result);
    LocalView lhs = operandView(op.getLhs(), binding.operands[0], tile);
    LocalView rhs = operandView(op.getRhs(), binding.operands[1], tile);
    emitComparison(math, op.getKind(), result, lhs, rhs, 1,
                   {scratchView(binding, 0, tile, lhs.elementType),
                    scratchView(binding, 1, tile, lhs.elementType)});
    if (op.getNegated())
      math.bitwise(ArithOp::Xor, result, result, 1u);
  }
};

struct SelectKernel : ElementwiseBase<SelectKernel, tpu::SelectOp> {
  SmallVector<int64_t> scratch(Operation *operation, const Tile &result) const {
    Type type = getElementTypeOrSelf(operation->getResult(0));
    return SmallVector<int64_t>(2, scratchBytes(operation, result, type));
  }

  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    auto op = cast<tpu::SelectOp>(operation);
    const Tile &tile = binding.result.tile;
    Math math(emitter, operation->getContext(), tile.size);
    auto operand = [&](unsigned index) {
      return operandView(operation->getOperand(index), binding.operands[index],
                         tile);
    };
    LocalView result = viewOf(binding.result);
    LocalView mask = scratchView(binding, 0, tile, result.elementType);
    LocalView other = scratchView(binding, 1, tile, result.elementType);
    emitComparison(math, op.getKind(), mask, operand(0), operand(1),
                   ~uint32_t(0), {mask, other});
    // (on_true & mask) | (on_false & ~mask), exact for any value.
    math.bitwise(ArithOp::And, result, operand(2), mask);
    math.invert(mask, mask);
    math.bitwise(ArithOp::And, other, operand(3), mask);
    math.bitwise(ArithOp::Or, result, result, other);
  }
};

/// on_false, with the bits in which on_true differs exchanged where a mask is
/// set.
struct WhereKernel : ElementwiseBase<WhereKernel, tpu::WhereOp> {
  SmallVector<int64_t> scratch(Operation *operation, const Tile &result) const {
    Type type = getElementTypeOrSelf(operation->getResult(0));
    return {scratchBytes(operation, result, type)};
  }

  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    auto op = cast<tpu::WhereOp>(operation);
    const Tile &tile = binding.result.tile;
    Math math(emitter, operation->getContext(), tile.size);
    auto operand = [&](unsigned index) {
      return operandView(operation->getOperand(index), binding.operands[index],
                         tile);
    };
    LocalView result = viewOf(binding.result), onFalse = operand(2);
    LocalView mask =
        math.asInteger(scratchView(binding, 0, tile, result.elementType));
    Type i8 = IntegerType::get(op.getContext(), 8);
    math.integer(ArithOp::Mul, mask, operand(0), IntegerAttr::get(i8, -1));
    math.bitwise(ArithOp::Xor, result, operand(1), onFalse);
    math.bitwise(ArithOp::And, result, result, mask);
    math.bitwise(ArithOp::Xor, result, result, onFalse);
  }
};
} // namespace

void tpu_mlir::registerChoiceKernels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, tpu::TpuDialect *) {
    tpu::CompareOp::attachInterface<CompareKernel>(*context);
    tpu::SelectOp::attachInterface<SelectKernel>(*context);
    tpu::WhereOp::attachInterface<WhereKernel>(*context);
  });
}
