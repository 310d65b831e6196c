//===- Space.h - The memories of BM1684X in its address space -------------===//

#pragma once

#include "lib/Isa/AddressMap.h"

#include <optional>

namespace tpu_mlir::isa {

enum class Space { Local, Static, L2, Global };

// The map of the chip whose instructions these are.
inline constexpr uint64_t laneCount = bm1684xMap.lanes;
inline constexpr uint64_t laneBytes = bm1684xMap.laneBytes;
inline constexpr uint64_t localBase = bm1684xMap.localBase;
inline constexpr uint64_t localBytes = bm1684xMap.localBytes();
inline constexpr uint64_t staticBase = bm1684xMap.staticBase;
inline constexpr uint64_t staticBytes = bm1684xMap.staticBytes;
inline constexpr uint64_t l2Base = bm1684xMap.l2Base;
inline constexpr uint64_t l2Bytes = bm1684xMap.l2Bytes;
inline constexpr uint64_t globalBase = bm1684xMap.globalBase;
inline constexpr uint64_t globalEnd = bm1684xMap.globalEnd;

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
