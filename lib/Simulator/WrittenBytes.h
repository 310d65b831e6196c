//===- WrittenBytes.h - Which bytes of a memory were written --------------===//
#pragma once

#include "lib/Simulator/Bytes.h"

namespace tpu_mlir::sim {

/// A bit for each byte, also of memories that 32 bits cannot count. Costs
/// nothing until bytes are added.
class WrittenBytes {
public:
  explicit WrittenBytes(uint64_t size) : bits(size / 8 + 1) {}

  /// Both ranges must lie in the memory.
  void add(uint64_t begin, uint64_t end);
  bool contains(uint64_t begin, uint64_t end) const;

private:
  Bytes bits;
};

} // namespace tpu_mlir::sim
