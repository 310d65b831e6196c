//===- Windows.cpp - Convolutions and pools -------------------------------===//
#include "lib/Kernels/BM1684X/Fields.h"
#include "lib/Kernels/BM1684X/Verbs.h"

#include <limits>

using namespace tpu_mlir;
using namespace tpu_mlir::bm1684x;

/// Fields that convolutions and pools share.
template <typename InstructionT>
static void setWindow(InstructionT &i, const Sliding &window) {
  setResult(i, window.result);
  setResultShape(i, window.resultSize);
  setOperand0(i, window.input);
  setOperand0Shape(i, window.inputSize);
  i.opd1_h = window.kernel[0];
  i.opd1_w = window.kernel[1];
  i.res_op_y_str = window.strides[0];
  i.res_op_x_str = window.strides[1];
  i.opd0_up_pad = window.pads[0];
  i.opd0_lf_pad = window.pads[1];
  i.opd0_dn_pad = window.pads[2];
  i.opd0_rt_pad = window.pads[3];
  i.opd3_const = 1; // what pads hold
}

template <typename InstructionT>
static void setConvolution(InstructionT &i, const Convolution &convolution) {
  setWindow(i, convolution);
  i.opd0_y_ins0 = convolution.insertion[0];
  i.opd0_x_ins0 = convolution.insertion[1];
  i.opd1_y_ins0 = convolution.dilations[0] - 1;
  i.opd1_x_ins0 = convolution.dilations[1] - 1;
  i.opd1_addr = convolution.filter.address;
  i.opd1_prec = precisionOf(convolution.filter.elementType);
  i.opd1_sign = 1;
  i.opd3_addr = convolution.padding;
  if (convolution.bias)
    i.opd2_addr = *convolution.bias;
  else
    i.opd2_const = 1;
}

void ChipVerbs::convolve(Emitter &emitter,
                         const Convolution &convolution) const {
  isa::Conv i;
  i.setFunction(isa::ConvOp::Normal);
  setConvolution(i, convolution);
  i.opd1_n = convolution.resultSize[1];
  i.opd1_c = convolution.inputSize[1];
  emitter.append(i);
}

void ChipVerbs::depthwise(Emitter &emitter,
                          const Convolution &convolution) const {
  isa::PoolDepthwise i;
  i.setFunction(isa::PoolOp::Depthwise);
  setConvolution(i, convolution);
  i.opd1_n = 1;
  i.opd1_c = convolution.resultSize[1];
  emitter.append(i);
}

/// The lowest number of a type.
static uint32_t lowestBits(mlir::Type type) {
  if (!type.isInteger())
    return bitsOf(-std::numeric_limits<float>::infinity(), type);
  return type.isUnsignedInteger() ? 0
                                  : 1u << (type.getIntOrFloatBitWidth() - 1);
}

void ChipVerbs::maxPool(Emitter &emitter, const Sliding &pool) const {
  isa::PoolDepthwise i;
  i.setFunction(isa::PoolOp::Max);
  setWindow(i, pool);
  i.opd3_addr = lowestBits(pool.input.elementType);
  emitter.append(i);
}

void ChipVerbs::sumPool(Emitter &emitter, const Sliding &pool, float scale,
                        int64_t padding) const {
  isa::PoolDepthwise i;
  i.setFunction(isa::PoolOp::Average);
  setWindow(i, pool);
  i.opd1_sign = 1;
  if (padding != 0)
    i.opd3_addr = bitsOf(padding, pool.input.elementType);
  i.opd1_const = 1;
  i.opd1_addr = bitsOf(scale, pool.input.elementType);
  emitter.append(i);
}
