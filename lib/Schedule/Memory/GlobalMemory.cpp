//===- GlobalMemory.cpp - Values that share global memory
//------------------===//
#include "lib/Schedule/Memory/GlobalMemory.h"

#include "lib/Schedule/Memory/LiveIndex.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tpu_mlir;
using namespace tpu_mlir::tpu;

void GlobalMemory::add(Value value, int64_t bytes, bool fixed) {
  regionOf[value] = all.size();
  all.push_back({{{value, 0, bytes}}, 0, bytes, fixed});
}

const GlobalMemory::Member &GlobalMemory::member(Value value) const {
  const Region &region = all[regionOf.lookup(value)];
  return *llvm::find_if(region.members, [&](const Member &member) {
    return member.value == value;
  });
}

bool GlobalMemory::place(Value part, Value whole, int64_t offset) {
  unsigned from = regionOf.lookup(part), to = regionOf.lookup(whole);
  Member inner = member(part), outer = member(whole);
  if (offset < 0 || offset + inner.bytes > outer.bytes)
    return false;
  if (from == to)
    return inner.offset == outer.offset + offset;
  // All that moves along must lie inside the part, or it would end up beside
  // it, on top of other values.
  Region &moved = all[from];
  bool contained =
      moved.begin == inner.offset && moved.end == inner.offset + inner.bytes;
  if (moved.fixed || !contained)
    return false;
  int64_t shift = outer.offset + offset - inner.offset;
  for (Member member : moved.members) {
    member.offset += shift;
    all[to].members.push_back(member);
    regionOf[member.value] = to;
  }
  moved.members.clear();
  return true;
}

SmallVector<const GlobalMemory::Region *> GlobalMemory::regions() const {
  SmallVector<const Region *> used;
  for (const Region &region : all)
    if (!region.members.empty())
      used.push_back(&region);
  return used;
}

std::pair<SmallVector<int64_t>, int64_t>
tpu::allocateGlobal(ArrayRef<GlobalRequest> requests, const Chip &chip) {
  auto order = llvm::to_vector(llvm::seq<unsigned>(0, requests.size()));
  llvm::stable_sort(order, [&](unsigned a, unsigned b) {
    return requests[a].bytes > requests[b].bytes;
  });
  unsigned steps = 0;
  for (const GlobalRequest &request : requests)
    steps = std::max(steps, request.last + 1);
  LiveIndex placed(steps);
  SmallVector<int64_t> offsets(requests.size(), -1);
  int64_t total = 0;
  for (unsigned index : order) {
    const GlobalRequest &request = requests[index];
    SmallVector<std::pair<int64_t, int64_t>> taken;
    placed.visit(request.first, request.last, [&](unsigned other) {
      taken.push_back({offsets[other], offsets[other] + requests[other].bytes});
    });
    llvm::sort(taken);
    int64_t start = 0;
    for (auto [begin, end] : taken) {
      if (start + request.bytes <= begin)
        break;
      start = std::max<int64_t>(start, llvm::alignTo(end, chip.page));
    }
    offsets[index] = start;
    placed.add(request.first, request.last, index);
    total = std::max<int64_t>(total, start + request.bytes);
  }
  return {offsets, llvm::alignTo(total, chip.page)};
}
