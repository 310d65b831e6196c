//===- Elementwise.cpp - Kernels of arithmetic element by element
//----------===//
#include "lib/Kernels/Support/ElementwiseKernel.h"

#include "dialects/Tpu/Tpu.h"
#include "lib/Kernels/Kernels.h"
#include "lib/Kernels/Support/Division.h"
#include "lib/Kernels/Support/Math.h"
#include "lib/Support/TypeOf.h"

using namespace mlir;
using namespace tpu_mlir;

static ArithOp arithOf(tpu::BinaryKind kind) {
  switch (kind) {
  case tpu::BinaryKind::add:
    return ArithOp::Add;
  case tpu::BinaryKind::sub:
    return ArithOp::Sub;
  case tpu::BinaryKind::mul:
    return ArithOp::Mul;
  case tpu::BinaryKind::div: // a program (Division.h)
    break;
  case tpu::BinaryKind::max:
    return ArithOp::Max;
  case tpu::BinaryKind::min:
    return ArithOp::Min;
  }
  llvm_unreachable("every other kind has a command");
}

Tile tpu_mlir::broadcastTile(Value operand, const Tile &result) {
  Tile tile = result;
  for (unsigned dim = 0; dim < 4; ++dim)
    if (typeOf(operand).getDimSize(dim) == 1) {
      tile.offset[dim] = 0;
      tile.size[dim] = 1;
    }
  return tile;
}

LocalView tpu_mlir::operandView(Value operand, const LocalBuffer &buffer,
                                const Tile &result) {
  Tile tile = broadcastTile(operand, result);
  return viewOf(buffer, tile).broadcast(tile.size, result.size);
}

Layout tpu_mlir::broadcastLayout(Value operand, Value result) {
  bool repeated =
      typeOf(operand).getDimSize(1) == 1 && typeOf(result).getDimSize(1) != 1;
  return repeated ? Layout::Replicated : Layout::Aligned;
}

namespace {
/// An f32 copy of a slice.
int64_t wideBytes(Operation *operation, const Tile &tile) {
  return scratchBytes(operation, tile,
                      Float32Type::get(operation->getContext()));
}

/// A division in f32: operands that have to be there first, then the result,
/// then temporaries.
class Quotient {
public:
  Quotient(Operation *operation, Emitter &emitter, const Binding &binding)
      : f32(Float32Type::get(operation->getContext())),
        math(emitter, operation->getContext(), binding.result.tile.size),
        result(viewOf(binding.result)) {
    for (unsigned i = 0; i < binding.scratch.size(); ++i)
      free.push_back(scratchView(binding, i, binding.result.tile, f32));
  }

  /// Bytes of scratch; a constant is one that has to be brought.
  static SmallVector<int64_t> request(Operation *operation, const Tile &tile,
                                      unsigned operands, unsigned constants) {
    Type element = typeOf(operation->getResult(0)).getElementType();
    unsigned count = divisionTemporaries(element) + constants;
    if (!element.isF32())
      count += operands + 1;
    return SmallVector<int64_t>(count, wideBytes(operation, tile));
  }

  LocalView widen(const LocalView &view) {
    if (view.elementType == f32)
      return view;
    LocalView wide = free.pop_back_val();
    math.cast(wide, view);
    return wide;
  }
  LocalView constant(float value) {
    LocalView wide = free.pop_back_val();
    math.fill(wide, value);
    return wide;
  }
  void emit(const LocalView &a, const LocalView &b) {
    Type element = result.elementType;
    if (element == f32)
      return emitDivision(math, element, result, a, b, free);
    LocalView wide = free.pop_back_val();
    emitDivision(math, element, wide, a, b, free);
    math.cast(result, wide);
  }

private:
  Type f32;
  Math math;
  LocalView result;
  SmallVector<LocalView> free;
};

struct BinaryKernel : ElementwiseBase<BinaryKernel, tpu::BinaryOp> {
  SmallVector<int64_t> scratch(Operation *operation, const Tile &result) const {
    if (cast<tpu::BinaryOp>(operation).getKind() != tpu::BinaryKind::div)
      return {};
    return Quotient::request(operation, result, 2, 0);
  }

  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    auto op = cast<tpu::BinaryOp>(operation);
    const Tile &tile = binding.result.tile;
    LocalView lhs = operandView(op.getLhs(), binding.operands[0], tile);
    LocalView rhs = operandView(op.getRhs(), binding.operands[1], tile);
    if (op.getKind() == tpu::BinaryKind::div) {
      Quotient quotient(operation, emitter, binding);
      LocalView a = quotient.widen(lhs);
      return quotient.emit(a, quotient.widen(rhs));
    }
    Math(emitter, operation->getContext(), tile.size)
        .binary(arithOf(op.getKind()), viewOf(binding.result), lhs, rhs);
  }
};

struct BinaryScalarKernel
    : ElementwiseBase<BinaryScalarKernel, tpu::BinaryScalarOp> {
  SmallVector<int64_t> scratch(Operation *operation, const Tile &result) const {
    if (cast<tpu::BinaryScalarOp>(operation).getKind() != tpu::BinaryKind::div)
      return {};
    return Quotient::request(operation, result, 1, 1);
  }

  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    auto op = cast<tpu::BinaryScalarOp>(operation);
    const Tile &tile = binding.result.tile;
    LocalView input = viewOf(binding.operands[0], tile);
    float scalar = op.getScalar().convertToFloat();
    if (op.getKind() == tpu::BinaryKind::div) {
      Quotient quotient(operation, emitter, binding);
      LocalView wide = quotient.widen(input);
      LocalView constant = quotient.constant(scalar);
      return op.getReversed() ? quotient.emit(constant, wide)
                              : quotient.emit(wide, constant);
    }
    Math math(emitter, operation->getContext(), tile.size);
    ArithOp kind = arithOf(op.getKind());
    if (op.getReversed() || kind == ArithOp::Max) // passes NaN in this order
      math.binary(kind, viewOf(binding.result), scalar, input);
    else
      math.binary(kind, viewOf(binding.result), input, scalar);
  }
};

/// The chip converts between f16 and bf16 only by way of f32.
struct CastKernel : ElementwiseBase<CastKernel, tpu::CastOp> {
  SmallVector<int64_t> scratch(Operation *operation, const Tile &result) const {
    if (!goesByF32(operation))
      return {};
    return {wideBytes(operation, result)};
  }

  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    const Tile &tile = binding.result.tile;
    Math math(emitter, operation->getContext(), tile.size);
    LocalView input = viewOf(binding.operands[0], tile);
    if (goesByF32(operation)) {
      LocalView wide = scratchView(binding, 0, tile,
                                   Float32Type::get(operation->getContext()));
      math.cast(wide, input);
      input = wide;
    }
    LocalView result = viewOf(binding.result);
    if (!result.elementType.isInteger())
      math.cast(result, input);
    else if (!input.elementType.isInteger())
      math.cast(result, input, Rounding::TowardsZero);
    else // the command for casts would saturate
      math.integer(ArithOp::Add, result, input,
                   IntegerAttr::get(input.elementType, 0));
  }

private:
  static bool goesByF32(Operation *operation) {
    Type from = typeOf(operation->getOperand(0)).getElementType();
    Type to = typeOf(operation->getResult(0)).getElementType();
    return (from.isF16() && to.isBF16()) || (from.isBF16() && to.isF16());
  }
};

/// One copy that reads with steps.
struct SubsampleKernel
    : KernelOpInterface::ExternalModel<SubsampleKernel, tpu::SubsampleOp> {
  Tile operandTile(Operation *operation, unsigned, const Tile &result) const {
    auto op = cast<tpu::SubsampleOp>(operation);
    Tile tile = result;
    for (unsigned i = 0; i < 2; ++i) {
      int64_t step = op.getSteps()[i];
      tile.offset[2 + i] = op.getOffsets()[i] + result.offset[2 + i] * step;
      tile.size[2 + i] = (result.size[2 + i] - 1) * step + 1;
    }
    return tile;
  }
  bool sliceable(Operation *, unsigned) const { return true; }

  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    ArrayRef<int64_t> steps = cast<tpu::SubsampleOp>(operation).getSteps();
    const Tile &result = binding.result.tile;
    LocalView source =
        viewOf(binding.operands[0], operandTile(operation, 0, result));
    source.mode = LocalView::Strided;
    source.strides[2] *= steps[0];
    source.strides[3] *= steps[1];
    Math(emitter, operation->getContext(), result.size)
        .copy(viewOf(binding.result), source);
  }
};

struct UpsampleKernel
    : KernelOpInterface::ExternalModel<UpsampleKernel, tpu::UpsampleOp> {
  Tile operandTile(Operation *operation, unsigned, const Tile &result) const {
    ArrayRef<int64_t> scale = cast<tpu::UpsampleOp>(operation).getScale();
    Tile tile = result;
    for (unsigned i = 0; i < 2; ++i) {
      tile.offset[2 + i] = result.offset[2 + i] / scale[i];
      tile.size[2 + i] =
          (result.end(2 + i) - 1) / scale[i] + 1 - tile.offset[2 + i];
    }
    return tile;
  }
  bool sliceable(Operation *, unsigned) const { return true; }

  /// One strided copy for each place that an element is repeated at.
  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    ArrayRef<int64_t> scale = cast<tpu::UpsampleOp>(operation).getScale();
    const Tile &result = binding.result.tile;
    LocalView target = viewOf(binding.result);
    int64_t bytes = target.elementType.getIntOrFloatBitWidth() / 8;
    for (int64_t y = 0; y < scale[0]; ++y)
      for (int64_t x = 0; x < scale[1]; ++x) {
        std::array<int64_t, 2> phase = {y, x};
        Tile source = result;
        LocalView to = target;
        to.mode = LocalView::Strided;
        for (unsigned i = 0; i < 2; ++i) {
          // The first row of the slice at this phase, and how many there are.
          int64_t begin = result.offset[2 + i];
          int64_t first =
              (begin - phase[i] + scale[i] - 1) / scale[i] * scale[i] +
              phase[i];
          source.offset[2 + i] = first / scale[i];
          source.size[2 + i] = std::max<int64_t>(
              0, (result.end(2 + i) - first + scale[i] - 1) / scale[i]);
          to.address += (first - begin) * to.strides[2 + i] * bytes;
          to.strides[2 + i] *= scale[i];
        }
        if (source.size[2] > 0 && source.size[3] > 0)
          Math(emitter, operation->getContext(), source.size)
              .copy(to, viewOf(binding.operands[0], source));
      }
  }
};
} // namespace

void tpu_mlir::registerElementwiseKernels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, tpu::TpuDialect *) {
    tpu::BinaryOp::attachInterface<BinaryKernel>(*context);
    tpu::BinaryScalarOp::attachInterface<BinaryScalarKernel>(*context);
    tpu::CastOp::attachInterface<CastKernel>(*context);
    tpu::SubsampleOp::attachInterface<SubsampleKernel>(*context);
    tpu::UpsampleOp::attachInterface<UpsampleKernel>(*context);
  });
}
