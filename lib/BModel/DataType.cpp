//===- DataType.cpp - Element types that a bmodel's tensors may have ------===//
#include "lib/BModel/DataType.h"

#include "llvm/ADT/STLExtras.h"

using namespace tpu_mlir::bmodel;

namespace {
struct Fact {
  llvm::StringLiteral name;
  unsigned bits;
};
} // namespace

/// In the order of the container's numbers.
static constexpr Fact facts[] = {
    {"f32", 32}, {"f16", 16}, {"i8", 8},    {"u8", 8}, {"i16", 16}, {"u16", 16},
    {"i32", 32}, {"u32", 32}, {"bf16", 16}, {"i4", 4}, {"u4", 4}};

std::optional<DataType> tpu_mlir::bmodel::toDataType(uint32_t number) {
  if (number >= std::size(facts))
    return std::nullopt;
  return static_cast<DataType>(number);
}

unsigned tpu_mlir::bmodel::bitWidth(DataType type) {
  return facts[static_cast<uint32_t>(type)].bits;
}

llvm::StringRef tpu_mlir::bmodel::name(DataType type) {
  return facts[static_cast<uint32_t>(type)].name;
}

std::optional<DataType> tpu_mlir::bmodel::dataTypeNamed(llvm::StringRef name) {
  for (const auto &[number, fact] : llvm::enumerate(facts))
    if (fact.name == name)
      return static_cast<DataType>(number);
  return std::nullopt;
}
