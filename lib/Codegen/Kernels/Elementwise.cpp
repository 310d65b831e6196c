//===- Elementwise.cpp - Kernels of arithmetic element by element
//----------===//
#include "lib/Codegen/Kernels/ElementwiseKernel.h"

#include "dialects/Tpu/Tpu.h"
#include "lib/Codegen/Kernels/Kernels.h"
#include "lib/Codegen/Kernels/Math.h"

using namespace mlir;
using namespace tpu_mlir;
using isa::ArithOp;

static ArithOp arithOf(tpu::BinaryKind kind) {
  switch (kind) {
  case tpu::BinaryKind::add:
    return ArithOp::Add;
  case tpu::BinaryKind::sub:
    return ArithOp::Sub;
  case tpu::BinaryKind::mul:
    return ArithOp::Mul;
  case tpu::BinaryKind::div:
    return ArithOp::Div;
  case tpu::BinaryKind::max:
    return ArithOp::Max;
  case tpu::BinaryKind::min:
    return ArithOp::Min;
  }
  llvm_unreachable("every kind has a command");
}

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

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
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
/// f32 copies of 16-bit values, for the division that the chip has only there.
int64_t wideBytes(Operation *operation, const Tile &tile) {
  return bytesPerLane(tile, Layout::Aligned,
                      Float32Type::get(operation->getContext()));
}

bool dividesNarrow(tpu::BinaryKind kind, Value result) {
  return kind == tpu::BinaryKind::div &&
         !typeOf(result).getElementType().isF32();
}

struct BinaryKernel : ElementwiseBase<BinaryKernel, tpu::BinaryOp> {
  SmallVector<int64_t> scratch(Operation *operation, const Tile &result) const {
    auto op = cast<tpu::BinaryOp>(operation);
    if (!dividesNarrow(op.getKind(), op.getResult()))
      return {};
    return SmallVector<int64_t>(2, wideBytes(operation, result));
  }

  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    auto op = cast<tpu::BinaryOp>(operation);
    const Tile &tile = binding.result.tile;
    Math math(emitter, operation->getContext(), tile.size);
    LocalView lhs = operandView(op.getLhs(), binding.operands[0], tile);
    LocalView rhs = operandView(op.getRhs(), binding.operands[1], tile);
    LocalView result = viewOf(binding.result);
    if (!dividesNarrow(op.getKind(), op.getResult()))
      return math.binary(arithOf(op.getKind()), result, lhs, rhs);
    Type f32 = Float32Type::get(operation->getContext());
    LocalView a = scratchView(binding.scratch[0], tile, f32);
    LocalView b = scratchView(binding.scratch[1], tile, f32);
    math.cast(a, lhs);
    math.cast(b, rhs);
    math.div(a, a, b);
    math.cast(result, a);
  }
};

struct BinaryScalarKernel
    : ElementwiseBase<BinaryScalarKernel, tpu::BinaryScalarOp> {
  SmallVector<int64_t> scratch(Operation *operation, const Tile &result) const {
    auto op = cast<tpu::BinaryScalarOp>(operation);
    if (!dividesNarrow(op.getKind(), op.getResult()))
      return {};
    return {wideBytes(operation, result)};
  }

  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    auto op = cast<tpu::BinaryScalarOp>(operation);
    const Tile &tile = binding.result.tile;
    Math math(emitter, operation->getContext(), tile.size);
    LocalView input = viewOf(binding.operands[0], tile);
    LocalView result = viewOf(binding.result);
    float scalar = op.getScalar().convertToFloat();
    auto apply = [&](const LocalView &to, const LocalView &from) {
      if (op.getReversed())
        math.binary(arithOf(op.getKind()), to, scalar, from);
      else
        math.binary(arithOf(op.getKind()), to, from, scalar);
    };
    if (!dividesNarrow(op.getKind(), op.getResult()))
      return apply(result, input);
    LocalView wide = scratchView(binding.scratch[0], tile,
                                 Float32Type::get(operation->getContext()));
    math.cast(wide, input);
    apply(wide, wide);
    math.cast(result, wide);
  }
};

struct SelectKernel : ElementwiseBase<SelectKernel, tpu::SelectOp> {
  SmallVector<int64_t> scratch(Operation *operation, const Tile &result) const {
    Type type = typeOf(operation->getResult(0)).getElementType();
    return SmallVector<int64_t>(2, bytesPerLane(result, Layout::Aligned, type));
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
    LocalView mask = scratchView(binding.scratch[0], tile, result.elementType);
    LocalView other = scratchView(binding.scratch[1], tile, result.elementType);
    LocalView lhs = operand(0), rhs = operand(1);
    if (op.getKind() == tpu::CompareKind::eq) {
      // The command compares bits: adding 0 makes -0 and 0 alike.
      math.add(mask, lhs, 0.0f);
      math.add(other, rhs, 0.0f);
      lhs = mask;
      rhs = other;
    }
    math.select(arithOf(op.getKind()), mask, lhs, rhs, ~uint32_t(0));
    // (on_true & mask) | (on_false & ~mask), exact for any value.
    math.bitwise(ArithOp::And, result, operand(2), mask);
    math.invert(mask, mask);
    math.bitwise(ArithOp::And, other, operand(3), mask);
    math.bitwise(ArithOp::Or, result, result, other);
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
      LocalView wide = scratchView(binding.scratch[0], tile,
                                   Float32Type::get(operation->getContext()));
      math.cast(wide, input);
      input = wide;
    }
    math.cast(viewOf(binding.result), input);
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
    tpu::SelectOp::attachInterface<SelectKernel>(*context);
    tpu::CastOp::attachInterface<CastKernel>(*context);
    tpu::SubsampleOp::attachInterface<SubsampleKernel>(*context);
    tpu::UpsampleOp::attachInterface<UpsampleKernel>(*context);
  });
}
