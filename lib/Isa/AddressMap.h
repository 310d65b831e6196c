//===- AddressMap.h - Where BM1684X's memories lie in its address space ---===//
//
// Source: sophgo/tpu-mlir python/debugger/target_1684x/memmap.py; confirmed on
// the vendor's chip model for local and global memory.
//
//===----------------------------------------------------------------------===//

#pragma once

#include <cstdint>
#include <optional>

namespace tpu_mlir::isa {

enum class Space { Local, Static, L2, Global };

inline constexpr uint64_t laneCount = 64;
inline constexpr uint64_t laneBytes = 256 * 1024;  // local memory of one lane
inline constexpr uint64_t bankBytes = 16 * 1024;   // one of 16 banks of a lane
inline constexpr uint64_t localBase = 0x0800'0000; // lane i at + i * laneBytes
inline constexpr uint64_t localBytes = laneCount * laneBytes; // 16 MiB
inline constexpr uint64_t staticBase = 0x0900'0000;
inline constexpr uint64_t staticBytes = 16 * 1024;
inline constexpr uint64_t l2Base = 0x1000'0000;
inline constexpr uint64_t l2Bytes = 2 * 1024 * 1024;
inline constexpr uint64_t globalBase = 0x1'0000'0000;
inline constexpr uint64_t globalEnd = uint64_t(1)
                                      << 40; // addresses have 40 bits

/// The memory that an address of a transfer command lies in; none: a hole in
/// the address space.
constexpr std::optional<Space> spaceOf(uint64_t address) {
  if (address >= localBase && address < localBase + localBytes)
    return Space::Local;
  if (address >= staticBase && address < staticBase + staticBytes)
    return Space::Static;
  if (address >= l2Base && address < l2Base + l2Bytes)
    return Space::L2;
  if (address >= globalBase && address < globalEnd)
    return Space::Global;
  return std::nullopt;
}

} // namespace tpu_mlir::isa
