//===- ScratchModule.h - Where an op is tried -----------------------------===//
#pragma once

#include "lib/Schedule/Plans/GroupPlan.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace tpu_mlir::tpu {

/// A module for the chip of an op, with one block that has these arguments.
mlir::OwningOpRef<mlir::ModuleOp> scratchModule(mlir::Operation *near,
                                                mlir::TypeRange arguments = {});

/// The plan of the op as a group of its own; nothing if it fits nowhere.
std::optional<GroupPlan> planAlone(mlir::Operation *op);

/// Cycles of a load, the shortest work, and a store of a value.
int64_t priceOfPassing(mlir::Value value);

} // namespace tpu_mlir::tpu
