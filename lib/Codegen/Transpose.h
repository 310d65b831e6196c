//===- Transpose.h - Copies that change what lies together ----------------===//
#pragma once

#include "lib/Codegen/Transfer.h"

namespace tpu_mlir {

/// Copies a box of elements whose dimension without gaps differs between the
/// sides, by way of local memory, all of which it may use. Rows pass through
/// the transfer engine as they lie; each lane turns its own. `dims` are as
/// `emitCopy` normalizes them. Returns false, without commands, where moving
/// the elements one by one costs no more.
bool emitTransposed(Emitter &emitter, int64_t source, int64_t target,
                    llvm::ArrayRef<CopyDim> dims, int64_t elementBytes);

} // namespace tpu_mlir
