//===- ChipOf.h - The chip that a module is for ---------------------------===//
//
//   module attributes {tpu.chip = "bm1684x"} { ... }
//
//===----------------------------------------------------------------------===//
#pragma once

#include "lib/Target/Chip.h"
#include "mlir/IR/Operation.h"

namespace tpu_mlir {

/// The chip that the module around an op names, or the first of all chips. The
/// tpu dialect's verifier has refused unknown names.
const Chip &chipOf(mlir::Operation *op);

/// Lets a module name a chip, or leaves the one that it names if `name` is
/// empty. Emits an error that lists the chips if there is none of that name.
llvm::LogicalResult setChip(mlir::Operation *module, llvm::StringRef name);

/// The same for the attribute itself.
llvm::LogicalResult verifyChip(mlir::Operation *module,
                               mlir::Attribute attribute);

/// The attribute of the module.
inline constexpr llvm::StringLiteral kChipAttribute = "tpu.chip";

} // namespace tpu_mlir
