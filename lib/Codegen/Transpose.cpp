//===- Transpose.cpp - Copies that change what lies together --------------===//
#include "lib/Codegen/Transpose.h"

#include "lib/Codegen/Emitter.h"
#include "lib/Codegen/Operands.h"
#include "lib/Target/BM1684X/Chip.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <optional>

using namespace llvm;
using namespace tpu_mlir;

using Quad = std::array<int64_t, 4>;

namespace {
/// A box in lanes: dimension `lanes` is spread over them; in each, `rows` rows
/// of `source` elements are read and written as rows of `target` elements, once
/// for each of `times`.
struct Box {
  int64_t sourceAddress, targetAddress;
  CopyDim times, lanes, inner, outer; // inner: stride 1 in the source, outer:
                                      // in the target
  /// Bytes of a lane on one side.
  int64_t bytes(int64_t elementBytes) const {
    return times.size * inner.size * outer.size * elementBytes;
  }
};

/// A way to spread the box over lanes.
struct Plan {
  CopyDim lanes, inner, outer;
  SmallVector<CopyDim> rest;
  uint64_t cycles;
};

/// What the parts of one command may fill in a lane, two commands at a time.
constexpr int64_t kPart = bm1684x::kLaneBytes / 4; // bytes
constexpr int64_t kShortestRow = 256; // bytes that a row costs at least
constexpr int64_t kLoadRate = 54, kStoreRate = 41; // bytes a cycle
} // namespace

static int64_t padded(int64_t rows, int64_t row, int64_t elementBytes) {
  return rows * std::max(row * elementBytes, kShortestRow);
}

/// Cycles of transfers that move `matrices` of inner x outer elements.
static uint64_t price(const Plan &plan, int64_t elementBytes) {
  int64_t a = plan.inner.size, b = plan.outer.size;
  int64_t matrices = plan.lanes.size;
  for (const CopyDim &dim : plan.rest)
    matrices *= dim.size;
  bool oneLoad = plan.outer.sourceStride == a;
  bool oneStore = plan.inner.targetStride == b;
  int64_t load = oneLoad ? padded(matrices, a * b, elementBytes)
                         : padded(matrices * b, a, elementBytes);
  int64_t store = oneStore ? padded(matrices, a * b, elementBytes)
                           : padded(matrices * a, b, elementBytes);
  int64_t lanes = std::min(plan.lanes.size, bm1684x::kLanes);
  int64_t vector = bm1684x::kAlignment / elementBytes;
  int64_t turn = divideCeil(matrices, lanes) * divideCeil(a * b, vector) *
                 std::min(vector, a);
  return load / kLoadRate + store / kStoreRate + turn;
}

/// The first `count` parts of `size` indices of a dimension as two dimensions.
static std::pair<CopyDim, CopyDim> split(const CopyDim &dim, int64_t count,
                                         int64_t size) {
  return {{count, size * dim.sourceStride, size * dim.targetStride},
          {size, dim.sourceStride, dim.targetStride}};
}

namespace {
class Transpose {
public:
  Transpose(Emitter &emitter, int64_t elementBytes)
      : emitter(emitter), elementBytes(elementBytes) {}

  bool run(int64_t source, int64_t target, ArrayRef<CopyDim> dims) {
    std::optional<Plan> best = plan(dims);
    int64_t elements = 1;
    for (const CopyDim &dim : dims)
      elements *= dim.size;
    if (!best || best->cycles >= uint64_t(elements * kShortestRow / kStoreRate))
      return false;
    collect(source, target, dims);
    emitAll();
    return true;
  }

private:
  /// The cheapest way: lanes hold indices of another dimension, or parts of one
  /// of the two that change places.
  std::optional<Plan> plan(ArrayRef<CopyDim> dims) const {
    const auto *inner =
        find_if(dims, [](const CopyDim &dim) { return dim.sourceStride == 1; });
    const auto *outer =
        find_if(dims, [](const CopyDim &dim) { return dim.targetStride == 1; });
    if (inner == dims.end() || outer == dims.end() || inner == outer)
      return std::nullopt;
    SmallVector<CopyDim> rest;
    for (const CopyDim &dim : dims)
      if (&dim != inner && &dim != outer)
        rest.push_back(dim);
    std::optional<Plan> best;
    auto consider = [&](Plan plan) {
      plan.cycles = price(plan, elementBytes);
      if (!best || plan.cycles < best->cycles)
        best = plan;
    };
    for (size_t i = 0; i < rest.size(); ++i) {
      SmallVector<CopyDim> others(rest);
      others.erase(others.begin() + i);
      consider({rest[i], *inner, *outer, others, 0});
    }
    int64_t size = divideCeil(inner->size, bm1684x::kLanes);
    auto [lanes, part] = split(*inner, inner->size / size, size);
    consider({lanes, part, *outer, rest, 0});
    size = divideCeil(outer->size, bm1684x::kLanes);
    std::tie(lanes, part) = split(*outer, outer->size / size, size);
    consider({lanes, *inner, part, rest, 0});
    return best;
  }

  /// Adds the boxes of a copy; what a plan leaves over is planned anew.
  void collect(int64_t source, int64_t target, ArrayRef<CopyDim> dims) {
    Plan found = *plan(dims);
    cut({source, target, {1, 0, 0}, found.lanes, found.inner, found.outer},
        found.rest);
    for (const CopyDim &dim : dims) {
      const CopyDim &part = dim.sourceStride == 1 ? found.inner : found.outer;
      if ((dim.sourceStride != 1 && dim.targetStride != 1) ||
          part.size == dim.size)
        continue;
      int64_t done = found.lanes.size * part.size;
      if (done == dim.size)
        continue;
      SmallVector<CopyDim> left(dims);
      left[&dim - dims.begin()].size -= done;
      collect(source + done * dim.sourceStride * elementBytes,
              target + done * dim.targetStride * elementBytes, left);
    }
  }

  /// Adds a box once for each index of `rest`, in parts that lanes have room
  /// for and whose sizes and strides commands can hold.
  void cut(const Box &box, ArrayRef<CopyDim> rest) {
    if (!rest.empty()) {
      if (box.times.size == 1 && fits(withTimes(box, rest[0])))
        return cut(withTimes(box, rest[0]), rest.drop_front());
      for (int64_t i = 0; i < rest[0].size; ++i)
        cut(moved(box, rest[0], i), rest.drop_front());
      return;
    }
    if (box.lanes.size > bm1684x::kLanes)
      return halve(box, &Box::lanes, bm1684x::kLanes);
    if (fits(box))
      return boxes.push_back(box);
    CopyDim Box::*longer =
        box.inner.size > box.outer.size ? &Box::inner : &Box::outer;
    halve(box, longer, divideCeil((box.*longer).size, 2));
  }

  bool fits(const Box &box) const {
    return box.bytes(elementBytes) <= kPart &&
           box.times.size <= bm1684x::kMaxSize &&
           (box.times.size == 1 ||
            box.inner.size * box.outer.size <= bm1684x::kMaxSize);
  }

  static Box withTimes(Box box, const CopyDim &dim) {
    box.times = dim;
    return box;
  }

  Box moved(Box box, const CopyDim &dim, int64_t index) const {
    box.sourceAddress += index * dim.sourceStride * elementBytes;
    box.targetAddress += index * dim.targetStride * elementBytes;
    return box;
  }

  /// The first `size` indices of a dimension, then the others.
  void halve(const Box &box, CopyDim Box::*dim, int64_t size) {
    Box head = box, tail = moved(box, box.*dim, size);
    (head.*dim).size = size;
    (tail.*dim).size -= size;
    cut(head, {});
    cut(tail, {});
  }

  /// Two boxes have room at a time: one comes while the other one is turned.
  void emitAll() {
    load(0);
    for (size_t i = 0; i < boxes.size(); ++i) {
      if (i + 1 < boxes.size())
        load(i + 1);
      turn(i);
      store(i);
    }
  }

  static int64_t place(size_t index, bool turned) {
    return kPart * int64_t(2 * (index % 2) + turned);
  }

  void load(size_t index) {
    const Box &box = boxes[index];
    int64_t a = box.inner.size, b = box.outer.size;
    emitMove(emitter,
             {uint64_t(box.sourceAddress),
              {box.times.sourceStride, box.lanes.sourceStride,
               box.outer.sourceStride, 1}},
             {bm1684x::kLocalBase + place(index, false), {a * b, 0, a, 1}},
             {box.times.size, box.lanes.size, b, a}, elementBytes);
  }

  void turn(size_t index) {
    const Box &box = boxes[index];
    int64_t a = box.inner.size, b = box.outer.size;
    isa::Arith copy;
    copy.setFunction(isa::ArithOp::Copy);
    copy.tsk_opd_num = 1;
    copy.res0_prec = copy.opd0_prec =
        uint32_t(elementBytes == 1   ? isa::Precision::I8
                 : elementBytes == 2 ? isa::Precision::I16
                                     : isa::Precision::I32);
    copy.res0_n = box.times.size;
    copy.res0_c = box.lanes.size;
    copy.res0_h = a;
    copy.res0_w = b;
    copy.res0_addr = place(index, true);
    copy.opd0_addr = place(index, false);
    copy.res0_str = copy.opd0_str = LocalView::Strided;
    copy.res0_n_str = copy.opd0_n_str = box.times.size > 1 ? a * b : 0;
    copy.res0_h_str = b;
    copy.res0_w_str = 1;
    copy.opd0_h_str = 1;
    copy.opd0_w_str = a;
    copy.fillImplied();
    emitter.append(copy);
  }

  void store(size_t index) {
    const Box &box = boxes[index];
    int64_t a = box.inner.size, b = box.outer.size;
    emitMove(emitter,
             {bm1684x::kLocalBase + place(index, true), {a * b, 0, b, 1}},
             {uint64_t(box.targetAddress),
              {box.times.targetStride, box.lanes.targetStride,
               box.inner.targetStride, 1}},
             {box.times.size, box.lanes.size, a, b}, elementBytes);
  }

  Emitter &emitter;
  int64_t elementBytes;
  SmallVector<Box> boxes;
};
} // namespace

bool tpu_mlir::emitTransposed(Emitter &emitter, int64_t source, int64_t target,
                              ArrayRef<CopyDim> dims, int64_t elementBytes) {
  return Transpose(emitter, elementBytes).run(source, target, dims);
}
