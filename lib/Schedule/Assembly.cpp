//===- Assembly.cpp - Groups and moves as one program ---------------------===//
#include "lib/Schedule/Assembly.h"

#include "dialects/Top/Top.h"
#include "lib/Commands/Emitter.h"
#include "lib/Commands/Timeline.h"
#include "lib/Support/ChipOf.h"
#include "mlir/IR/Builders.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tpu_mlir;
using namespace tpu_mlir::tpu;

Assembly::Assembly(Block &body, std::vector<GroupPlan> given)
    : chip(chipOf(body.getParentOp())), plans(std::move(given)) {
  addItems(body);
  decideStores();
  addLives();
}

//===----------------------------------------------------------------------===//
// Items and their units.
//===----------------------------------------------------------------------===//

void Assembly::addItems(Block &body) {
  llvm::DenseMap<Operation *, unsigned> ending; // plans, by their last op
  for (auto [index, plan] : llvm::enumerate(plans))
    ending[plan.body.ops.back()] = index;
  unsigned unit = 0;
  for (Operation &op : body) {
    Item item;
    unsigned plan = 0, units = 1;
    if (auto found = ending.find(&op); found != ending.end()) {
      plan = found->second;
      item.group = &plans[plan];
      item.slices = sliceGroup(plans[plan].body, plans[plan].tiling);
      if (item.slices.size() == 1)
        units = item.group->body.ops.size();
      for (Operation *inner : item.group->body.ops)
        itemOf[inner] = items.size();
    } else if (!worksLocally(&op) && llvm::isa<GlobalKernelOpInterface>(op)) {
      item.move = &op;
      itemOf[&op] = items.size();
    } else {
      continue;
    }
    items.push_back(std::move(item));
    planIndex.push_back(plan);
    firstUnit.push_back(unit);
    unit += units;
  }
  firstUnit.push_back(unit);
}

unsigned Assembly::lastUnit(unsigned item) const {
  return firstUnit[item + 1] - 1;
}

/// The first unit in which a value can be loaded.
unsigned Assembly::readyUnit(Value value) const {
  auto made = itemOf.find(value.getDefiningOp());
  return made == itemOf.end() ? 0 : firstUnit[made->second + 1];
}

/// A result goes to global memory if something reads it there.
void Assembly::decideStores() {
  for (GroupPlan &plan : plans) {
    Value result = plan.body.result();
    plan.stores = !plan.keep;
    for (Operation *user : result.getUsers()) {
      auto item = itemOf.find(user);
      if (item == itemOf.end() || !items[item->second].group) {
        plan.stores = true; // a move, or the end of the function
        continue;
      }
      const GroupSchedule &reader = *items[item->second].group;
      for (auto [input, intake] : llvm::zip(reader.body.inputs, reader.intakes))
        plan.stores |= input == result && !intake.held;
    }
  }
}

//===----------------------------------------------------------------------===//
// What lives when.
//===----------------------------------------------------------------------===//

size_t Assembly::addLife(const Life &life) {
  lives.push_back(life);
  index->add(life.first, life.last, lives.size() - 1);
  return lives.size() - 1;
}

static Type elementOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getElementType();
}

void Assembly::addLives() {
  index.emplace(std::max<unsigned>(firstUnit.back(), 1));
  for (auto [number, item] : llvm::enumerate(items)) {
    if (!item.group)
      continue;
    addGroupLives(number);
    if (!item.group->keep)
      continue;
    Value result = item.group->body.result();
    unsigned last = lastUnit(number);
    for (Operation *user : result.getUsers()) {
      auto reader = itemOf.find(user);
      if (reader != itemOf.end() && items[reader->second].group)
        last = std::max(last, lastUnit(reader->second));
    }
    int64_t start = *item.group->keep;
    int64_t bytes = bytesPerLane(Tile::whole(result), Layout::Aligned,
                                 elementOf(result), chip);
    addLife({{start, start + bytes}, firstUnit[number], last});
  }
  llvm::stable_sort(loads,
                    [](const Load &a, const Load &b) { return a.due < b.due; });
}

void Assembly::addGroupLives(unsigned number) {
  const Item &item = items[number];
  const GroupSchedule &group = *item.group;
  const GroupBody &body = group.body;
  bool whole = item.slices.size() == 1;
  unsigned start = firstUnit[number], end = lastUnit(number);
  auto largest = [&](Value value, Layout layout) {
    int64_t bytes = 0;
    for (const SliceTiles &tiles : item.slices)
      bytes = std::max(bytes, bytesPerLane(tiles.find(value)->second, layout,
                                           elementOf(value), chip));
    return bytes;
  };
  auto add = [&](Value value, Layout layout, unsigned first, unsigned last) {
    auto found = group.buffers.values.find(value);
    if (found == group.buffers.values.end())
      return size_t(0);
    size_t life = lives.size();
    for (int64_t address : found->second)
      addLife({{address, address + largest(value, layout)},
               whole ? start + first : start,
               whole ? start + last : end});
    return life;
  };
  for (auto [number_, input] : llvm::enumerate(body.inputs)) {
    auto [first, last] = body.reads.lookup(input);
    size_t life = add(input, body.inputLayouts[number_], first, last);
    if (group.buffers.values.contains(input) && !group.intakes[number_].held)
      loads.push_back({number, unsigned(number_), readyUnit(input),
                       whole ? start + first : start, life});
  }
  for (auto [step, op] : llvm::enumerate(body.ops)) {
    auto kernel = cast<KernelOpInterface>(op);
    add(op->getResult(0), kernel.resultLayout(), step,
        op == body.ops.back() ? body.ops.size() - 1
                              : body.lastRead(op->getResult(0), step));
    auto scratch = group.buffers.scratch.find(op);
    if (scratch == group.buffers.scratch.end())
      continue;
    SmallVector<int64_t> most;
    for (const SliceTiles &tiles : item.slices) {
      SmallVector<int64_t> bytes =
          kernel.scratch(tiles.find(op->getResult(0))->second);
      most.resize(std::max(most.size(), bytes.size()));
      for (auto [a, b] : llvm::zip(most, bytes))
        a = std::max(a, b);
    }
    for (auto [address, bytes] : llvm::zip(scratch->second, most))
      addLife(
          {{address, address + int64_t(llvm::alignTo(bytes, chip.alignment))},
           whole ? start + unsigned(step) : start,
           whole ? start + unsigned(step) : end});
  }
}

//===----------------------------------------------------------------------===//
// Early loads.
//===----------------------------------------------------------------------===//

/// A place for a load's buffer from a unit on, its own if that is free.
std::optional<Span> Assembly::findPlace(const Load &load, unsigned unit) const {
  const Life &life = lives[load.life];
  SmallVector<Span> avoid;
  bool ownIsFree = true;
  index->visit(unit, life.last, [&](unsigned other) {
    const Life &there = lives[other];
    if (other == load.life || there.last < unit || there.first > life.last)
      return;
    avoid.push_back(there.span);
    ownIsFree &= !there.span.overlaps(life.span);
  });
  if (ownIsFree)
    return life.span;
  const GroupSchedule &group = *items[load.item].group;
  if (group.buffers.values.find(group.body.inputs[load.input])->second.size() >
      1)
    return std::nullopt; // the other buffer would have to move, too
  return placeLow(life.span.bytes(), avoid, chip);
}

void Assembly::place(const Load &load, unsigned unit) {
  std::optional<Span> span = findPlace(load, unit);
  Life moved = lives[load.life];
  lives[load.life].last = 0;
  lives[load.life].first = 1; // is never met
  moved.span = *span;
  moved.first = unit;
  addLife(moved);
  GroupPlan &plan = planOf(load.item);
  plan.buffers.values[plan.body.inputs[load.input]][0] = span->begin;
}

void Assembly::prefetch(unsigned units) {
  struct Placed {
    const Load *load;
    unsigned unit;
  };
  std::vector<Placed> placed;
  unsigned earliest = 0; // loads come in the order in which they are due
  for (const Load &load : loads) {
    unsigned low =
        std::max({load.ready, earliest, load.due - std::min(load.due, units)});
    unsigned high = load.due;
    while (low < high) { // the first unit from which on there is room
      unsigned middle = (low + high) / 2;
      if (findPlace(load, middle))
        high = middle;
      else
        low = middle + 1;
    }
    if (high < load.due)
      place(load, high);
    earliest = std::max(earliest, high);
    placed.push_back({&load, high});
  }
  // From units to compute steps.
  SmallVector<int64_t> steps = {0};
  for (const Item &item : items)
    steps.push_back(steps.back() + item.computeSteps());
  unsigned at = 0;
  llvm::DenseMap<unsigned, unsigned> count, turn; // of loads, by unit
  for (const Placed &p : placed)
    ++count[p.unit];
  for (const Placed &p : placed) {
    if (p.unit >= p.load->due)
      continue;
    while (firstUnit[at + 1] <= p.unit)
      ++at;
    const Item &there = items[at];
    int64_t step = steps[at] + (p.unit - firstUnit[at]);
    if (there.group && there.slices.size() > 1) { // among its slices
      int64_t slice = 1 + int64_t(turn[p.unit]++) *
                              int64_t(there.slices.size() - 1) /
                              int64_t(count[p.unit]);
      step = steps[at] + slice * int64_t(there.group->body.ops.size());
    }
    planOf(p.load->item).intakes[p.load->input].load =
        step - steps[p.load->item];
  }
}

//===----------------------------------------------------------------------===//
// Moves, and the price.
//===----------------------------------------------------------------------===//

void Assembly::setWindows() {
  for (auto [number, item] : llvm::enumerate(items)) {
    if (!item.move)
      continue;
    unsigned unit = firstUnit[number];
    SmallVector<Span> avoid;
    index->visit(unit, unit, [&](unsigned other) {
      if (lives[other].first <= unit && unit <= lives[other].last)
        avoid.push_back(lives[other].span);
    });
    Span gap = largestGap(avoid, chip);
    item.move->setAttr("tpu.window",
                       Builder(item.move->getContext())
                           .getDenseI64ArrayAttr({gap.begin, gap.bytes()}));
  }
}

namespace {
/// Addresses in a global memory without end, in which values lie inside others
/// where ops can share memory.
class Places {
public:
  explicit Places(const Chip &chip) : next(chip.globalBase) {}

  int64_t operator()(Value value) {
    auto [place, isNew] = places.try_emplace(value, next);
    if (!isNew)
      return place->second;
    next += int64_t(1) << 32; // bytes; apart, whatever their size
    if (std::optional<int64_t> shared = insideOther(value))
      places[value] = *shared;
    return places[value];
  }

private:
  static std::optional<int64_t> offsetIn(Operation *op, unsigned operand) {
    auto alias = dyn_cast_or_null<AliasOpInterface>(op);
    if (!alias || worksLocally(op))
      return std::nullopt;
    return alias.aliasOffset(operand);
  }

  std::optional<int64_t> insideOther(Value value) {
    for (OpOperand &use : value.getUses()) // part of a concatenation
      if (use.getOwner()->getNumOperands() > 1)
        if (auto offset = offsetIn(use.getOwner(), use.getOperandNumber()))
          return (*this)(use.getOwner()->getResult(0)) + *offset;
    Operation *op = value.getDefiningOp(); // a view
    if (op && op->getNumOperands() == 1)
      if (auto offset = offsetIn(op, 0))
        return (*this)(op->getOperand(0)) - *offset;
    return std::nullopt;
  }

  llvm::DenseMap<Value, int64_t> places;
  int64_t next;
};
} // namespace

int64_t Assembly::cycles() const {
  Places places(chip);
  auto addressOf = [&](Value value) { return places(value); };
  if (items.empty())
    return 0;
  Emitter emitter(plans.empty() ? items.front().move->getLoc()
                                : plans.front().body.result().getLoc(),
                  chip);
  emitSteps(emitter, items, stepsOf(items), addressOf);
  return tpu_mlir::cyclesOf(emitter, kCommandStart);
}
