//===- Passes.h - From top to tpu -----------------------------------------===//
#pragma once

#include "mlir/Pass/Pass.h"

#include <memory>

namespace tpu_mlir {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "lib/Conversion/TopToTpu/Passes.h.inc"

} // namespace tpu_mlir
