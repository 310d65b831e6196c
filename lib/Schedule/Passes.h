//===- Passes.h - Passes over the tpu dialect
//------------------------------===//
#pragma once

#include "dialects/Tpu/Tpu.h"
#include "lib/Target/Preset.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace tpu_mlir::tpu {

/// How long to look for a better schedule.
enum class Effort { Fast, Normal, Best };

inline auto effortValues() {
  return llvm::cl::values(
      clEnumValN(Effort::Fast, "fast", "one way to share local memory"),
      clEnumValN(Effort::Normal, "normal", "several, and some other borders"),
      clEnumValN(Effort::Best, "best", "until no change of borders gains"));
}
inline auto cyclesValues() {
  return llvm::cl::values(
      clEnumValN(Preset::Static, "static", "the vendor's static model"),
      clEnumValN(Preset::Silicon, "silicon", "what boards take"));
}

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "lib/Schedule/Passes.h.inc"

} // namespace tpu_mlir::tpu
