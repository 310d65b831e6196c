//===- Splat.h - Constants whose elements are all the same ----------------===//
#pragma once

#include "mlir/IR/Value.h"

#include <optional>

namespace tpu_mlir::top {

/// The value of every element of a top.weight; nothing if `value` is another
/// op's or the weight is empty, elided or has different elements.
std::optional<double> splatValue(mlir::Value value);

} // namespace tpu_mlir::top
