//===- GroupPlan.cpp - Tiling and local addresses of one group
//-------------===//
#include "lib/Schedule/Plans/GroupPlan.h"
#include "lib/Schedule/Plans/Tilings.h"

#include "dialects/Top/Top.h"
#include "lib/Commands/Emitter.h"
#include "lib/Kernels/Operands.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tpu_mlir;
using namespace tpu_mlir::tpu;

/// Tilings that fit and are priced before the best of them is taken.
static constexpr unsigned kPricedTilings = 6;
/// Slices that a price is measured on; more of them only repeat.
static constexpr size_t kPricedSlices = 10;
/// Slices that must fit before all of them are looked at, of which there may be
/// many thousand.
static constexpr int64_t kTriedSlices = 3;

namespace {
/// Finds the plan of a group with one tiling.
class TilingPlanner {
public:
  TilingPlanner(const GroupBody &body, const Prices &prices,
                const Residency &residency, int64_t most)
      : body(body), chip(*body.chip), prices(prices),
        occupied(residency.occupied(body.ops)),
        room(std::min(most, body.chip->laneBytes)) {
    for (auto [input, layout] : llvm::zip(body.inputs, body.inputLayouts))
      if (auto address = residency.heldFor(input, layout, body.ops))
        wholes[input] = *address;
    if (auto address = residency.keepOf(body.ops))
      wholes[body.result()] = *address;
    int64_t end = room;
    if (end < chip.laneBytes)
      occupied.push_back({end, chip.laneBytes});
    for (const Span &span : occupied)
      room -= std::max<int64_t>(0, std::min(span.end, end) - span.begin);
  }

  /// Whether the result takes the place of something that the ops still read.
  bool overwrites() const {
    auto keep = wholes.find(body.result());
    if (keep == wholes.end() || body.ops.size() == 1)
      return false;
    Span span = spanOf(body.result(), keep->second);
    return llvm::any_of(wholes, [&](const auto &whole) {
      return whole.first != body.result() &&
             span.overlaps(spanOf(whole.first, whole.second));
    });
  }

  std::optional<GroupPlan> plan(const Tiling &tiling) {
    if (!mayFit(firstSlice(body, tiling)))
      return std::nullopt;
    SmallVector<SliceTiles> few = sliceGroup(body, tiling, kTriedSlices);
    if (!settle(few) || !allocate(tiling, few))
      return std::nullopt;
    SmallVector<SliceTiles> slices = sliceGroup(body, tiling);
    if (!settle(slices))
      return std::nullopt;
    std::optional<GroupPlan> plan = allocate(tiling, slices);
    if (!plan)
      return std::nullopt;
    price(*plan, slices);
    unsigned leading = slices.size() > 1 ? mover(*plan, slices) : 0;
    if (leading == 0 || !canLead(slices, leading))
      return plan;
    std::optional<GroupPlan> ahead = allocate(tiling, slices, leading);
    if (!ahead)
      return plan;
    price(*ahead, slices);
    return ahead->cycles < plan->cycles ? ahead : plan;
  }

private:
  LocalBuffer wholeBuffer(Value value, int64_t address) const {
    return {address, Tile::whole(value), Layout::Aligned,
            getElementTypeOrSelf(value), &chip};
  }

  Span spanOf(Value value, int64_t address) const {
    return {address, address + bytesPerLane(Tile::whole(value), Layout::Aligned,
                                            getElementTypeOrSelf(value), chip)};
  }

  /// Whether a slice as large as the first one fits: cheap, and necessary.
  bool mayFit(const SliceTiles &tiles) const {
    for (const auto &[value, tile] : tiles)
      if (!fitsFields(tile, chip))
        return false;
    int64_t most = 0;
    for (Operation *op : body.ops) {
      auto kernel = cast<KernelOpInterface>(op);
      int64_t bytes = 0;
      auto add = [&](Value value, Layout layout) {
        if (!wholes.contains(value))
          bytes += bytesPerLane(tiles.find(value)->second, layout,
                                getElementTypeOrSelf(value), chip);
      };
      add(op->getResult(0), kernel.resultLayout());
      for (OpOperand &operand : op->getOpOperands())
        add(operand.get(), kernel.operandLayout(operand.getOperandNumber()));
      most = std::max(most, bytes);
    }
    return most <= room;
  }

  /// Decides which of the values that stay are read and written where they
  /// are; whether every kernel can then read what it shares with others.
  bool settle(ArrayRef<SliceTiles> slices) {
    inPlace.clear();
    for (const auto &[value, address] : wholes) {
      LocalBuffer whole = wholeBuffer(value, address);
      bool parts = llvm::all_of(slices, [&](const SliceTiles &tiles) {
        return partOf(whole, tiles.find(value)->second).has_value();
      });
      bool strided = value != body.result() && readersTakeParts(value) &&
                     fitsStrides(whole, slices.front().find(value)->second);
      if (parts || strided)
        inPlace.insert(value);
    }
    return llvm::all_of(body.ops, [&](Operation *op) {
      return readsItsSlices(cast<KernelOpInterface>(op), slices);
    });
  }

  bool readersTakeParts(Value value) const {
    return llvm::all_of(body.ops, [&](Operation *op) {
      auto kernel = cast<KernelOpInterface>(op);
      return llvm::all_of(op->getOpOperands(), [&](OpOperand &operand) {
        return operand.get() != value ||
               kernel.readsPart(operand.getOperandNumber());
      });
    });
  }

  static bool readsItsSlices(KernelOpInterface kernel,
                             ArrayRef<SliceTiles> slices) {
    for (OpOperand &operand : kernel->getOpOperands()) {
      if (kernel.readsPart(operand.getOperandNumber()))
        continue;
      for (const SliceTiles &tiles : slices) {
        const Tile &result = tiles.find(kernel->getResult(0))->second;
        if (kernel.operandTile(operand.getOperandNumber(), result) !=
            tiles.find(operand.get())->second)
          return false;
      }
    }
    return true;
  }

  /// One request for each buffer of the group. Inputs and the result live
  /// through the whole slice, since their transfers overlap with it, and twice
  /// if slices differ; with a single slice lives are exact.
  SmallVector<GroupBuffer> needs(ArrayRef<SliceTiles> slices,
                                 unsigned leading) const {
    SmallVector<GroupBuffer> needs;
    unsigned end = body.ops.size() - 1;
    bool single = slices.size() == 1;
    for (auto [input, layout] : llvm::zip(body.inputs, body.inputLayouts)) {
      if (inPlace.contains(input))
        continue;
      GroupBuffer need{input,
                       nullptr,
                       0,
                       {largestSlice(slices, input, layout, chip),
                        single ? body.reads.lookup(input).first : 0,
                        single ? body.lastRead(input, 0) : end}};
      add(need, changes(slices, input) ? 2 : 1, needs);
    }
    for (auto [step, op] : llvm::enumerate(body.ops)) {
      Value result = op->getResult(0);
      bool stored = step == end;
      auto kernel = cast<KernelOpInterface>(op);
      if (!inPlace.contains(result)) {
        unsigned last = stored ? end : body.lastRead(result, step);
        bool crosses = step < leading && last >= leading;
        bool inTurn = crosses || (stored && !single);
        // What is being moved must not wait for the ops behind.
        bool stays = crosses || (step < leading && last + 1 == leading);
        GroupBuffer need{
            result,
            nullptr,
            0,
            {largestSlice(slices, result, kernel.resultLayout(), chip),
             inTurn ? 0 : unsigned(step), stays ? end : last}};
        add(need, inTurn ? 2 : 1, needs);
      }
      addScratch(kernel, step, slices, needs);
    }
    return needs;
  }

  void addScratch(KernelOpInterface kernel, unsigned step,
                  ArrayRef<SliceTiles> slices,
                  SmallVector<GroupBuffer> &needs) const {
    for (auto [number, bytes] :
         llvm::enumerate(largestScratch(slices, kernel, chip)))
      needs.push_back({{}, kernel, unsigned(number), {bytes, step, step}});
  }

  static void add(GroupBuffer need, unsigned count,
                  SmallVector<GroupBuffer> &needs) {
    for (; need.number < count; ++need.number)
      needs.push_back(need);
  }

  /// The number of ops up to the last one that transfers move within local
  /// memory and others follow; 0 if there is none.
  unsigned mover(const GroupPlan &plan, ArrayRef<SliceTiles> slices) const {
    unsigned found = 0;
    size_t before = 0;
    Item item{&plan, nullptr, {slices.front()}};
    Emitter emitter(body.result().getLoc(), chip);
    auto nowhere = [&](Value) { return chip.globalBase; };
    emitSteps(
        emitter, item, stepsOf(item), nowhere, [&](const Step &step, bool) {
          ArrayRef<Command> commands = emitter.getCommands();
          bool moves = llvm::any_of(
              commands.drop_front(before), [](const Command &command) {
                return isa::engineOf(command.instruction) == isa::Engine::Gdma;
              });
          before = commands.size();
          if (step.kind == Step::Kind::Compute && moves &&
              step.index + 1 < body.ops.size())
            found = step.index + 1;
        });
    return found;
  }

  /// Whether no slice of an input is for leading ops and for others.
  bool canLead(ArrayRef<SliceTiles> slices, unsigned leading) const {
    return llvm::none_of(body.inputs, [&](Value input) {
      GroupBody::Reads reads = body.reads.lookup(input);
      return reads.first < leading && reads.last >= leading &&
             !inPlace.contains(input) && changes(slices, input);
    });
  }

  std::optional<GroupPlan> allocate(const Tiling &tiling,
                                    ArrayRef<SliceTiles> slices,
                                    unsigned leading = 0) const {
    GroupPlan plan;
    plan.leading = leading;
    plan.body = body;
    plan.tiling = tiling;
    plan.needs = needs(slices, leading);
    SmallVector<LocalRequest> requests;
    for (const GroupBuffer &need : plan.needs)
      requests.push_back(need.request);
    auto addresses = allocateLocal(requests, chip, occupied);
    if (!addresses)
      return std::nullopt;
    for (auto [need, address] : llvm::zip(plan.needs, *addresses))
      if (need.scratchOf)
        plan.buffers.scratch[need.scratchOf].push_back(address);
      else
        plan.buffers.values[need.value].push_back(address);
    for (Value input : body.inputs) {
      Intake intake;
      if (auto whole = wholes.find(input); whole != wholes.end())
        intake.held = whole->second;
      if (tiling.isWhole())
        intake.load = body.reads.lookup(input).first;
      plan.intakes.push_back(intake);
    }
    if (auto whole = wholes.find(body.result()); whole != wholes.end()) {
      plan.keep = whole->second;
      plan.stores = false;
    }
    return plan;
  }

  /// A constant that all slices share can be brought long before, unless the
  /// groups before it can hardly work beside it.
  bool comesEarly(unsigned input, ArrayRef<SliceTiles> slices) const {
    Value value = body.inputs[input];
    int64_t bytes = largestSlice(slices, value, body.inputLayouts[input], chip);
    return !changes(slices, value) && bytes <= chip.laneBytes * 3 / 8;
  }

  static bool isConstant(Value input) {
    return isa_and_nonnull<top::WeightOp>(input.getDefiningOp());
  }

  /// Cycles of the group on the two engines, by the commands it would emit.
  void price(GroupPlan &plan, ArrayRef<SliceTiles> slices) const {
    size_t count = std::min(slices.size(), kPricedSlices);
    Item item{&plan, nullptr, {}};
    item.slices.assign(slices.begin(), slices.begin() + count);
    std::vector<Step> early, changing, rest;
    for (const Step &step : stepsOf(item)) {
      bool loads =
          step.kind == Step::Kind::Load && isConstant(body.inputs[step.index]);
      bool isEarly = loads && comesEarly(step.index, slices);
      if (!isEarly)
        rest.push_back(step);
      if (loads)
        (isEarly ? early : changing).push_back(step);
    }
    std::vector<Command> commands = commandsOf(item, rest);
    auto all = [&](int64_t cycles) {
      return cycles * int64_t(slices.size()) / int64_t(count);
    };
    const Prices loads{prices.preset, 0};
    plan.loadCycles = cyclesOf(commandsOf(item, early), chip, loads) +
                      all(cyclesOf(commandsOf(item, changing), chip, loads));
    plan.cycles = all(cyclesOf(commands, chip, prices));
    int64_t work = 0;
    for (const Command &command : commands)
      if (isa::engineOf(command.instruction) == isa::Engine::Tiu)
        work += prices.of(command, chip);
    plan.workCycles = all(work);
  }

  std::vector<Command> commandsOf(const Item &item,
                                  ArrayRef<Step> steps) const {
    llvm::DenseMap<Value, int64_t> places;
    int64_t next = chip.globalBase;
    auto addressOf = [&](Value value) {
      auto [place, isNew] = places.try_emplace(value, next);
      if (isNew)
        next += int64_t(1) << 32; // bytes; apart, whatever their size
      return place->second;
    };
    Emitter emitter(body.result().getLoc(), chip);
    emitSteps(emitter, item, steps, addressOf);
    return emitter.takeCommands();
  }

  const GroupBody &body;
  const Chip &chip;
  const Prices &prices;
  SmallVector<Span> occupied;
  llvm::DenseMap<Value, int64_t> wholes; // addresses of what stays
  llvm::DenseSet<Value> inPlace;         // of these
  int64_t room;                          // bytes of a lane
};
} // namespace

double tpu::costOf(const GroupPlan &plan, double loadWeight) {
  return double(plan.cycles) + loadWeight * double(plan.loadCycles);
}

std::optional<GroupPlan> tpu::planGroup(const GroupBody &body,
                                        const Prices &prices,
                                        const Residency &residency,
                                        double loadWeight, int64_t room) {
  TilingPlanner planner(body, prices, residency, room);
  if (planner.overwrites())
    return std::nullopt;
  std::optional<GroupPlan> best;
  unsigned priced = 0;
  for (const Tiling &tiling : candidateTilings(body)) {
    if (priced == kPricedTilings)
      break;
    std::optional<GroupPlan> plan = planner.plan(tiling);
    priced += plan.has_value();
    if (plan &&
        (!best || costOf(*plan, loadWeight) < costOf(*best, loadWeight)))
      best = std::move(plan);
  }
  if (!best && room < body.chip->laneBytes)
    best = planGroup(body, prices, residency, loadWeight);
  if (best)
    best->room = room;
  return best;
}
