//===- ElementFunctions.h - What ops compute from single elements ---------===//
#pragma once

#include "dialects/Top/Top.h"

#include <functional>
#include <optional>
#include <vector>

namespace tpu_mlir::top {

/// The formula of an op whose results depend on one element of one operand that
/// is not constant each, or null: an activation, clip, or arithmetic with a
/// constant of one value. The operand is `variableOperand`.
using ElementFunction = std::function<double(double)>;
ElementFunction elementFunction(mlir::Operation *op);

/// The factors of a multiplication of [n, c, h, w] by a positive constant for
/// each channel.
std::optional<std::vector<float>> channelFactors(mlir::Operation *op);

/// The operand that the functions of one element, and those factors, are for.
mlir::OpOperand &variableOperand(mlir::Operation *op);

} // namespace tpu_mlir::top
