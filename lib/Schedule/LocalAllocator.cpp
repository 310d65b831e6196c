//===- LocalAllocator.cpp - Addresses of buffers in a lane
//-----------------===//
#include "lib/Schedule/LocalAllocator.h"

#include "lib/Schedule/LiveIndex.h"
#include "lib/Target/BM1684X/Chip.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace tpu_mlir;
using namespace tpu_mlir::tpu;

namespace {
struct Span {
  int64_t begin, end;

  bool overlaps(const Span &other) const {
    return begin < other.end && other.begin < end;
  }
  Span banks() const {
    return {begin / bm1684x::kBankBytes, (end - 1) / bm1684x::kBankBytes + 1};
  }
};
} // namespace

/// Places one buffer at the lowest address free of the spans it must avoid and
/// of the banks it had better avoid.
static std::optional<Span> place(int64_t bytes, ArrayRef<Span> avoid,
                                 ArrayRef<Span> avoidBanks) {
  SmallVector<int64_t> starts = {0};
  for (const Span &span : avoid)
    starts.push_back(span.end);
  for (const Span &span : avoidBanks)
    starts.push_back(span.banks().end * bm1684x::kBankBytes);
  llvm::sort(starts);
  for (int64_t start : starts) {
    Span span{start, start + bytes};
    if (span.end > bm1684x::kLaneBytes)
      continue;
    bool free =
        none_of(avoid, [&](const Span &other) { return span.overlaps(other); });
    bool calm = none_of(avoidBanks, [&](const Span &other) {
      return span.banks().overlaps(other.banks());
    });
    if (free && calm)
      return span;
  }
  return std::nullopt;
}

static std::optional<SmallVector<int64_t>>
allocate(ArrayRef<LocalRequest> requests, bool separateBanks) {
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
    SmallVector<Span> avoid;
    placed.visit(request.first, request.last, [&](unsigned other) {
      avoid.push_back(
          {addresses[other], addresses[other] + requests[other].bytes});
    });
    std::optional<Span> span =
        place(request.bytes, avoid, separateBanks ? avoid : ArrayRef<Span>());
    if (!span)
      return std::nullopt;
    addresses[index] = span->begin;
    placed.add(request.first, request.last, index);
  }
  return addresses;
}

std::optional<SmallVector<int64_t>>
tpu::allocateLocal(ArrayRef<LocalRequest> requests) {
  if (auto addresses = allocate(requests, /*separateBanks=*/true))
    return addresses;
  return allocate(requests, /*separateBanks=*/false);
}
