//===- Accesses.cpp - Byte ranges of operands -----------------------------===//

#include "lib/Isa/Accesses.h"
#include "lib/Isa/Operands.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace tpu_mlir::isa;
namespace isa = tpu_mlir::isa;

namespace {

struct Range {
  uint64_t begin, end;
};

/// Beyond this many separate pieces an operand counts as one range.
constexpr size_t maxRanges = 16;

/// Bytes of `count` elements, rounded up.
uint64_t bytesOf(const Operand &o, uint64_t count) {
  unsigned bits = bitsOf(o.precision);
  return llvm::divideCeil(count * (bits ? bits : 32), 8);
}

/// The byte that element `index` begins in.
uint64_t byteOf(const Operand &o, uint64_t index) {
  unsigned bits = bitsOf(o.precision);
  return index * (bits ? bits : 32) / 8;
}

bool isEmpty(const Operand &o) {
  return llvm::any_of(o.shape, [](uint64_t size) { return size == 0; });
}

/// The pieces [outer x inner], each `span` elements long, relative to the
/// operand's first byte: sorted, neighbours joined.
llvm::SmallVector<Range> pieces(const Operand &o, uint64_t outer,
                                uint64_t outerStride, uint64_t innerBegin,
                                uint64_t innerEnd, uint64_t innerStride,
                                uint64_t span) {
  uint64_t inner = innerEnd - innerBegin;
  uint64_t first = innerBegin * innerStride;
  uint64_t last = (outer - 1) * outerStride + (innerEnd - 1) * innerStride;
  Range hull = {byteOf(o, first), bytesOf(o, last + span)};
  if (outer * inner > maxRanges)
    return {hull};
  llvm::SmallVector<Range> all;
  for (uint64_t i = 0; i < outer; ++i)
    for (uint64_t j = innerBegin; j < innerEnd; ++j) {
      uint64_t begin = i * outerStride + j * innerStride;
      all.push_back({byteOf(o, begin), bytesOf(o, begin + span)});
    }
  llvm::sort(all, [](Range a, Range b) { return a.begin < b.begin; });
  llvm::SmallVector<Range> joined = {all.front()};
  for (Range r : llvm::drop_begin(all)) {
    // Alignment leaves gaps of less than an execution unit; nobody uses them.
    if (r.begin < joined.back().end + 64)
      joined.back().end = std::max(joined.back().end, r.end);
    else
      joined.push_back(r);
  }
  return joined;
}

/// Elements from the first to the last of an [h, w] plane.
uint64_t planeSpan(const Operand &o) {
  return (o.shape[2] - 1) * o.strides[2] + (o.shape[3] - 1) * o.strides[3] + 1;
}

class Collector {
public:
  explicit Collector(llvm::SmallVector<Access> &all) : all(all) {}

  void add(const Operand &o) {
    if (o.kind == Operand::Kind::Constant)
      return;
    if (o.kind == Operand::Kind::Anything)
      return addBoth(o, {Space::Local, false, 0, laneBytes, Lanes::all()});
    if (!o.hasSpace || isEmpty(o))
      return;
    if (o.space != Space::Local)
      return addFlat(o);
    if (o.kind == Operand::Kind::Linear)
      return addLinear(o);
    addLanes(o);
  }

private:
  void addBoth(const Operand &o, Access access) {
    if (o.isRead) {
      access.write = false;
      all.push_back(access);
    }
    if (o.isWritten) {
      access.write = true;
      access.lanes = access.lanes & o.lanes;
      if (!access.lanes.isEmpty())
        all.push_back(access);
    }
  }

  /// Memory without lanes: n and c are plain dimensions.
  void addFlat(const Operand &o) {
    for (Range r : pieces(o, o.shape[0], o.strides[0], 0, o.shape[1],
                          o.strides[1], planeSpan(o)))
      addFlatRange(o, r);
  }

  void addFlatRange(const Operand &o, Range r) {
    Operand unmasked = o;
    unmasked.lanes = Lanes::all();
    addBoth(unmasked, {o.space, false, o.address + r.begin, o.address + r.end,
                       Lanes::all()});
  }

  /// A run of local memory that goes on in the next lane.
  void addLinear(const Operand &o) {
    uint64_t begin = o.address;
    uint64_t end = std::min(begin + bytesOf(o, o.shape[3]), localBytes);
    for (uint64_t lane = begin / laneBytes; lane * laneBytes < end; ++lane) {
      uint64_t base = lane * laneBytes;
      addBoth(o, {Space::Local, false, std::max(begin, base) - base,
                  std::min(end, base + laneBytes) - base, Lanes::one(lane)});
    }
  }

  /// Channel c lies in lane (first + c) mod 64, (first + c) / 64 blocks on.
  /// Lanes that hold the same blocks share their ranges.
  void addLanes(const Operand &o) {
    uint64_t first = o.address / laneBytes, base = o.address % laneBytes;
    uint64_t end = first + o.shape[1]; // one past the last, counted on
    llvm::SmallVector<uint64_t, 4> edges = {0, laneCount};
    if (first)
      edges.push_back(first);
    if (end % laneCount)
      edges.push_back(end % laneCount);
    llvm::sort(edges);
    edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
    for (size_t i = 0; i + 1 < edges.size(); ++i) {
      uint64_t lane = edges[i];
      uint64_t blockBegin = lane < first ? 1 : 0;
      uint64_t blockEnd =
          end > lane ? llvm::divideCeil(end - lane, laneCount) : 0;
      if (blockBegin >= blockEnd)
        continue;
      Lanes lanes = Lanes::range(lane, edges[i + 1]);
      for (Range r : pieces(o, o.shape[0], o.strides[0], blockBegin, blockEnd,
                            o.strides[1], planeSpan(o)))
        addBoth(o, {Space::Local, false, base + r.begin, base + r.end, lanes});
    }
  }

  llvm::SmallVector<Access> &all;
};

} // namespace

llvm::SmallVector<Access> isa::accesses(const Instruction &instruction) {
  llvm::SmallVector<Access> all;
  Collector collector(all);
  for (const Operand &o : operands(instruction))
    collector.add(o);
  return all;
}

bool isa::conflict(const Access &a, const Access &b) {
  return (a.write || b.write) && a.space == b.space &&
         !(a.lanes & b.lanes).isEmpty() && a.begin < b.end && b.begin < a.end;
}
