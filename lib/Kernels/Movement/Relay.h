//===- Relay.h - Copies by way of local memory ----------------------------===//
#pragma once

#include "lib/Kernels/Movement/Transfer.h"

namespace tpu_mlir {

/// Copies a box of elements through the emitter's window of local memory, the
/// fastest of several ways; nothing where there is none. The transfer engine
/// has less to do than within global memory where rows are short, and where the
/// dimension without gaps differs between the sides, lanes turn their part.
/// `gaps` as for `emitCopy`; commands are of the chip and op of `emitter`,
/// which stays as it is.
std::optional<Emitter> relay(const Emitter &emitter, int64_t source,
                             int64_t target, llvm::ArrayRef<CopyDim> dims,
                             int64_t elementBytes, Gaps gaps);

} // namespace tpu_mlir
