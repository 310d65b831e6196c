//===- Passes.h - From top to top -----------------------------------------===//
#pragma once

#include "mlir/Dialect/Quant/QuantOps.h"
#include "mlir/Pass/Pass.h"
#include "llvm/Support/CommandLine.h"

#include <memory>
#include <string>

namespace tpu_mlir::top {

/// What an op computes in.
enum class Precision { F32, F16, BF16, INT8 };

/// The channels that a network's image has, in order; those of a pixel are RGB,
/// or one.
enum class PixelFormat { RGB, BGR, GRAY };

/// The order of the dimensions of a network's image.
enum class ImageLayout { NCHW, NHWC };

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "lib/Dialect/Top/Transforms/Passes.h.inc"

/// Adds the passes of `--tpu-clean`.
void buildCleanPipeline(mlir::OpPassManager &manager);

/// Registers the pipeline `tpu-clean`.
void registerCleanPipeline();

} // namespace tpu_mlir::top
