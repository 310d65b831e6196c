//===- AddressMap.h - Where a chip's memories lie in its address space ----===//

#pragma once

#include <cstdint>

namespace tpu_mlir {

/// The memories of a chip; sizes in bytes.
struct AddressMap {
  int64_t lanes = 0;
  int64_t laneBytes = 0;  // local memory of one lane
  int64_t banks = 0;      // of one lane
  uint64_t localBase = 0; // lane i begins at + i * laneBytes
  uint64_t staticBase = 0;
  int64_t staticBytes = 0;
  uint64_t l2Base = 0;
  int64_t l2Bytes = 0;
  uint64_t globalBase = 0;
  uint64_t globalEnd = 0; // of the addresses; how much is there may be less

  constexpr int64_t localBytes() const { return lanes * laneBytes; }
  constexpr int64_t bankBytes() const { return laneBytes / banks; }
};

/// Source: sophgo/tpu-mlir python/debugger/target_1684x/memmap.py; confirmed on
/// the vendor's chip model for local and global memory.
inline constexpr AddressMap bm1684xMap = [] {
  AddressMap map;
  map.lanes = 64;
  map.laneBytes = 256 * 1024;
  map.banks = 16;
  map.localBase = 0x0800'0000;
  map.staticBase = 0x0900'0000;
  map.staticBytes = 16 * 1024;
  map.l2Base = 0x1000'0000;
  map.l2Bytes = 2 * 1024 * 1024;
  map.globalBase = 0x1'0000'0000;
  map.globalEnd = uint64_t(1) << 40; // addresses have 40 bits
  return map;
}();

} // namespace tpu_mlir
