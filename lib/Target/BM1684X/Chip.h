//===- Chip.h - The numbers of the BM1684X -------------------------------===//
//
// Source of every number: docs/targets/bm1684x.md.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "lib/Target/Chip.h"

namespace tpu_mlir::bm1684x {

extern const CycleModel cycleModel;

inline constexpr Chip chip = [] {
  Chip chip(bm1684xMap);
  chip.name = "bm1684x";
  chip.title = "BM1684X";
  chip.globalBytes = int64_t(16) << 30; // assumed, see there
  chip.page = 4096;
  chip.alignment = 64;
  chip.maxSize = 65535;       // 16-bit size fields
  chip.maxTransferStep = 128; // bytes
  chip.longTransferRow = 256; // bytes
  chip.maxCommandId = (1 << 20) - 1;
  chip.window = {65535, 15, 15, 16, 15}; // 16-bit and 4-bit fields
  chip.channelsTogether = {64, 32, 1};
  chip.cyclesPerMicrosecond = 1000; // 1 GHz
  chip.model = &cycleModel;
  return chip;
}();

} // namespace tpu_mlir::bm1684x
