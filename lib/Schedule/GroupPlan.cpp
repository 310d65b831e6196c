//===- GroupPlan.cpp - Tiling and local addresses of one group
//-------------===//
#include "lib/Schedule/GroupPlan.h"

#include "lib/Commands/Emitter.h"
#include "lib/Commands/Timeline.h"
#include "lib/Schedule/LocalAllocator.h"
#include "lib/Target/BM1684X/Chip.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tpu_mlir;
using namespace tpu_mlir::tpu;

/// Tilings that fit and are priced before the best of them is taken.
static constexpr unsigned kPricedTilings = 6;
/// Slices that a price is measured on; more of them only repeat.
static constexpr size_t kPricedSlices = 24;
/// Slices that must fit before all of them are looked at, of which there may be
/// many thousand.
static constexpr int64_t kTriedSlices = 3;
/// More slices than this are of a few bytes each, whatever the network.
static constexpr int64_t kMostSlices = 1 << 18;
/// How far ahead of their use the inputs of a single slice may be loaded.
static constexpr int64_t kAhead[] = {8, 4, 2, 1};

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

/// Every tiling worth a look, fewest slices first.
static SmallVector<Tiling> candidateTilings(const GroupBody &body) {
  Tile whole = Tile::whole(body.result());
  std::array<SmallVector<int64_t>, 4> counts;
  for (unsigned dim = 0; dim < 4; ++dim) {
    bool sliceable = llvm::all_of(body.ops, [&](Operation *op) {
      return cast<KernelOpInterface>(op).sliceable(dim);
    });
    int64_t pieces = dim == 1 ? llvm::divideCeil(whole.size[1], bm1684x::kLanes)
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
  llvm::erase_if(tilings,
                 [&](const Tiling &t) { return slices(t) > kMostSlices; });
  llvm::stable_sort(tilings, [&](const Tiling &a, const Tiling &b) {
    return slices(a) < slices(b);
  });
  return tilings;
}

namespace {
/// What local memory must hold for one value or scratch buffer.
struct Need {
  Value value; // or
  Operation *scratchOf = nullptr;
  LocalRequest request;
};
} // namespace

static int64_t largest(ArrayRef<SliceTiles> slices, Value value,
                       Layout layout) {
  Type type = cast<RankedTensorType>(value.getType()).getElementType();
  int64_t bytes = 0;
  for (const SliceTiles &tiles : slices)
    bytes =
        std::max(bytes, bytesPerLane(tiles.find(value)->second, layout, type));
  return bytes;
}

static bool changes(ArrayRef<SliceTiles> slices, Value value) {
  const Tile &first = slices.front().find(value)->second;
  return llvm::any_of(slices, [&](const SliceTiles &tiles) {
    return tiles.find(value)->second != first;
  });
}

/// One request for each buffer of the group. Inputs and the result live through
/// the whole slice, since their transfers overlap with it, and twice if slices
/// differ; with a single slice lives are exact.
static SmallVector<Need> needsOf(const GroupBody &body, const Tiling &tiling,
                                 ArrayRef<SliceTiles> slices) {
  SmallVector<Need> needs;
  unsigned end = body.ops.size() - 1;
  bool single = slices.size() == 1;
  for (auto [input, layout] : llvm::zip(body.inputs, body.inputLayouts)) {
    Need need{input,
              nullptr,
              {largest(slices, input, layout),
               single ? loadStep(body, input, tiling.ahead) : 0,
               single ? body.lastRead(input, 0) : end}};
    needs.append(changes(slices, input) ? 2 : 1, need);
  }
  for (auto [step, op] : llvm::enumerate(body.ops)) {
    Value result = op->getResult(0);
    bool stored = step == end;
    unsigned last = body.lastRead(result, step);
    auto kernel = cast<KernelOpInterface>(op);
    Need need{result,
              nullptr,
              {largest(slices, result, kernel.resultLayout()),
               stored && !single ? 0 : unsigned(step), stored ? end : last}};
    needs.append(stored && !single ? 2 : 1, need);
    SmallVector<int64_t> scratch;
    for (const SliceTiles &tiles : slices) {
      SmallVector<int64_t> bytes = kernel.scratch(tiles.find(result)->second);
      scratch.resize(std::max(scratch.size(), bytes.size()));
      for (auto [most, now] : llvm::zip(scratch, bytes))
        most = std::max(most, now);
    }
    for (int64_t bytes : scratch)
      needs.push_back({nullptr,
                       op,
                       {int64_t(llvm::alignTo(bytes, bm1684x::kAlignment)),
                        unsigned(step), unsigned(step)}});
  }
  return needs;
}

static std::optional<GroupBuffers>
allocateBuffers(const GroupBody &body, const Tiling &tiling,
                ArrayRef<SliceTiles> slices) {
  SmallVector<Need> needs = needsOf(body, tiling, slices);
  SmallVector<LocalRequest> requests;
  for (const Need &need : needs)
    requests.push_back(need.request);
  auto addresses = allocateLocal(requests);
  if (!addresses)
    return std::nullopt;
  GroupBuffers buffers;
  for (auto [need, address] : llvm::zip(needs, *addresses))
    if (need.scratchOf)
      buffers.scratch[need.scratchOf].push_back(address);
    else
      buffers.values[need.value].push_back(address);
  return buffers;
}

/// Whether commands can name the sizes of a slice.
static bool fitsFields(const SliceTiles &tiles) {
  return llvm::all_of(tiles, [](const auto &entry) {
    return llvm::all_of(entry.second.size,
                        [](int64_t size) { return size <= bm1684x::kMaxSize; });
  });
}

/// Whether a slice as large as the first one fits: cheap, and necessary.
static bool mayFit(const GroupBody &body, const SliceTiles &tiles) {
  if (!fitsFields(tiles))
    return false;
  int64_t most = 0;
  for (Operation *op : body.ops) {
    auto kernel = cast<KernelOpInterface>(op);
    Value result = op->getResult(0);
    Type type = cast<RankedTensorType>(result.getType()).getElementType();
    int64_t bytes =
        bytesPerLane(tiles.find(result)->second, kernel.resultLayout(), type);
    for (OpOperand &operand : op->getOpOperands())
      bytes += bytesPerLane(
          tiles.find(operand.get())->second,
          kernel.operandLayout(operand.getOperandNumber()),
          cast<RankedTensorType>(operand.get().getType()).getElementType());
    most = std::max(most, bytes);
  }
  return most <= bm1684x::kLaneBytes;
}

/// Whether every kernel can read the buffers that it shares with others.
static bool readable(const GroupBody &body, ArrayRef<SliceTiles> slices) {
  for (Operation *op : body.ops) {
    auto kernel = cast<KernelOpInterface>(op);
    for (unsigned i = 0; i < op->getNumOperands(); ++i) {
      if (kernel.readsPart(i))
        continue;
      for (const SliceTiles &tiles : slices) {
        const Tile &result = tiles.find(op->getResult(0))->second;
        if (kernel.operandTile(i, result) !=
            tiles.find(op->getOperand(i))->second)
          return false;
      }
    }
  }
  return true;
}

/// Cycles of the group on the two engines, by the commands it would emit.
static int64_t price(const GroupPlan &plan, ArrayRef<SliceTiles> slices) {
  ArrayRef<SliceTiles> sample =
      slices.take_front(std::min(slices.size(), kPricedSlices));
  llvm::DenseMap<Value, int64_t> places;
  int64_t next = bm1684x::kGlobalBase;
  auto addressOf = [&](Value value) {
    auto [place, isNew] = places.try_emplace(value, next);
    if (isNew)
      next += int64_t(1) << 32; // bytes; apart, whatever their size
    return place->second;
  };
  Emitter emitter(plan.body.result().getLoc());
  emitGroup(emitter, plan.body, plan.tiling, sample, plan.buffers, addressOf);
  return cyclesOf(emitter.takeCommands()) * int64_t(slices.size()) /
         int64_t(sample.size());
}

/// The plan with this tiling, if it fits.
static std::optional<GroupPlan> planTiling(const GroupBody &body,
                                           const Tiling &tiling,
                                           ArrayRef<SliceTiles> slices) {
  auto buffers = allocateBuffers(body, tiling, slices);
  if (!buffers)
    return std::nullopt;
  GroupPlan plan{body, tiling, *buffers};
  plan.cycles = price(plan, slices);
  return plan;
}

static void keepBetter(std::optional<GroupPlan> &best,
                       std::optional<GroupPlan> plan) {
  if (plan && (!best || plan->cycles < best->cycles))
    best = std::move(plan);
}

std::optional<GroupPlan> tpu::planGroup(ArrayRef<Operation *> ops) {
  std::optional<GroupBody> body = GroupBody::of(ops);
  if (!body)
    return std::nullopt;
  std::optional<GroupPlan> best;
  unsigned priced = 0;
  for (const Tiling &tiling : candidateTilings(*body)) {
    if (priced == kPricedTilings)
      break;
    if (!mayFit(*body, firstSlice(*body, tiling)))
      continue;
    SmallVector<SliceTiles> few = sliceGroup(*body, tiling, kTriedSlices);
    if (!readable(*body, few) || !allocateBuffers(*body, tiling, few))
      continue;
    SmallVector<SliceTiles> slices = sliceGroup(*body, tiling);
    if (!readable(*body, slices))
      continue;
    std::optional<GroupPlan> plan = planTiling(*body, tiling, slices);
    priced += plan.has_value();
    keepBetter(best, std::move(plan));
  }
  keepBetter(best, planWhole(*body));
  return best;
}

std::optional<GroupPlan> tpu::planWhole(const GroupBody &body) {
  Tiling tiling;
  if (body.ops.size() == 1 || !mayFit(body, firstSlice(body, tiling)))
    return std::nullopt;
  SmallVector<SliceTiles> slices = sliceGroup(body, tiling);
  if (!readable(body, slices))
    return std::nullopt;
  std::optional<GroupPlan> best;
  for (int64_t ahead : kAhead) {
    tiling.ahead = ahead;
    keepBetter(best, planTiling(body, tiling, slices));
  }
  return best;
}
