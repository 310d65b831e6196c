//===- Tilings.cpp - How results may be cut ----------------------------===//
#include "lib/Schedule/Plans/Tilings.h"

#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tpu_mlir;
using namespace tpu_mlir::tpu;

/// More slices than this are of a few bytes each, whatever the network.
static constexpr int64_t kMostSlices = 1 << 18;
/// Steps of a group of several ops; more are better several groups, and take
/// long to look at.
static constexpr int64_t kMostSteps = 1 << 13;

/// 1, 2, 3, 4, 6, 8, 12, ... up to and including the limit.
static SmallVector<int64_t> countsUpTo(int64_t limit) {
  SmallVector<int64_t> counts;
  for (int64_t power = 1; power < limit; power *= 2) {
    counts.push_back(power);
    if (power >= 2 && power + power / 2 < limit)
      counts.push_back(power + power / 2);
  }
  counts.push_back(std::max<int64_t>(limit, 1));
  return counts;
}

SmallVector<Tiling> tpu::candidateTilings(const GroupBody &body) {
  Tile whole = Tile::whole(body.result());
  std::array<SmallVector<int64_t>, 4> counts;
  for (unsigned dim = 0; dim < 4; ++dim) {
    bool sliceable = llvm::all_of(body.ops, [&](Operation *op) {
      return cast<KernelOpInterface>(op).sliceable(dim);
    });
    int64_t pieces = dim == 1
                         ? llvm::divideCeil(whole.size[1], body.chip->lanes)
                         : whole.size[dim];
    counts[dim] = sliceable ? countsUpTo(pieces) : SmallVector<int64_t>{1};
  }
  SmallVector<Tiling> tilings;
  for (int64_t n : counts[0])
    for (int64_t c : counts[1])
      for (int64_t h : counts[2])
        for (int64_t w : counts[3]) {
          bool last = h == counts[2].back();
          if (w > 1 && !last) // w is cut only where single rows do not fit
            continue;
          if (h > 1 && n < counts[0].back() && n > 1)
            continue; // whole images first
          tilings.push_back({{n, c, h, w}, false});
          if (c > 1 && h * w > 1)
            tilings.push_back({{n, c, h, w}, true});
        }
  auto slices = [](const Tiling &t) {
    return t.counts[0] * t.counts[1] * t.counts[2] * t.counts[3];
  };
  int64_t ops = body.ops.size();
  int64_t most = ops > 1 ? kMostSteps / ops : kMostSlices;
  llvm::erase_if(tilings, [&](const Tiling &t) { return slices(t) > most; });
  llvm::stable_sort(tilings, [&](const Tiling &a, const Tiling &b) {
    return slices(a) < slices(b);
  });
  return tilings;
}

/// What the values of a slice take, and scratch buffers.
static LeastNeed needOf(const GroupBody &body, const SliceTiles &tiles) {
  LeastNeed need;
  auto add = [&](Value value, Layout layout) {
    int64_t bytes = bytesPerLane(tiles.find(value)->second, layout,
                                 getElementTypeOrSelf(value), *body.chip);
    need.bytes += bytes;
    if (bytes > need.ownerBytes) {
      need.owner = value;
      need.ownerBytes = bytes;
    }
  };
  for (auto [input, layout] : llvm::zip(body.inputs, body.inputLayouts))
    add(input, layout);
  for (Operation *op : body.ops) {
    auto kernel = cast<KernelOpInterface>(op);
    add(op->getResult(0), kernel.resultLayout());
    for (int64_t bytes : kernel.scratch(tiles.find(op->getResult(0))->second))
      need.scratchBytes += bytes;
  }
  need.bytes += need.scratchBytes;
  return need;
}

LeastNeed tpu::leastNeed(const GroupBody &body) {
  std::optional<LeastNeed> least;
  for (const Tiling &tiling : candidateTilings(body)) {
    LeastNeed need = needOf(body, firstSlice(body, tiling));
    if (!least || need.bytes < least->bytes)
      least = need;
  }
  return *least;
}
