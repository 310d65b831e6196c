//===- LaneImage.h - Constants that lie in global memory as in local ------===//
//
// A transfer costs at least 256 bytes for each run that is contiguous in global
// memory (docs/targets/bm1684x.md). The channels of a bias or of a table of
// scales are runs of 4 and 8 bytes, unless they lie lane after lane, each
// lane's channels with the gaps that they have in local memory.
//===----------------------------------------------------------------------===//
#pragma once

#include "dialects/Interfaces/Kernel.h"

namespace tpu_mlir {

/// Sizes are bytes.
struct LaneImage {
  int64_t lanes, channelsPerLane, channelBytes;

  int64_t laneBytes() const { return channelsPerLane * channelBytes; }
  int64_t bytes() const { return lanes * laneBytes(); }
  bool operator==(const LaneImage &other) const {
    return lanes == other.lanes && channelsPerLane == other.channelsPerLane &&
           channelBytes == other.channelBytes;
  }
};

/// The image of a constant, if it has one: of short channels, more than there
/// are lanes, all read by kernels in one layout.
std::optional<LaneImage> laneImageOf(mlir::Value value);

/// Writes the elements of so many channels, one after the other, to where they
/// are in the image.
void fillImage(const LaneImage &image, int64_t channels,
               llvm::ArrayRef<uint8_t> elements, uint8_t *bytes);

} // namespace tpu_mlir
