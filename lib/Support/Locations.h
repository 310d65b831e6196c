//===- Locations.h - What the location of a value says of it --------------===//
//
// A value's location is the name of its ONNX tensor. What passes change about
// that stands beside the name, in the metadata of a fused location:
//
//   loc(fused<{order = array<i64: 0, 2, 3, 1>, parts = ["conv1"]}>["relu1"])
//
// order: the tensor `relu1` is the value, its dimensions permuted by that.
// parts: tensors that are no values any more since they became part of it.
// clipped: beyond the range that its only reader tells apart, it is no tensor.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "mlir/IR/Location.h"
#include "mlir/IR/Value.h"

namespace tpu_mlir {

/// The name in a location, the last of a fused one, or "" if it has none.
llvm::StringRef nameOf(mlir::Location location);

/// The location of one result: that of its op, if it has one result, else its
/// share of a fused one, else the op's name followed by "/" and its number.
mlir::Location locationOf(mlir::OpResult result);

/// Whether a value of this location holds its tensor, in the order that
/// `orderOf` tells, is not clipped, and is no part of what computes it.
bool holdsTensor(mlir::Location location);

/// The location of a value that is stored in the range of what reads it.
mlir::Location markClipped(mlir::Location location);

/// Empty where the value is in the tensor's own order.
llvm::ArrayRef<int64_t> orderOf(mlir::Location location);

/// The location of what becomes the value of `location` by a transpose.
mlir::Location beforeTranspose(mlir::Location location,
                               llvm::ArrayRef<int64_t> perm);

llvm::SmallVector<llvm::StringRef> partsOf(mlir::Location location);

/// The location with more parts; those that it has stay.
mlir::Location addParts(mlir::Location location,
                        llvm::ArrayRef<llvm::StringRef> names);

} // namespace tpu_mlir
