//===- LaneImage.h - Constants that lie in global memory as in local ------===//
//
// A transfer costs at least 256 bytes for each run that is contiguous in global
// memory (docs/targets/bm1684x.md). The channels of a bias or of a table of
// scales are runs of 4 and 8 bytes, unless they lie lane after lane, each
// lane's channels with the gaps that they have in local memory. Filters have
// long runs, but only rows of a matrix come at the full rate.
//===----------------------------------------------------------------------===//
#pragma once

#include "dialects/Interfaces/Kernel.h"

namespace tpu_mlir {

/// Sizes are bytes. A lane holds its channels one after the other, cut into
/// sections of one size; in global memory the first sections of all lanes come
/// first, then the second ones: rows of a matrix, which arrive at the full
/// rate.
struct LaneImage {
  int64_t lanes, channelsPerLane, channelBytes, sectionBytes;

  int64_t laneBytes() const { return channelsPerLane * channelBytes; }
  int64_t rowBytes() const { return lanes * sectionBytes; }
  int64_t bytes() const { return lanes * laneBytes(); }
  bool operator==(const LaneImage &other) const {
    return lanes == other.lanes && channelsPerLane == other.channelsPerLane &&
           channelBytes == other.channelBytes &&
           sectionBytes == other.sectionBytes;
  }
};

/// The image of a constant, if it has one: all of its channels are read by
/// kernels in one layout, and they are either short, and more than there are
/// lanes, or whole sections.
std::optional<LaneImage> laneImageOf(mlir::Value value, const Chip &chip);

/// Writes the elements of so many channels, one after the other, to where they
/// are in the image.
void fillImage(const LaneImage &image, int64_t channels,
               llvm::ArrayRef<uint8_t> elements, uint8_t *bytes);

} // namespace tpu_mlir
