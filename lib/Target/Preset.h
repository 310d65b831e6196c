//===- Preset.h - Whose times a cycle model tells -------------------------===//
#pragma once

#include "llvm/ADT/StringRef.h"

#include <optional>

namespace tpu_mlir {

/// Whose times: those of the vendor's static model, or such as boards show.
enum class Preset { Static, Silicon };

/// "static" or "silicon".
std::optional<Preset> presetNamed(llvm::StringRef name);

} // namespace tpu_mlir
