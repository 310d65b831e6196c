//===- Relay.cpp - Copies by way of local memory --------------------------===//
#include "lib/Kernels/Movement/Relay.h"

#include "lib/Commands/Timeline.h"
#include "lib/Kernels/Operands.h"
#include "lib/Target/BM1684X/Chip.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace tpu_mlir;

using Quad = std::array<int64_t, 4>;

namespace {
/// What a lane does with its `outer` rows of `inner` elements.
enum class Work {
  Keep, // nothing: they are rows on both sides
  Turn, // makes them `inner` rows of `outer` elements
  Comb, // brings them to other distances; what lies between passes through
};

/// How a box is spread over lanes.
struct Plan {
  Work work;
  CopyDim lanes, inner, outer;
  SmallVector<CopyDim> rest;
  const CopyDim *cut = nullptr; // the dimension of which lanes hold parts
  int64_t done = 0;             // indices of it in whole parts
};

/// What two commands move: a plan once for each of `times`.
struct Box {
  Work work;
  int64_t source, target; // bytes
  CopyDim times, lanes, inner, outer;

  /// Elements from the first to the last that a lane combs.
  int64_t sourceSpan() const {
    return (outer.size - 1) * outer.sourceStride + inner.size;
  }
  int64_t targetSpan() const {
    return (outer.size - 1) * outer.targetStride + inner.size;
  }
  /// Whether others' elements lie between those that a lane combs.
  bool mixes() const {
    return work == Work::Comb && outer.targetStride != inner.size;
  }
};

/// In places smaller than this nothing is gained.
constexpr int64_t kSmallestPlace = 2048; // bytes
constexpr CopyDim kOnce = {1, 0, 0};
/// Rows at most so many times their length apart are combed.
constexpr int64_t kFurthest = 32;
} // namespace

/// Boxes come and go by turns; each has two places of this size in a lane.
static int64_t placeBytes(const LocalWindow &window) {
  int64_t bytes =
      window.bytes < 0 ? bm1684x::kLaneBytes - window.begin : window.bytes;
  return llvm::alignDown(bytes / 4, uint64_t(bm1684x::kAlignment));
}

/// A dimension as parts for lanes, as many as are whole, and such a part. Many
/// lanes work side by side, few have longer rows.
static SmallVector<std::pair<CopyDim, CopyDim>> splits(const CopyDim &dim) {
  SmallVector<std::pair<CopyDim, CopyDim>> found;
  for (int64_t lanes : {int64_t(1), bm1684x::kLanes / 16, bm1684x::kLanes / 4,
                        bm1684x::kLanes}) {
    int64_t size = divideCeil(dim.size, lanes);
    if (found.empty() || found.back().second.size != size)
      found.push_back(
          {{dim.size / size, size * dim.sourceStride, size * dim.targetStride},
           {size, dim.sourceStride, dim.targetStride}});
  }
  return found;
}

static SmallVector<CopyDim> without(ArrayRef<CopyDim> dims,
                                    ArrayRef<const CopyDim *> taken) {
  SmallVector<CopyDim> others;
  for (const CopyDim &dim : dims)
    if (!is_contained(taken, &dim))
      others.push_back(dim);
  return others;
}

/// Rows that stay rows: lanes hold indices of a dimension, or combed parts.
static void addRowPlans(ArrayRef<CopyDim> dims, const CopyDim *row,
                        SmallVector<Plan> &plans) {
  const CopyDim inner = row ? *row : CopyDim{1, 1, 1};
  for (const CopyDim &lanes : dims) {
    if (&lanes == row)
      continue;
    plans.push_back(
        {Work::Keep, lanes, inner, kOnce, without(dims, {row, &lanes})});
    for (const CopyDim &rows : dims)
      if (&rows != row && &rows != &lanes)
        plans.push_back({Work::Keep, lanes, inner, rows,
                         without(dims, {row, &lanes, &rows})});
    if (std::min(lanes.sourceStride, lanes.targetStride) < inner.size ||
        std::max(lanes.sourceStride, lanes.targetStride) >
            kFurthest * inner.size)
      continue;
    for (const auto &[parts, part] : splits(lanes))
      plans.push_back({Work::Comb, parts, inner, part,
                       without(dims, {row, &lanes}), &lanes,
                       parts.size * part.size});
  }
}

/// Lanes hold indices of another dimension, or parts of one of the two that
/// change places.
static void addTurnPlans(ArrayRef<CopyDim> dims, const CopyDim *inner,
                         const CopyDim *outer, SmallVector<Plan> &plans) {
  for (const CopyDim &lanes : dims)
    if (&lanes != inner && &lanes != outer)
      plans.push_back({Work::Turn, lanes, *inner, *outer,
                       without(dims, {inner, outer, &lanes})});
  SmallVector<CopyDim> rest = without(dims, {inner, outer});
  for (const auto &[parts, part] : splits(*inner))
    plans.push_back(
        {Work::Turn, parts, part, *outer, rest, inner, parts.size * part.size});
  for (const auto &[parts, part] : splits(*outer))
    plans.push_back(
        {Work::Turn, parts, *inner, part, rest, outer, parts.size * part.size});
}

static SmallVector<Plan> plansFor(ArrayRef<CopyDim> dims) {
  const CopyDim *inner = nullptr, *outer = nullptr;
  for (const CopyDim &dim : dims) {
    if (dim.sourceStride == 1)
      inner = &dim;
    if (dim.targetStride == 1)
      outer = &dim;
  }
  SmallVector<Plan> plans;
  if (inner && outer && inner != outer)
    addTurnPlans(dims, inner, outer, plans);
  else
    addRowPlans(dims, inner == outer ? inner : nullptr, plans);
  return plans;
}

namespace {
/// The commands of one plan.
class Relay {
public:
  Relay(Emitter &emitter, int64_t elementBytes)
      : emitter(emitter), elementBytes(elementBytes),
        begin(emitter.getWindow().begin),
        placeSize(placeBytes(emitter.getWindow())) {}

  void run(int64_t source, int64_t target, const Plan &plan) {
    cut({plan.work, source, target, kOnce, plan.lanes, plan.inner, plan.outer},
        plan.rest);
    // What one box leaves between its rows, the next may have to see.
    bool ahead = !boxes[0].mixes();
    for (size_t i = 0; i < boxes.size(); ++i) {
      if (i == 0 || !ahead)
        load(i);
      if (ahead && i + 1 < boxes.size())
        load(i + 1);
      arrange(i);
      store(i);
    }
  }

private:
  /// Adds a box once for each index of `rest`, in parts that lanes have room
  /// for and whose sizes and strides commands can hold.
  void cut(Box box, ArrayRef<CopyDim> rest) {
    if (!rest.empty()) {
      Box together = box;
      together.times = rest[0];
      if (box.times.size == 1 && !box.mixes() && fits(together))
        return cut(together, rest.drop_front());
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
    int64_t elements = box.inner.size * box.outer.size;
    if (box.work == Work::Comb)
      elements = std::max(box.sourceSpan(), box.targetSpan());
    return box.times.size * elements * elementBytes <= placeSize &&
           box.times.size <= bm1684x::kMaxSize &&
           (elements <= bm1684x::kMaxSize ||
            (box.times.size == 1 && box.work != Work::Comb));
  }

  Box moved(Box box, const CopyDim &dim, int64_t index) const {
    box.source += index * dim.sourceStride * elementBytes;
    box.target += index * dim.targetStride * elementBytes;
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

  /// A place in every lane: for what comes, or for what goes.
  int64_t place(size_t index, bool goes) const {
    return begin + placeSize * int64_t(2 * (index % 2) + goes);
  }

  /// The rows of a box in global memory and, one after the other, in a lane.
  std::pair<TransferSide, TransferSide> sides(const Box &box, bool isSource,
                                              size_t index, const CopyDim &rows,
                                              int64_t row, bool goes) const {
    auto stride = [isSource](const CopyDim &dim) {
      return isSource ? dim.sourceStride : dim.targetStride;
    };
    return {{uint64_t(isSource ? box.source : box.target),
             {stride(box.times), stride(box.lanes), stride(rows), 1}},
            {bm1684x::kLocalBase + place(index, goes),
             {rows.size * row, 0, row, 1}}};
  }

  void load(size_t index) {
    const Box &box = boxes[index];
    bool combs = box.work == Work::Comb;
    const CopyDim &rows = combs ? kOnce : box.outer;
    int64_t row = combs ? box.sourceSpan() : box.inner.size;
    auto [outside, inside] = sides(box, true, index, rows, row, false);
    Quad size = {box.times.size, box.lanes.size, rows.size, row};
    emitMove(emitter, outside, inside, size, elementBytes);
    if (!box.mixes())
      return;
    row = box.targetSpan();
    std::tie(outside, inside) = sides(box, false, index, rows, row, true);
    size[3] = row;
    emitMove(emitter, outside, inside, size, elementBytes);
  }

  void arrange(size_t index) {
    const Box &box = boxes[index];
    if (box.work == Work::Keep)
      return;
    bool combs = box.work == Work::Comb;
    int64_t a = box.inner.size, b = box.outer.size;
    isa::Arith copy;
    copy.setFunction(isa::ArithOp::Copy);
    copy.tsk_opd_num = 1;
    copy.res0_prec = copy.opd0_prec =
        uint32_t(elementBytes == 1   ? isa::Precision::I8
                 : elementBytes == 2 ? isa::Precision::I16
                                     : isa::Precision::I32);
    setResultShape(
        copy, {box.times.size, box.lanes.size, combs ? b : a, combs ? a : b});
    copy.res0_addr = place(index, true);
    copy.opd0_addr = place(index, false);
    copy.res0_str = copy.opd0_str = LocalView::Strided;
    if (box.times.size > 1) {
      copy.opd0_n_str = combs ? box.sourceSpan() : a * b;
      copy.res0_n_str = combs ? box.targetSpan() : a * b;
    }
    copy.res0_h_str = combs ? box.outer.targetStride : b;
    copy.res0_w_str = 1;
    copy.opd0_h_str = combs ? box.outer.sourceStride : 1;
    copy.opd0_w_str = combs ? 1 : a;
    copy.fillImplied();
    emitter.append(copy);
  }

  void store(size_t index) {
    const Box &box = boxes[index];
    bool keeps = box.work == Work::Keep, combs = box.work == Work::Comb;
    const CopyDim &rows = combs ? kOnce : keeps ? box.outer : box.inner;
    int64_t row = combs   ? box.targetSpan()
                  : keeps ? box.inner.size
                          : box.outer.size;
    auto [outside, inside] = sides(box, false, index, rows, row, !keeps);
    emitMove(emitter, inside, outside,
             {box.times.size, box.lanes.size, rows.size, row}, elementBytes);
  }

  Emitter &emitter;
  int64_t elementBytes;
  int64_t begin, placeSize; // bytes of a lane
  SmallVector<Box> boxes;
};
} // namespace

/// Copies what whole parts of a dimension leave over, if anything.
static void copyRest(Emitter &emitter, int64_t source, int64_t target,
                     ArrayRef<CopyDim> dims, const Plan &plan,
                     int64_t elementBytes, Gaps gaps) {
  if (!plan.cut || plan.done == plan.cut->size)
    return;
  SmallVector<CopyDim> left(dims);
  left[plan.cut - dims.begin()].size -= plan.done;
  emitCopy(emitter, source + plan.done * plan.cut->sourceStride * elementBytes,
           target + plan.done * plan.cut->targetStride * elementBytes, left,
           elementBytes, gaps);
}

std::vector<Command> tpu_mlir::relay(const Emitter &around, int64_t source,
                                     int64_t target, ArrayRef<CopyDim> dims,
                                     int64_t elementBytes, Gaps gaps) {
  std::vector<Command> best;
  if (placeBytes(around.getWindow()) < kSmallestPlace)
    return best;
  for (const Plan &plan : plansFor(dims)) {
    bool mixes =
        plan.work == Work::Comb && plan.outer.targetStride != plan.inner.size;
    if (mixes && gaps == Gaps::Unwritten)
      continue;
    Emitter emitter(around.getLocation(), around.getWindow());
    Relay(emitter, elementBytes).run(source, target, plan);
    copyRest(emitter, source, target, dims, plan, elementBytes, gaps);
    if (best.empty() || cyclesOf(emitter.getCommands()) < cyclesOf(best))
      best = emitter.takeCommands();
  }
  return best;
}
