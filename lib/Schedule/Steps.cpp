//===- Steps.cpp - What happens when, as data -----------------------------===//
#include "lib/Schedule/Steps.h"

#include "lib/Commands/Emitter.h"
#include "lib/Kernels/Movement/Transfer.h"
#include "lib/Kernels/Operands.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace tpu_mlir;

//===----------------------------------------------------------------------===//
// The order of steps.
//===----------------------------------------------------------------------===//

namespace {
class StepList {
public:
  explicit StepList(ArrayRef<Item> items) : items(items) {
    int64_t start = 0;
    for (auto [index, item] : llvm::enumerate(items)) {
      if (item.group)
        for (auto [input, intake] : llvm::enumerate(item.group->intakes))
          if (needsLoad(item, input))
            early[std::max<int64_t>(0, start + intake.load)].push_back(
                {Step::Kind::Load, unsigned(index), unsigned(input), 0});
      start += item.computeSteps();
    }
  }

  std::vector<Step> take() {
    for (auto [index, item] : llvm::enumerate(items)) {
      if (item.group)
        addGroup(index, item);
      else
        addCounted({Step::Kind::Move, unsigned(index)});
    }
    return std::move(steps);
  }

private:
  /// Whether slices of an input come into buffers of the group.
  static bool needsLoad(const Item &item, unsigned input) {
    return item.group->buffers.values.contains(item.group->body.inputs[input]);
  }

  void addGroup(unsigned index, const Item &item) {
    const GroupBody &body = item.group->body;
    bool moves = item.group->stores ||
                 item.group->buffers.values.contains(body.result());
    unsigned count = item.slices.size();
    unsigned leading = item.group->leading, behind = leading > 0 ? 1 : 0;
    for (unsigned turn = 0; turn < count + behind; ++turn) {
      addDue(); // the first slice's loads come before the second's
      addLoads(index, item, turn + 1 - behind, /*leading=*/false);
      addLoads(index, item, turn + 1, /*leading=*/true);
      if (turn < count)
        addComputes(index, turn, 0, leading);
      if (turn < behind)
        continue;
      unsigned slice = turn - behind;
      addComputes(index, slice, leading, body.ops.size());
      if (slice > 0 && moves)
        steps.push_back({Step::Kind::Store, index, 0, slice - 1});
    }
    if (moves)
      steps.push_back({Step::Kind::Store, index, 0, count - 1});
  }

  void addComputes(unsigned index, unsigned slice, unsigned begin,
                   unsigned end) {
    for (unsigned op = begin; op < end; ++op)
      addCounted({Step::Kind::Compute, index, op, slice});
  }

  /// Loads of a slice, but for the first one, which comes early.
  void addLoads(unsigned index, const Item &item, unsigned slice,
                bool leading) {
    if (slice == 0 || slice >= item.slices.size())
      return;
    for (auto [i, input] : llvm::enumerate(item.group->body.inputs))
      if (needsLoad(item, i) && item.group->leads(input) == leading &&
          item.slices[slice].find(input)->second !=
              item.slices[slice - 1].find(input)->second)
        steps.push_back({Step::Kind::Load, index, unsigned(i), slice});
  }

  /// The loads that stand before the next step that counts.
  void addDue() {
    auto due = early.find(counted);
    if (due == early.end())
      return;
    llvm::append_range(steps, due->second);
    early.erase(due);
  }

  void addCounted(Step step) {
    addDue();
    steps.push_back(step);
    ++counted;
  }

  ArrayRef<Item> items;
  llvm::DenseMap<int64_t, SmallVector<Step>> early; // by the counted step
  int64_t counted = 0;
  std::vector<Step> steps;
};
} // namespace

std::vector<Step> tpu_mlir::stepsOf(ArrayRef<Item> items) {
  return StepList(items).take();
}

//===----------------------------------------------------------------------===//
// The commands of steps.
//===----------------------------------------------------------------------===//

namespace {
/// Emits the steps of one group; keeps track of which slice of an input lies in
/// which of its buffers.
class GroupEmitter {
public:
  GroupEmitter(Emitter &emitter, const Item &item,
               llvm::function_ref<int64_t(Value)> addressOf)
      : emitter(emitter), group(*item.group), body(item.group->body),
        slices(item.slices), addressOf(addressOf) {
    for (auto [input, intake] : llvm::zip(body.inputs, group.intakes))
      if (intake.held)
        wholes[input] = *intake.held;
    if (group.keep)
      wholes[body.result()] = *group.keep;
  }

  void load(unsigned index, unsigned slice) {
    Value input = body.inputs[index];
    Layout layout = body.inputLayouts[index];
    const Tile &tile = slices[slice].find(input)->second;
    Loaded &loaded = inputs[input];
    unsigned turn = loaded.isNew ? 0 : loaded.next + 1;
    loaded = {loaded.isNew ? 0 : loaded.next, turn, slice, false};
    // A load works for the op that needs it, whoever made the value.
    emitter.setLocation(body.ops[body.reads.lookup(input).first]->getLoc());
    LocalBuffer to = sliceBuffer(input, turn, tile, layout);
    if (wholes.contains(input))
      emitLocalMove(emitter, wholeBuffer(input, layout), to);
    else if (std::optional<LaneImage> image = laneImageOf(input, *body.chip))
      emitLoad(emitter, *image, addressOf(input), to);
    else
      emitLoad(emitter, global(input), to);
  }

  void compute(unsigned step, unsigned slice) {
    Operation *op = body.ops[step];
    auto kernel = cast<KernelOpInterface>(op);
    const SliceTiles &tiles = slices[slice];
    Binding binding;
    for (OpOperand &operand : op->getOpOperands())
      binding.operands.push_back(
          place(operand.get(), turnOf(operand.get(), slice),
                tiles.find(operand.get())->second,
                kernel.operandLayout(operand.getOperandNumber())));
    Value result = op->getResult(0);
    binding.result =
        place(result, slice, tiles.find(result)->second, kernel.resultLayout());
    if (auto found = group.buffers.scratch.find(op);
        found != group.buffers.scratch.end())
      binding.scratch = found->second;
    emitter.setLocation(op->getLoc());
    kernel.emit(emitter, binding);
  }

  void store(unsigned slice) {
    Value result = body.result();
    Layout layout = cast<KernelOpInterface>(body.ops.back()).resultLayout();
    LocalBuffer from =
        place(result, slice, slices[slice].find(result)->second, layout);
    emitter.setLocation(result.getLoc());
    if (group.keep && group.buffers.values.contains(result))
      emitLocalMove(emitter, from, wholeBuffer(result, layout));
    if (group.stores)
      emitStore(emitter, from, global(result));
  }

private:
  struct Loaded {
    unsigned now = 0, next = 0; // buffers, in turn
    unsigned slice = 0;         // from which on the next is read
    bool isNew = true;
  };

  unsigned turnOf(Value value, unsigned slice) const {
    auto found = inputs.find(value);
    if (found == inputs.end())
      return slice;
    const Loaded &loaded = found->second;
    return slice >= loaded.slice ? loaded.next : loaded.now;
  }

  LocalBuffer wholeBuffer(Value value, Layout layout) const {
    return {wholes.lookup(value), Tile::whole(value), layout,
            getElementTypeOrSelf(value), body.chip};
  }

  LocalBuffer sliceBuffer(Value value, unsigned turn, const Tile &tile,
                          Layout layout) const {
    const auto &addresses = group.buffers.values.find(value)->second;
    return {addresses[turn % addresses.size()], tile, layout,
            getElementTypeOrSelf(value), body.chip};
  }

  /// The slice in its own buffer, or where all of the value stays.
  LocalBuffer place(Value value, unsigned turn, const Tile &tile,
                    Layout layout) const {
    if (group.buffers.values.contains(value))
      return sliceBuffer(value, turn, tile, layout);
    LocalBuffer whole = wholeBuffer(value, layout);
    return partOf(whole, tile).value_or(whole);
  }

  GlobalBuffer global(Value value) const {
    return {addressOf(value), cast<RankedTensorType>(value.getType())};
  }

  Emitter &emitter;
  const GroupSchedule &group;
  const GroupBody &body;
  ArrayRef<SliceTiles> slices;
  llvm::function_ref<int64_t(Value)> addressOf;
  llvm::DenseMap<Value, int64_t> wholes; // addresses of what stays whole
  llvm::DenseMap<Value, Loaded> inputs;
};
} // namespace

static void emitMovement(Emitter &emitter, GlobalKernelOpInterface op,
                         llvm::function_ref<int64_t(Value)> addressOf) {
  GlobalBinding binding;
  auto place = [&](Value value) {
    return GlobalBuffer{addressOf(value),
                        cast<RankedTensorType>(value.getType())};
  };
  for (Value operand : op->getOperands())
    binding.operands.push_back(place(operand));
  for (Value result : op->getResults())
    binding.results.push_back(place(result));
  emitter.setLocation(op->getLoc());
  if (auto window = op->getAttrOfType<DenseI64ArrayAttr>("tpu.window"))
    emitter.setWindow({window[0], window[1]});
  op.emitGlobal(emitter, binding);
}

void tpu_mlir::emitSteps(Emitter &emitter, ArrayRef<Item> items,
                         ArrayRef<Step> steps,
                         llvm::function_ref<int64_t(Value)> addressOf,
                         llvm::function_ref<void(const Step &, bool)> done) {
  std::vector<std::optional<GroupEmitter>> groups(items.size());
  std::vector<unsigned> last(items.size(), 0);
  for (auto [index, step] : llvm::enumerate(steps))
    last[step.item] = index;
  for (auto [index, step] : llvm::enumerate(steps)) {
    std::optional<GroupEmitter> &group = groups[step.item];
    if (!group && items[step.item].group)
      group.emplace(emitter, items[step.item], addressOf);
    switch (step.kind) {
    case Step::Kind::Load:
      group->load(step.index, step.slice);
      break;
    case Step::Kind::Compute:
      group->compute(step.index, step.slice);
      break;
    case Step::Kind::Store:
      group->store(step.slice);
      break;
    case Step::Kind::Move:
      emitMovement(emitter,
                   cast<GlobalKernelOpInterface>(items[step.item].move),
                   addressOf);
      break;
    }
    bool isLast = last[step.item] == index;
    if (isLast)
      group.reset();
    if (done)
      done(step, isLast);
  }
}
