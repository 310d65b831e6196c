//===- Interpolation.h - What ONNX Resize weighs along one axis -----------===//
#pragma once

#include "lib/Conversion/TopToTpu/Support/Matrix.h"

namespace tpu_mlir {

/// Which input element each output element of an axis is, for `nearest`.
std::vector<int64_t> nearestElements(top::ResizeOp op, size_t axis);

/// How `linear` and `cubic` weigh input elements along an axis.
Matrix interpolationWeights(top::ResizeOp op, size_t axis);

} // namespace tpu_mlir
