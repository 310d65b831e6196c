//===- LaneImage.cpp - Constants that lie in global memory as in local ----===//
#include "lib/Kernels/Movement/LaneImage.h"

#include "dialects/Top/Top.h"
#include "dialects/Tpu/Tpu.h"
#include "lib/Target/BM1684X/Chip.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tpu_mlir;

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

std::optional<LaneImage> tpu_mlir::laneImageOf(Value value) {
  constexpr int64_t kLongRun = 256; // bytes; GdmaCycles.cpp
  if (!value.getDefiningOp<top::WeightOp>())
    return std::nullopt;
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getRank() != 4 || type.getDimSize(0) != 1 ||
      type.getDimSize(1) <= bm1684x::kLanes)
    return std::nullopt;
  int64_t elementBytes = type.getElementTypeBitWidth() / 8;
  int64_t channel = type.getDimSize(2) * type.getDimSize(3) * elementBytes;
  std::optional<Layout> layout = onlyLayout(value);
  if (channel >= kLongRun ||
      (layout != Layout::Aligned && layout != Layout::Compact))
    return std::nullopt;
  if (layout == Layout::Aligned)
    channel = llvm::alignTo(channel, bm1684x::kAlignment);
  LaneImage image{bm1684x::kLanes,
                  llvm::divideCeil(type.getDimSize(1), bm1684x::kLanes),
                  channel};
  if (image.laneBytes() / elementBytes > bm1684x::kMaxSize)
    return std::nullopt;
  return image;
}

void tpu_mlir::fillImage(const LaneImage &image, int64_t channels,
                         ArrayRef<uint8_t> elements, uint8_t *bytes) {
  int64_t size = elements.size() / channels;
  for (int64_t c = 0; c < channels; ++c)
    llvm::copy(elements.slice(c * size, size),
               bytes + c % image.lanes * image.laneBytes() +
                   c / image.lanes * image.channelBytes);
}
