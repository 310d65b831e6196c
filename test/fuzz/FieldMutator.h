//===- FieldMutator.h - Damage to single fields of commands ---------------===//
#pragma once

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>

namespace tpu_mlir::fuzz {

/// Sets one field of one command of a stream in the form of visitCommands() to
/// a value that sizes, strides and addresses get wrong. Equal seeds give equal
/// damage. A stream without a command stays as it is.
void mutateField(llvm::MutableArrayRef<uint8_t> stream, uint64_t seed);

} // namespace tpu_mlir::fuzz
