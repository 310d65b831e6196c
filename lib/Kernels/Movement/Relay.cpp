//===- Relay.cpp - Copies by way of local memory --------------------------===//
#include "lib/Kernels/Movement/Relay.h"

#include "lib/Commands/Timeline.h"
#include "lib/Target/Chip.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace tpu_mlir;

namespace {
/// What a lane does with its `outer` rows of `inner` elements.
enum class Manner {
  Keep, // nothing: they are rows on both sides
  Turn, // makes them `inner` rows of `outer` elements
  Comb, // brings them to other distances; what lies between passes through
};

/// How a box is spread over lanes.
struct Plan {
  Manner manner;
  CopyDim lanes, inner, outer;
  SmallVector<CopyDim> rest;
  const CopyDim *cut = nullptr; // the dimension of which lanes hold parts
  int64_t done = 0;             // indices of it in whole parts
};

/// What two commands move: a plan once for each of `times`.
struct Box {
  Manner manner;
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
    return manner == Manner::Comb && outer.targetStride != inner.size;
  }
};

/// In places smaller than this nothing is gained.
constexpr int64_t kSmallestPlace = 2048; // bytes
constexpr CopyDim kOnce = {1, 0, 0};
/// Rows at most so many times their length apart are combed.
constexpr int64_t kFurthest = 32;
} // namespace

/// Boxes come and go by turns; each has two places of this size in a lane.
static int64_t placeBytes(const LocalWindow &window, const Chip &chip) {
  int64_t bytes =
      window.bytes < 0 ? chip.laneBytes - window.begin : window.bytes;
  return llvm::alignDown(bytes / 4, uint64_t(chip.alignment));
}

/// A dimension as parts for lanes, as many as are whole, and such a part. Many
/// lanes work side by side, few have longer rows.
static SmallVector<std::pair<CopyDim, CopyDim>> splits(const CopyDim &dim,
                                                       int64_t all) {
  SmallVector<std::pair<CopyDim, CopyDim>> found;
  for (int64_t lanes : {int64_t(1), all / 16, all / 4, all}) {
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
                        int64_t allLanes, SmallVector<Plan> &plans) {
  const CopyDim inner = row ? *row : CopyDim{1, 1, 1};
  for (const CopyDim &lanes : dims) {
    if (&lanes == row)
      continue;
    plans.push_back(
        {Manner::Keep, lanes, inner, kOnce, without(dims, {row, &lanes})});
    for (const CopyDim &rows : dims)
      if (&rows != row && &rows != &lanes)
        plans.push_back({Manner::Keep, lanes, inner, rows,
                         without(dims, {row, &lanes, &rows})});
    if (std::min(lanes.sourceStride, lanes.targetStride) < inner.size ||
        std::max(lanes.sourceStride, lanes.targetStride) >
            kFurthest * inner.size)
      continue;
    for (const auto &[parts, part] : splits(lanes, allLanes))
      plans.push_back({Manner::Comb, parts, inner, part,
                       without(dims, {row, &lanes}), &lanes,
                       parts.size * part.size});
  }
}

/// Lanes hold indices of another dimension, or parts of one of the two that
/// change places.
static void addTurnPlans(ArrayRef<CopyDim> dims, const CopyDim *inner,
                         const CopyDim *outer, int64_t allLanes,
                         SmallVector<Plan> &plans) {
  for (const CopyDim &lanes : dims)
    if (&lanes != inner && &lanes != outer)
      plans.push_back({Manner::Turn, lanes, *inner, *outer,
                       without(dims, {inner, outer, &lanes})});
  SmallVector<CopyDim> rest = without(dims, {inner, outer});
  for (const auto &[parts, part] : splits(*inner, allLanes))
    plans.push_back({Manner::Turn, parts, part, *outer, rest, inner,
                     parts.size * part.size});
  for (const auto &[parts, part] : splits(*outer, allLanes))
    plans.push_back({Manner::Turn, parts, *inner, part, rest, outer,
                     parts.size * part.size});
}

static SmallVector<Plan> plansFor(ArrayRef<CopyDim> dims, int64_t lanes) {
  const CopyDim *inner = nullptr, *outer = nullptr;
  for (const CopyDim &dim : dims) {
    if (dim.sourceStride == 1)
      inner = &dim;
    if (dim.targetStride == 1)
      outer = &dim;
  }
  SmallVector<Plan> plans;
  if (inner && outer && inner != outer)
    addTurnPlans(dims, inner, outer, lanes, plans);
  else
    addRowPlans(dims, inner == outer ? inner : nullptr, lanes, plans);
  return plans;
}

namespace {
/// The commands of one plan.
class Relay {
public:
  Relay(Emitter &emitter, int64_t elementBytes)
      : emitter(emitter), chip(emitter.getChip()), elementBytes(elementBytes),
        begin(emitter.getWindow().begin),
        placeSize(placeBytes(emitter.getWindow(), chip)) {}

  void run(int64_t source, int64_t target, const Plan &plan) {
    cut({plan.manner, source, target, kOnce, plan.lanes, plan.inner,
         plan.outer},
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
    if (box.lanes.size > chip.lanes)
      return halve(box, &Box::lanes, chip.lanes);
    if (fits(box))
      return boxes.push_back(box);
    CopyDim Box::*longer =
        box.inner.size > box.outer.size ? &Box::inner : &Box::outer;
    halve(box, longer, divideCeil((box.*longer).size, 2));
  }

  bool fits(const Box &box) const {
    int64_t elements = box.inner.size * box.outer.size;
    if (box.manner == Manner::Comb)
      elements = std::max(box.sourceSpan(), box.targetSpan());
    return box.times.size * elements * elementBytes <= placeSize &&
           box.times.size <= chip.maxSize &&
           (elements <= chip.maxSize ||
            (box.times.size == 1 && box.manner != Manner::Comb));
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
    return {
        {uint64_t(isSource ? box.source : box.target),
         {stride(box.times), stride(box.lanes), stride(rows), 1}},
        {chip.localBase + place(index, goes), {rows.size * row, 0, row, 1}}};
  }

  void load(size_t index) {
    const Box &box = boxes[index];
    bool combs = box.manner == Manner::Comb;
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
    if (box.manner == Manner::Keep)
      return;
    bool combs = box.manner == Manner::Comb;
    int64_t a = box.inner.size, b = box.outer.size;
    LocalView from = view(place(index, false)), to = view(place(index, true));
    if (box.times.size > 1) {
      from.strides[0] = combs ? box.sourceSpan() : a * b;
      to.strides[0] = combs ? box.targetSpan() : a * b;
    }
    from.strides[2] = combs ? box.outer.sourceStride : 1;
    from.strides[3] = combs ? 1 : a;
    to.strides[2] = combs ? box.outer.targetStride : b;
    to.strides[3] = 1;
    Quad shape = {box.times.size, box.lanes.size, combs ? b : a, combs ? a : b};
    verbsOf(emitter).unary(emitter, UnaryOp::Copy, {to, shape}, from);
  }

  /// Elements at an address of each lane, whose strides are to be set.
  LocalView view(int64_t address) const {
    mlir::MLIRContext *context = emitter.getLocation().getContext();
    return {uint32_t(address),
            LocalView::Strided,
            {0, 0, 0, 0},
            mlir::IntegerType::get(context, 8 * elementBytes,
                                   mlir::IntegerType::Unsigned)};
  }

  void store(size_t index) {
    const Box &box = boxes[index];
    bool keeps = box.manner == Manner::Keep, combs = box.manner == Manner::Comb;
    const CopyDim &rows = combs ? kOnce : keeps ? box.outer : box.inner;
    int64_t row = combs   ? box.targetSpan()
                  : keeps ? box.inner.size
                          : box.outer.size;
    auto [outside, inside] = sides(box, false, index, rows, row, !keeps);
    emitMove(emitter, inside, outside,
             {box.times.size, box.lanes.size, rows.size, row}, elementBytes);
  }

  Emitter &emitter;
  const Chip &chip;
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

std::optional<Emitter> tpu_mlir::relay(const Emitter &emitter, int64_t source,
                                       int64_t target, ArrayRef<CopyDim> dims,
                                       int64_t elementBytes, Gaps gaps) {
  std::optional<Emitter> best;
  int64_t fewest = 0; // cycles
  if (placeBytes(emitter.getWindow(), emitter.getChip()) < kSmallestPlace)
    return best;
  for (const Plan &plan : plansFor(dims, emitter.getChip().lanes)) {
    bool mixes = plan.manner == Manner::Comb &&
                 plan.outer.targetStride != plan.inner.size;
    if (mixes && gaps == Gaps::Unwritten)
      continue;
    Emitter tried = emitter.another();
    Relay(tried, elementBytes).run(source, target, plan);
    copyRest(tried, source, target, dims, plan, elementBytes, gaps);
    int64_t cycles = cyclesOf(tried);
    if (!best || cycles < fewest) {
      best = std::move(tried);
      fewest = cycles;
    }
  }
  return best;
}
