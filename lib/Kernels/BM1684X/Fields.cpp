//===- Fields.cpp - Codes of types and layouts ----------------------------===//
#include "lib/Kernels/BM1684X/Fields.h"

using namespace tpu_mlir;
using isa::Precision;

static Precision integerOf(unsigned width) {
  return width == 8    ? Precision::I8
         : width == 16 ? Precision::I16
                       : Precision::I32;
}

uint32_t bm1684x::precisionOf(mlir::Type type) {
  if (type.isF32())
    return uint32_t(Precision::F32);
  if (type.isF16())
    return uint32_t(Precision::F16);
  if (type.isBF16())
    return uint32_t(Precision::BF16);
  return uint32_t(integerOf(type.getIntOrFloatBitWidth()));
}

uint32_t bm1684x::modeOf(const LocalView &view) {
  switch (view.mode) {
  case LocalView::Aligned:
    return uint32_t(isa::Layout::Aligned);
  case LocalView::Compact:
    return uint32_t(isa::Layout::Compact);
  case LocalView::Strided:
    return uint32_t(isa::Layout::Strided);
  }
  llvm_unreachable("every mode has its code");
}
