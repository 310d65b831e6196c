//===- Operands.h - Places of operands in local memory
//---------------------===//
#pragma once

#include "dialects/Interfaces/Kernel.h"
#include "lib/Isa/Instructions.h"

namespace tpu_mlir {

/// The precision code of an element type; the type is one that tpu ops allow.
isa::Precision precisionOf(mlir::Type type);
/// The bits of a number, rounded to nearest even in a floating-point type, in
/// two's complement in an integer type, which has it.
uint32_t bitsOf(float value, mlir::Type type);
/// Whether integers of this type are signed; floats count as signed.
bool isSigned(mlir::Type type);

/// A tensor as a TIU command sees it: start, and strides [n, c, h, w] in
/// elements, where c steps over the 64 lanes at once.
struct LocalView {
  enum Mode : uint32_t { Aligned = 0, Compact = 1, Strided = 3 };

  uint32_t address = 0;
  Mode mode = Aligned;
  std::array<int64_t, 4> strides = {0, 0, 0, 0};
  mlir::Type elementType;

  /// Strides with which a command reads this view as one of a larger shape:
  /// dimensions of size 1 are repeated.
  LocalView broadcast(const std::array<int64_t, 4> &from,
                      const std::array<int64_t, 4> &to) const;
};

/// The part `tile` of a buffer that may hold more than it.
LocalView viewOf(const LocalBuffer &buffer, const Tile &tile);
/// Whether a command can state the strides of such a part.
bool fitsStrides(const LocalBuffer &buffer, const Tile &tile);
/// The whole buffer.
inline LocalView viewOf(const LocalBuffer &buffer) {
  return viewOf(buffer, buffer.tile);
}
/// The part as a buffer of its own, if a command need not know that it is one:
/// it has no gaps that the layout would not have and starts where a buffer may.
std::optional<LocalBuffer> partOf(const LocalBuffer &buffer, const Tile &tile);
/// A scratch buffer with the aligned layout of a tile of the given type.
LocalView scratchView(int64_t address, const Tile &tile, mlir::Type type);

template <typename InstructionT>
void setResult(InstructionT &i, const LocalView &view) {
  i.res0_addr = view.address;
  i.res0_prec = uint32_t(precisionOf(view.elementType));
  i.res0_str = view.mode;
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
  i.opd0_prec = uint32_t(precisionOf(view.elementType));
  i.opd0_sign = isSigned(view.elementType);
  i.opd0_str = view.mode;
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
  i.opd1_prec = uint32_t(precisionOf(view.elementType));
  i.opd1_sign = isSigned(view.elementType);
  i.opd1_str = view.mode;
  if (view.mode != LocalView::Strided)
    return;
  i.opd1_n_str = view.strides[0];
  i.opd1_c_str = view.strides[1];
  i.opd1_h_str = view.strides[2];
  i.opd1_w_str = view.strides[3];
}

template <typename InstructionT>
void setResultShape(InstructionT &i, const std::array<int64_t, 4> &shape) {
  i.res0_n = shape[0];
  i.res0_c = shape[1];
  i.res0_h = shape[2];
  i.res0_w = shape[3];
}

template <typename InstructionT>
void setOperand0Shape(InstructionT &i, const std::array<int64_t, 4> &shape) {
  i.opd0_n = shape[0];
  i.opd0_c = shape[1];
  i.opd0_h = shape[2];
  i.opd0_w = shape[3];
}

template <typename InstructionT>
void setOperand1Shape(InstructionT &i, const std::array<int64_t, 4> &shape) {
  i.opd1_n = shape[0];
  i.opd1_c = shape[1];
  i.opd1_h = shape[2];
  i.opd1_w = shape[3];
}

} // namespace tpu_mlir
