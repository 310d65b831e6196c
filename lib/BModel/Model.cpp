//===- Model.cpp - What a bmodel file says, as plain values ---------------===//
#include "lib/BModel/Model.h"

#include "llvm/Support/MathExtras.h"

using namespace tpu_mlir;
using namespace tpu_mlir::bmodel;

std::optional<uint64_t> tpu_mlir::bmodel::dataSize(const Tensor &tensor) {
  int64_t bits = bitWidth(tensor.dataType);
  for (int64_t dim : tensor.shape)
    if (dim < 0 || llvm::MulOverflow(bits, dim, bits))
      return std::nullopt;
  return llvm::divideCeil(static_cast<uint64_t>(bits), 8);
}
