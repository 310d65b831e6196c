//===- DataType.h - Element types that a bmodel's tensors may have --------===//
#pragma once

#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <optional>

namespace tpu_mlir::bmodel {

/// The numbers are the container's (Tensor.data_type).
enum class DataType : uint32_t {
  F32 = 0,
  F16 = 1,
  I8 = 2,
  U8 = 3,
  I16 = 4,
  U16 = 5,
  I32 = 6,
  U32 = 7,
  BF16 = 8,
  I4 = 9,
  U4 = 10
};

std::optional<DataType> toDataType(uint32_t number);

/// Bits of one element: 4, 8, 16 or 32.
unsigned bitWidth(DataType type);

/// "f32", "bf16", "i8", "u4" ...
llvm::StringRef name(DataType type);

/// The type of that name.
std::optional<DataType> dataTypeNamed(llvm::StringRef name);

} // namespace tpu_mlir::bmodel
