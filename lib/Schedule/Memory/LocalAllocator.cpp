//===- LocalAllocator.cpp - Addresses of buffers in a lane
//-----------------===//
#include "lib/Schedule/Memory/LocalAllocator.h"

#include "lib/Schedule/Memory/LiveIndex.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace tpu_mlir;
using namespace tpu_mlir::tpu;

/// The banks that a span touches.
static Span banksOf(const Span &span, const Chip &chip) {
  return {span.begin / chip.bankBytes(), (span.end - 1) / chip.bankBytes() + 1};
}

/// The same bytes as few spans in ascending order: what stays in local memory
/// lies side by side, and there may be hundreds of such values.
static SmallVector<Span> merge(ArrayRef<Span> spans) {
  SmallVector<Span> sorted(spans), merged;
  llvm::sort(sorted,
             [](const Span &a, const Span &b) { return a.begin < b.begin; });
  for (const Span &span : sorted)
    if (!merged.empty() && span.begin <= merged.back().end)
      merged.back().end = std::max(merged.back().end, span.end);
    else
      merged.push_back(span);
  return merged;
}

/// Places one buffer at the lowest address free of the spans it must avoid and
/// of the banks it had better avoid.
static std::optional<Span> place(int64_t bytes, const Chip &chip,
                                 ArrayRef<Span> avoid,
                                 ArrayRef<Span> avoidBanks) {
  SmallVector<int64_t> starts = {0};
  for (const Span &span : avoid)
    starts.push_back(span.end);
  for (const Span &span : avoidBanks)
    starts.push_back(banksOf(span, chip).end * chip.bankBytes());
  llvm::sort(starts);
  for (int64_t start : starts) {
    Span span{start, start + bytes};
    if (span.end > chip.laneBytes)
      continue;
    bool free =
        none_of(avoid, [&](const Span &other) { return span.overlaps(other); });
    bool calm = none_of(avoidBanks, [&](const Span &other) {
      return banksOf(span, chip).overlaps(banksOf(other, chip));
    });
    if (free && calm)
      return span;
  }
  return std::nullopt;
}

static std::optional<SmallVector<int64_t>>
allocate(ArrayRef<LocalRequest> requests, const Chip &chip,
         ArrayRef<Span> occupied, bool separateBanks) {
  auto order = llvm::to_vector(llvm::seq<unsigned>(0, requests.size()));
  llvm::stable_sort(order, [&](unsigned a, unsigned b) {
    return requests[a].bytes > requests[b].bytes;
  });
  unsigned steps = 0;
  for (const LocalRequest &request : requests)
    steps = std::max(steps, request.last + 1);
  LiveIndex placed(steps);
  SmallVector<int64_t> addresses(requests.size(), -1);
  for (unsigned index : order) {
    const LocalRequest &request = requests[index];
    SmallVector<Span> avoid(occupied);
    placed.visit(request.first, request.last, [&](unsigned other) {
      avoid.push_back(
          {addresses[other], addresses[other] + requests[other].bytes});
    });
    std::optional<Span> span = place(request.bytes, chip, avoid,
                                     separateBanks ? avoid : ArrayRef<Span>());
    if (!span)
      return std::nullopt;
    addresses[index] = span->begin;
    placed.add(request.first, request.last, index);
  }
  return addresses;
}

std::optional<SmallVector<int64_t>>
tpu::allocateLocal(ArrayRef<LocalRequest> requests, const Chip &chip,
                   ArrayRef<Span> taken) {
  SmallVector<Span> occupied = merge(taken);
  // Spread over all banks, buffers would leave no room for early loads.
  const int64_t spread = 4 * chip.bankBytes();
  auto addresses = allocate(requests, chip, occupied, /*separateBanks=*/true);
  bool isLow = addresses && all_of(zip(requests, *addresses), [&](auto pair) {
                 return std::get<0>(pair).bytes + std::get<1>(pair) <= spread;
               });
  if (isLow)
    return addresses;
  return allocate(requests, chip, occupied, /*separateBanks=*/false);
}

std::optional<Span> tpu::placeHigh(int64_t bytes, ArrayRef<Span> avoid,
                                   const Span &within) {
  SmallVector<int64_t> ends = {within.end};
  for (const Span &span : avoid)
    ends.push_back(span.begin);
  llvm::sort(ends, std::greater<>());
  for (int64_t end : ends) {
    Span span{end - bytes, end};
    if (span.begin < within.begin || span.end > within.end)
      continue;
    if (none_of(avoid, [&](const Span &other) { return span.overlaps(other); }))
      return span;
  }
  return std::nullopt;
}

std::optional<Span> tpu::placeLow(int64_t bytes, ArrayRef<Span> avoid,
                                  const Chip &chip) {
  return place(bytes, chip, avoid, {});
}

Span tpu::largestGap(ArrayRef<Span> avoid, const Chip &chip) {
  SmallVector<Span> merged = merge(avoid);
  merged.push_back({chip.laneBytes, chip.laneBytes});
  Span best;
  int64_t end = 0;
  for (const Span &span : merged) {
    if (span.begin - end > best.bytes())
      best = {end, span.begin};
    end = span.end;
  }
  return best;
}
