//===- Conv.cpp - Kernels of tpu.conv and tpu.depthwise
//--------------------===//
#include "dialects/Tpu/Tpu.h"
#include "lib/Kernels/Kernels.h"
#include "lib/Kernels/Support/Math.h"
#include "lib/Kernels/Support/Rescale.h"
#include "lib/Kernels/Support/Window.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace tpu_mlir;

/// How the window of a convolution slides along h (0) or w (1).
template <typename Op> static Window windowOf(Op op, unsigned i) {
  return {op.getInput().getType().getDimSize(2 + i),
          op.getKernel()[i],
          op.getStrides()[i],
          op.getPads()[i],
          op.getDilations()[i],
          op.getInsertion()[i]};
}

template <typename Op> static Tile inputTile(Op op, const Tile &result) {
  Tile tile = Tile::whole(op.getInput());
  tile.offset[0] = result.offset[0];
  tile.size[0] = result.size[0];
  for (unsigned i = 0; i < 2; ++i) {
    WindowSpan span =
        spanOf(windowOf(op, i), result.offset[2 + i], result.size[2 + i]);
    tile.offset[2 + i] = span.offset;
    tile.size[2 + i] = span.size;
  }
  return tile;
}

/// Whether sums of 8-bit products in i32 come before the result.
static bool sumsIntegers(Operation *operation) {
  return getElementTypeOrSelf(operation->getOperand(0)).isInteger();
}

/// The sums, and for floats one buffer more.
static SmallVector<int64_t> scratchOfSums(Operation *operation,
                                          const Tile &result) {
  if (!sumsIntegers(operation))
    return {};
  bool toInteger = getElementTypeOrSelf(operation->getResult(0)).isInteger();
  Type word = IntegerType::get(operation->getContext(), 32);
  return SmallVector<int64_t>(toInteger ? 1 : 2,
                              scratchBytes(operation, result, word));
}

/// Where the command leaves its sums: for floats, that is the result.
static LocalView sumsOf(Operation *operation, const Binding &binding) {
  if (!sumsIntegers(operation))
    return viewOf(binding.result);
  return scratchView(binding, 0, binding.result.tile,
                     IntegerType::get(operation->getContext(), 32));
}

/// From sums to the result by the scales and offsets of each channel.
static void emitRequant(Operation *operation, Emitter &emitter,
                        const Binding &binding) {
  if (!sumsIntegers(operation))
    return;
  const Tile &tile = binding.result.tile;
  LocalView result = viewOf(binding.result), sums = sumsOf(operation, binding);
  const LocalBuffer &table = binding.operands[2];
  if (result.elementType.isInteger())
    return Rescale(emitter, tile.size).requantize(result, sums, table.address);
  Type f32 = Float32Type::get(operation->getContext());
  Math math(emitter, operation->getContext(), tile.size);
  LocalView a = scratchView(binding, 1, tile, f32);
  LocalView b = scratchView(binding, 0, tile, f32);
  Tile words = table.tile;
  words.size[3] = 1;
  LocalView scale = viewOf(table, words).broadcast(words.size, tile.size);
  ++words.offset[3];
  LocalView offset = viewOf(table, words).broadcast(words.size, tile.size);
  emitScaled(math, result, sums, scale, offset, a, b);
}

/// The convolution of `input` that makes a slice of the result, or its sums.
template <typename Op>
static Convolution convolutionOf(Op op, const Binding &binding,
                                 const Tile &input) {
  const Tile &result = binding.result.tile;
  WindowSpan h = spanOf(windowOf(op, 0), result.offset[2], result.size[2]);
  WindowSpan w = spanOf(windowOf(op, 1), result.offset[3], result.size[3]);
  Convolution convolution;
  convolution.result = sumsOf(op, binding);
  convolution.resultSize = result.size;
  convolution.input = viewOf(binding.operands[0], input);
  convolution.inputSize = input.size;
  convolution.kernel = {op.getKernel()[0], op.getKernel()[1]};
  convolution.strides = {op.getStrides()[0], op.getStrides()[1]};
  convolution.dilations = {op.getDilations()[0], op.getDilations()[1]};
  convolution.insertion = {op.getInsertion()[0], op.getInsertion()[1]};
  convolution.pads = {h.padBefore, w.padBefore, h.padAfter, w.padAfter};
  convolution.filter = viewOf(binding.operands[1]);
  if (op.getInputZeroPoint() != 0)
    convolution.padding = bitsOf(int64_t(op.getInputZeroPoint()),
                                 binding.operands[0].elementType);
  if (op.getBias())
    convolution.bias = binding.operands[2].address;
  return convolution;
}

/// The commands' own relu does not work on floats, and their integers are sums.
template <typename Op>
static void emitRelu(Op op, Emitter &emitter, const Binding &binding) {
  if (!op.getRelu() ||
      op.getResult().getType().getElementType().isUnsignedInteger())
    return;
  LocalView result = viewOf(binding.result);
  Math(emitter, op.getContext(), binding.result.tile.size)
      .max(result, result, 0.0f);
}

namespace {
template <typename Model, typename Op>
struct ConvBase : KernelOpInterface::ExternalModel<Model, Op> {
  bool sliceable(Operation *operation, unsigned dim) const {
    auto op = cast<Op>(operation);
    if (dim < 2)
      return true;
    return canCut(windowOf(op, dim - 2), op.getPads()[dim]);
  }
  Layout operandLayout(Operation *operation, unsigned operand) const {
    bool isTable = operand == 2 && sumsIntegers(operation);
    return operand == 0 || isTable ? Layout::Aligned : Layout::Compact;
  }
  SmallVector<int64_t> scratch(Operation *operation, const Tile &result) const {
    return scratchOfSums(operation, result);
  }
};

struct ConvKernel : ConvBase<ConvKernel, tpu::ConvOp> {
  Tile operandTile(Operation *operation, unsigned operand,
                   const Tile &result) const {
    if (operand == 0)
      return inputTile(cast<tpu::ConvOp>(operation), result);
    Tile tile = Tile::whole(operation->getOperand(operand));
    tile.offset[1] = result.offset[1];
    tile.size[1] = result.size[1];
    return tile;
  }

  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    auto op = cast<tpu::ConvOp>(operation);
    Tile input = inputTile(op, binding.result.tile);
    verbsOf(emitter).convolve(emitter, convolutionOf(op, binding, input));
    emitRequant(op, emitter, binding);
    emitRelu(op, emitter, binding);
  }
};

struct DepthwiseKernel : ConvBase<DepthwiseKernel, tpu::DepthwiseOp> {
  bool readsPart(Operation *, unsigned operand) const { return operand != 0; }

  Tile operandTile(Operation *operation, unsigned operand,
                   const Tile &result) const {
    Tile tile = operand == 0
                    ? inputTile(cast<tpu::DepthwiseOp>(operation), result)
                    : Tile::whole(operation->getOperand(operand));
    tile.offset[1] = result.offset[1];
    tile.size[1] = result.size[1];
    return tile;
  }

  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    auto op = cast<tpu::DepthwiseOp>(operation);
    Tile input = operandTile(operation, 0, binding.result.tile);
    verbsOf(emitter).depthwise(emitter, convolutionOf(op, binding, input));
    emitRequant(op, emitter, binding);
    emitRelu(op, emitter, binding);
  }
};
} // namespace

void tpu_mlir::registerConvKernels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, tpu::TpuDialect *) {
    tpu::ConvOp::attachInterface<ConvKernel>(*context);
    tpu::DepthwiseOp::attachInterface<DepthwiseKernel>(*context);
  });
}
