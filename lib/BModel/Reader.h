//===- Reader.h - From the bytes of a bmodel file to a Model --------------===//
#pragma once

#include "lib/BModel/Model.h"
#include "llvm/Support/Error.h"

namespace tpu_mlir::bmodel {

/// Reads any file, damaged ones too: an error names `fileName` and what is
/// wrong. The model shares memory with `file`.
llvm::Expected<Model> read(Bytes file, llvm::StringRef fileName = "bmodel");

llvm::Expected<Model> readFile(llvm::StringRef path);

} // namespace tpu_mlir::bmodel
