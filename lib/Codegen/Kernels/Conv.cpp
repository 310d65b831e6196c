//===- Conv.cpp - Kernels of tpu.conv and tpu.depthwise
//--------------------===//
#include "dialects/Tpu/Tpu.h"
#include "lib/Codegen/Emitter.h"
#include "lib/Codegen/Kernels/Kernels.h"
#include "lib/Codegen/Kernels/Math.h"
#include "lib/Codegen/Kernels/Window.h"
#include "lib/Codegen/Operands.h"

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

/// Fields that both convolutions share: window, pads, input and result.
template <typename Op, typename InstructionT>
static void setWindow(Op op, const Binding &binding, const Tile &input,
                      InstructionT &i) {
  const Tile &result = binding.result.tile;
  setResult(i, viewOf(binding.result));
  setResultShape(i, result.size);
  setOperand0(i, viewOf(binding.operands[0], input));
  setOperand0Shape(i, input.size);
  WindowSpan h = spanOf(windowOf(op, 0), result.offset[2], result.size[2]);
  WindowSpan w = spanOf(windowOf(op, 1), result.offset[3], result.size[3]);
  i.opd0_up_pad = h.padBefore;
  i.opd0_dn_pad = h.padAfter;
  i.opd0_lf_pad = w.padBefore;
  i.opd0_rt_pad = w.padAfter;
  i.opd0_y_ins0 = op.getInsertion()[0];
  i.opd0_x_ins0 = op.getInsertion()[1];
  i.opd1_y_ins0 = op.getDilations()[0] - 1;
  i.opd1_x_ins0 = op.getDilations()[1] - 1;
  i.res_op_y_str = op.getStrides()[0];
  i.res_op_x_str = op.getStrides()[1];
  i.opd1_addr = binding.operands[1].address;
  i.opd1_prec = uint32_t(precisionOf(binding.operands[1].elementType));
  i.opd1_sign = 1;
  i.opd1_h = op.getKernel()[0];
  i.opd1_w = op.getKernel()[1];
  i.opd3_const = 1; // pads hold the constant 0
  if (op.getBias())
    i.opd2_addr = binding.operands[2].address;
  else
    i.opd2_const = 1;
}

/// The commands' own relu works on integers only.
template <typename Op>
static void emitRelu(Op op, Emitter &emitter, const Binding &binding) {
  if (!op.getRelu())
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
  Layout operandLayout(Operation *, unsigned operand) const {
    return operand == 0 ? Layout::Aligned : Layout::Compact;
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
    isa::Conv conv;
    conv.setFunction(isa::ConvOp::Normal);
    setWindow(op, binding, inputTile(op, binding.result.tile), conv);
    conv.opd1_n = binding.result.tile.size[1];
    conv.opd1_c = op.getInput().getType().getDimSize(1);
    emitter.append(conv);
    emitRelu(op, emitter, binding);
  }
};

struct DepthwiseKernel : ConvBase<DepthwiseKernel, tpu::DepthwiseOp> {
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
    isa::PoolDepthwise depthwise;
    depthwise.setFunction(isa::PoolOp::Depthwise);
    setWindow(op, binding, operandTile(operation, 0, binding.result.tile),
              depthwise);
    depthwise.opd1_n = 1;
    depthwise.opd1_c = binding.result.tile.size[1];
    emitter.append(depthwise);
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
