//===- Chip.h - The numbers of the BM1684X -------------------------------===//
//
// Source of every number: docs/targets/bm1684x.md.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>

namespace tpu_mlir::bm1684x {

inline constexpr int64_t kLanes = 64;
inline constexpr int64_t kLaneBytes = 256 * 1024; // bytes of local memory
inline constexpr int64_t kBanks = 16;             // in each lane
inline constexpr int64_t kBankBytes = kLaneBytes / kBanks;
inline constexpr int64_t kAlignment = 64; // bytes; the execution units' width
inline constexpr int64_t kPage = 4096;    // bytes; alignment of global regions

inline constexpr uint64_t kLocalBase = 0x0800'0000;
inline constexpr uint64_t kStaticBase = 0x0900'0000;
inline constexpr uint64_t kL2Base = 0x1000'0000;
inline constexpr uint64_t kGlobalBase = 0x1'0000'0000;
inline constexpr int64_t kGlobalBytes = int64_t(16) << 30; // assumed, see there

inline constexpr int64_t kMaxSize = 65535;       // 16-bit size fields
inline constexpr int64_t kMaxWStrideBytes = 128; // of a GDMA transfer

inline constexpr int64_t kCyclesPerMicrosecond = 1000; // 1 GHz

} // namespace tpu_mlir::bm1684x
