//===- PartOf.h - Locations of values that are no tensors -----------------===//
#pragma once

#include "mlir/IR/Location.h"

namespace tpu_mlir {

/// The location of a part of what computes the value of `location`: it has the
/// value's name, but does not hold its tensor (Locations.h).
mlir::Location partOf(mlir::Location location);

} // namespace tpu_mlir
