//===- ElementFunctions.h - What ops compute from single elements ---------===//
#pragma once

#include "dialects/Top/Top.h"

#include <functional>

namespace tpu_mlir::top {

/// The formula of an op whose results depend on one element of one operand that
/// is not constant each, or null: an activation, clip, or arithmetic with a
/// constant of one value. The operand is `variableOperand`.
using ElementFunction = std::function<double(double)>;
ElementFunction elementFunction(mlir::Operation *op);

/// The operand that `elementFunction` is a function of.
mlir::OpOperand &variableOperand(mlir::Operation *op);

} // namespace tpu_mlir::top
