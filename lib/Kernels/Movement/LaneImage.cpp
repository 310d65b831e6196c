//===- LaneImage.cpp - Constants that lie in global memory as in local ----===//
#include "lib/Kernels/Movement/LaneImage.h"

#include "dialects/Top/Top.h"
#include "dialects/Tpu/Tpu.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tpu_mlir;

/// Runs of fewer bytes in global memory cost as many (GdmaCycles.cpp).

/// Whether a kernel reads all rows and columns of an operand however its result
/// is cut.
static bool readsWholeChannels(KernelOpInterface kernel, OpOperand &use) {
  Tile pixel = Tile::whole(kernel->getResult(0));
  pixel.size[2] = pixel.size[3] = 1;
  Tile tile = kernel.operandTile(use.getOperandNumber(), pixel);
  Tile whole = Tile::whole(use.get());
  return tile.size[2] == whole.size[2] && tile.size[3] == whole.size[3];
}

/// The layout in which all kernels read the value, whole channels at a time;
/// nothing if they differ or something else reads it.
static std::optional<Layout> onlyLayout(Value value) {
  std::optional<Layout> only;
  for (OpOperand &use : value.getUses()) {
    if (isa<tpu::GroupOp>(use.getOwner()))
      continue; // for the ops in it
    auto kernel = dyn_cast<KernelOpInterface>(use.getOwner());
    if (!worksLocally(use.getOwner()) || !readsWholeChannels(kernel, use))
      return std::nullopt;
    Layout layout = kernel.operandLayout(use.getOperandNumber());
    if (only && *only != layout)
      return std::nullopt;
    only = layout;
  }
  return only;
}

/// The longest section of which whole ones make a channel; none if all are too
/// short for the full rate or too long for a row of 32-bit columns.
static std::optional<int64_t> sectionOf(int64_t channelBytes, int64_t lanes,
                                        const Chip &chip) {
  constexpr int64_t kColumn = 4; // bytes
  int64_t longest = std::min(channelBytes, chip.maxSize / lanes * kColumn);
  for (int64_t bytes = longest; bytes >= chip.longTransferRow; bytes -= kColumn)
    if (channelBytes % bytes == 0)
      return bytes;
  return std::nullopt;
}

std::optional<LaneImage> tpu_mlir::laneImageOf(Value value, const Chip &chip) {
  if (!value.getDefiningOp<top::WeightOp>())
    return std::nullopt;
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getRank() != 4 || type.getDimSize(0) != 1)
    return std::nullopt;
  int64_t elementBytes = type.getElementTypeBitWidth() / 8;
  int64_t channel = type.getDimSize(2) * type.getDimSize(3) * elementBytes;
  std::optional<Layout> layout = onlyLayout(value);
  if (layout != Layout::Aligned && layout != Layout::Compact)
    return std::nullopt;
  if (layout == Layout::Aligned)
    channel = llvm::alignTo(channel, chip.alignment);
  int64_t channels = type.getDimSize(1);
  int64_t lanes = std::min(channels, chip.lanes);
  LaneImage image{lanes, int64_t(llvm::divideCeil(channels, lanes)), channel,
                  0};
  if (channel < chip.longTransferRow) {
    image.sectionBytes = image.laneBytes();
    bool fits = image.laneBytes() / elementBytes <= chip.maxSize;
    return channels > lanes && fits ? std::optional(image) : std::nullopt;
  }
  // Lanes without a channel in the last round would be brought, too.
  constexpr int64_t kMostRounded = 10; // one part in so many
  std::optional<int64_t> section = sectionOf(channel, lanes, chip);
  int64_t added = image.channelsPerLane * lanes - channels;
  if (!section || added * kMostRounded > channels ||
      image.laneBytes() / *section > chip.maxSize)
    return std::nullopt;
  image.sectionBytes = *section;
  return image;
}

void tpu_mlir::fillImage(const LaneImage &image, int64_t channels,
                         ArrayRef<uint8_t> elements, uint8_t *bytes) {
  int64_t size = elements.size() / channels;
  for (int64_t c = 0; c < channels; ++c)
    for (int64_t done = 0; done < size;) {
      int64_t at = c / image.lanes * image.channelBytes + done; // in the lane
      int64_t section = at / image.sectionBytes, rest = at % image.sectionBytes;
      int64_t run = std::min(size - done, image.sectionBytes - rest);
      llvm::copy(elements.slice(c * size + done, run),
                 bytes + section * image.rowBytes() +
                     c % image.lanes * image.sectionBytes + rest);
      done += run;
    }
}
