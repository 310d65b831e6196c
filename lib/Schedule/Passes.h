//===- Passes.h - Passes over the tpu dialect
//------------------------------===//
#pragma once

#include "dialects/Tpu/Tpu.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace tpu_mlir::tpu {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "lib/Schedule/Passes.h.inc"

} // namespace tpu_mlir::tpu
