//===- Fields.h - Views and shapes in the fields of commands --------------===//
#pragma once

#include "lib/Isa/Instructions.h"
#include "lib/Kernels/Operands.h"

namespace tpu_mlir::bm1684x {

/// The code of an element type; the type is one that tpu ops allow.
uint32_t precisionOf(mlir::Type type);
/// The code of how a view lies.
uint32_t modeOf(const LocalView &view);

template <typename InstructionT>
void setResult(InstructionT &i, const LocalView &view) {
  i.res0_addr = view.address;
  i.res0_prec = precisionOf(view.elementType);
  i.res0_str = modeOf(view);
  if (view.mode != LocalView::Strided)
    return;
  i.res0_n_str = view.strides[0];
  i.res0_c_str = view.strides[1];
  i.res0_h_str = view.strides[2];
  i.res0_w_str = view.strides[3];
}

template <typename InstructionT>
void setOperand0(InstructionT &i, const LocalView &view) {
  i.opd0_addr = view.address;
  i.opd0_prec = precisionOf(view.elementType);
  i.opd0_sign = isSigned(view.elementType);
  i.opd0_str = modeOf(view);
  if (view.mode != LocalView::Strided)
    return;
  i.opd0_n_str = view.strides[0];
  i.opd0_c_str = view.strides[1];
  i.opd0_h_str = view.strides[2];
  i.opd0_w_str = view.strides[3];
}

template <typename InstructionT>
void setOperand1(InstructionT &i, const LocalView &view) {
  i.opd1_addr = view.address;
  i.opd1_prec = precisionOf(view.elementType);
  i.opd1_sign = isSigned(view.elementType);
  i.opd1_str = modeOf(view);
  if (view.mode != LocalView::Strided)
    return;
  i.opd1_n_str = view.strides[0];
  i.opd1_c_str = view.strides[1];
  i.opd1_h_str = view.strides[2];
  i.opd1_w_str = view.strides[3];
}

template <typename InstructionT>
void setResultShape(InstructionT &i, const Quad &shape) {
  i.res0_n = shape[0];
  i.res0_c = shape[1];
  i.res0_h = shape[2];
  i.res0_w = shape[3];
}

template <typename InstructionT>
void setOperand0Shape(InstructionT &i, const Quad &shape) {
  i.opd0_n = shape[0];
  i.opd0_c = shape[1];
  i.opd0_h = shape[2];
  i.opd0_w = shape[3];
}

template <typename InstructionT>
void setOperand1Shape(InstructionT &i, const Quad &shape) {
  i.opd1_n = shape[0];
  i.opd1_c = shape[1];
  i.opd1_h = shape[2];
  i.opd1_w = shape[3];
}

} // namespace tpu_mlir::bm1684x
