//===- Splat.h - Constants whose elements are all the same ----------------===//
#pragma once

#include "mlir/IR/Attributes.h"

#include <optional>

namespace tpu_mlir::top {

/// The value of every element of a `dense` or `dense_resource` attribute;
/// nothing if `constant` is null, empty, elided or has different elements.
std::optional<double> splatValue(mlir::Attribute constant);

} // namespace tpu_mlir::top
