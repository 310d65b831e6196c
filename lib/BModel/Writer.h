//===- Writer.h - From a Model to the bytes of a bmodel file --------------===//
#pragma once

#include "lib/BModel/Model.h"
#include "llvm/Support/Error.h"

namespace tpu_mlir::bmodel {

/// Equal models give equal bytes; equal blobs are stored once. A model that the
/// reader took from another compiler's file may hold what this cannot write
/// (firmware, dynamic or multi-core stages): that is an error, not a loss.
llvm::Expected<std::vector<uint8_t>> write(const Model &model);

/// Writes beside `path` and renames: either the whole file appears or nothing.
llvm::Error writeFile(const Model &model, llvm::StringRef path);

} // namespace tpu_mlir::bmodel
