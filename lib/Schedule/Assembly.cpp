//===- Assembly.cpp - Groups and moves as one program ---------------------===//
#include "lib/Schedule/Assembly.h"

#include "dialects/Top/Top.h"
#include "lib/Commands/Emitter.h"
#include "lib/Support/ChipOf.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tpu_mlir;
using namespace tpu_mlir::tpu;

Assembly::Assembly(Block &body, std::vector<GroupPlan> given,
                   const Prices &prices)
    : context(body.getParentOp()->getContext()),
      chip(&chipOf(body.getParentOp())), prices(prices),
      plans(std::move(given)) {
  addItems(body);
  decideStores();
  addLives();
  measure();
  late = {plans, lives, index};
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
                                 getElementTypeOrSelf(result), *chip);
    addLife({{start, start + bytes}, firstUnit[number], last, {}});
  }
  llvm::stable_sort(loads,
                    [](const Load &a, const Load &b) { return a.due < b.due; });
}

void Assembly::addGroupLives(unsigned number) {
  const Item &item = items[number];
  GroupPlan &plan = planOf(number);
  bool whole = item.slices.size() == 1; // each op is a unit then
  bool inOne = !whole || plan.body.ops.size() == 1;
  unsigned start = firstUnit[number];
  for (auto [index, need] : llvm::enumerate(plan.needs)) {
    int64_t address = plan.addressOf(need);
    size_t life =
        addLife({{address, address + need.request.bytes},
                 whole ? start + need.request.first : start,
                 whole ? start + need.request.last : lastUnit(number),
                 inOne ? std::optional(Slot{planIndex[number], unsigned(index)})
                       : std::nullopt});
    auto input = llvm::find(plan.body.inputs, need.value);
    if (input == plan.body.inputs.end() || need.number > 0)
      continue;
    unsigned at = input - plan.body.inputs.begin();
    if (!plan.intakes[at].held)
      loads.push_back(
          {number, at, readyUnit(need.value), lives[life].first, life});
  }
}

//===----------------------------------------------------------------------===//
// Early loads.
//===----------------------------------------------------------------------===//

/// Loads of fewer bytes a lane than this part of one move nothing.
static constexpr int64_t kWorthMoving = 32;

SmallVector<unsigned> Assembly::livingIn(unsigned first, unsigned last) const {
  SmallVector<unsigned> found;
  index->visit(first, last, [&](unsigned life) {
    if (lives[life].first <= last && first <= lives[life].last)
      found.push_back(life);
  });
  return found;
}

/// A place for a load's buffer from a unit on: its own if that is free, another
/// one, or one from which buffers of groups in between can go elsewhere.
std::optional<Assembly::Place> Assembly::findPlace(const Load &load,
                                                   unsigned unit) const {
  const Life &life = lives[load.life];
  SmallVector<Span> all, fixed;
  bool ownIsFree = true;
  for (unsigned other : livingIn(unit, life.last)) {
    if (other == load.life)
      continue;
    all.push_back(lives[other].span);
    ownIsFree &= !lives[other].span.overlaps(life.span);
    if (!lives[other].slot)
      fixed.push_back(lives[other].span);
  }
  if (ownIsFree)
    return Place{life.span, {}};
  const GroupSchedule &group = *items[load.item].group;
  if (group.buffers.values.find(group.body.inputs[load.input])->second.size() >
      1)
    return std::nullopt; // the other buffer would have to move, too
  int64_t bytes = life.span.bytes();
  if (std::optional<Span> span = placeLow(bytes, all, *chip))
    return Place{*span, {}};
  std::optional<Span> span = placeLow(bytes, fixed, *chip);
  if (!span || bytes * kWorthMoving < chip->laneBytes)
    return std::nullopt;
  Place place{*span, {}};
  for (unsigned at = unit; at <= life.last; ++at)
    if (!displace(at, place))
      return std::nullopt;
  return place;
}

/// Finds other addresses for the buffers of a unit's group that are in the way;
/// whether there are any.
bool Assembly::displace(unsigned unit, Place &place) const {
  SmallVector<unsigned> movable;
  SmallVector<Span> fixed = {place.span};
  bool isFree = true;
  for (unsigned life : livingIn(unit, unit)) {
    if (!lives[life].slot) {
      fixed.push_back(lives[life].span);
      continue;
    }
    movable.push_back(life);
    isFree &= !lives[life].span.overlaps(place.span);
  }
  if (isFree)
    return true;
  SmallVector<LocalRequest> requests;
  for (unsigned life : movable)
    requests.push_back(needOf(*lives[life].slot).request);
  auto addresses = allocateLocal(requests, *chip, fixed);
  if (!addresses)
    return false;
  for (auto [life, address] : llvm::zip(movable, *addresses))
    place.displaced.push_back({life, address});
  return true;
}

void Assembly::move(unsigned number, int64_t address) {
  Life &life = lives[number];
  life.span = {address, address + life.span.bytes()};
  plans[life.slot->plan].addressOf(needOf(*life.slot)) = address;
}

void Assembly::place(const Load &load, unsigned unit) {
  std::optional<Place> place = findPlace(load, unit);
  Life moved = lives[load.life];
  lives[load.life].last = 0;
  lives[load.life].first = 1; // is never met
  for (auto [life, address] : place->displaced)
    if (life != load.life)
      move(life, address);
  moved.span = place->span;
  moved.first = unit;
  moved.slot.reset();
  addLife(moved);
  GroupPlan &plan = planOf(load.item);
  plan.buffers.values[plan.body.inputs[load.input]][0] = place->span.begin;
}

/// The first unit from `low` on from which there is room for a load.
unsigned Assembly::earliestUnit(const Load &load, unsigned low) const {
  unsigned high = load.due;
  while (low < high) {
    unsigned middle = (low + high) / 2;
    if (findPlace(load, middle))
      high = middle;
    else
      low = middle + 1;
  }
  return high;
}

/// Latest first, each load gets the idle time of the transfers right before
/// the next one's, so that as little as possible lies in local memory early.
SmallVector<Assembly::Start> Assembly::latestStarts(double times) const {
  SmallVector<Start> starts(loads.size());
  unsigned unit = works.size() - 1;
  double idle = works.empty() ? 0 : double(works.back().idle());
  for (size_t i = loads.size(); i-- > 0;) {
    const Load &load = loads[i];
    starts[i] = {load.due, {}};
    if (load.due == 0)
      continue;
    if (load.due <= unit) {
      unit = load.due - 1;
      idle = double(works[unit].idle());
    }
    double rest = times * double(load.cycles);
    while (rest > idle && unit > 0) {
      rest -= idle;
      idle = double(works[--unit].idle());
    }
    idle = std::max(idle - rest, 0.0);
    starts[i].unit = unit;
    if (idle > 0)
      starts[i].part = idle / double(works[unit].idle());
  }
  return starts;
}

void Assembly::prefetch(const Ahead &ahead) {
  plans = late.plans; // in the same memory
  lives = late.lives;
  index = late.index;
  SmallVector<Start> starts = latestStarts(ahead.times);
  unsigned earliest = 0; // loads come in the order in which they are due
  for (auto [load, start] : llvm::zip(loads, starts)) {
    unsigned low = std::max({load.ready, earliest, start.unit,
                             load.due - std::min(load.due, ahead.units)});
    unsigned unit = earliestUnit(load, low);
    if (unit < load.due)
      place(load, unit);
    earliest = std::max(earliest, unit);
    if (unit != start.unit)
      start = {unit, {}};
  }
  setSteps(starts);
}

/// From the units in which loads come to compute steps.
void Assembly::setSteps(ArrayRef<Start> starts) {
  SmallVector<int64_t> steps = {0}; // before each item
  for (const Item &item : items)
    steps.push_back(steps.back() + item.computeSteps());
  llvm::DenseMap<unsigned, unsigned> count, turn; // of loads, by unit
  for (const Start &start : starts)
    count[start.unit] += !start.part;
  unsigned at = 0;
  for (auto [load, start] : llvm::zip(loads, starts)) {
    if (start.unit >= load.due)
      continue;
    while (firstUnit[at + 1] <= start.unit)
      ++at;
    const Item &there = items[at];
    int64_t step = steps[at] + (start.unit - firstUnit[at]);
    if (int64_t slices = there.slices.size(); there.group && slices > 1) {
      double part = start.part ? *start.part
                               : double(turn[start.unit]++) / count[start.unit];
      int64_t slice = 1 + int64_t(part * double(slices - 1));
      step = steps[at] + std::min(slice, slices - 1) *
                             int64_t(there.group->body.ops.size());
    }
    planOf(load.item).intakes[load.input].load = step - steps[load.item];
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
    for (unsigned other : livingIn(unit, unit))
      avoid.push_back(lives[other].span);
    Span gap = largestGap(avoid, *chip);
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

/// The commands of the program; `done` hears of those of each step.
Emitter
Assembly::emit(function_ref<void(const Step &, ArrayRef<Command>)> done) const {
  Places places(*chip);
  Emitter emitter(UnknownLoc::get(context), *chip);
  size_t before = 0;
  emitSteps(
      emitter, items, stepsOf(items),
      [&](Value value) { return places(value); },
      [&](const Step &step, bool) {
        ArrayRef<Command> commands = emitter.getCommands();
        if (done)
          done(step, commands.drop_front(before));
        before = commands.size();
      });
  return emitter;
}

int64_t Assembly::cycles() const { return tpu_mlir::cyclesOf(emit(), prices); }

/// Learns what units and loads take.
void Assembly::measure() {
  works.resize(firstUnit.back());
  llvm::DenseMap<std::pair<unsigned, unsigned>, Load *> early;
  for (Load &load : loads)
    early[{load.item, load.input}] = &load;
  emit([&](const Step &step, ArrayRef<Command> made) {
    commands += made.size();
    unsigned unit = lastUnit(step.item);
    if (step.kind == Step::Kind::Compute && items[step.item].slices.size() == 1)
      unit = firstUnit[step.item] + step.index;
    Load *load = nullptr;
    if (step.kind == Step::Kind::Load && step.slice == 0)
      load = early.lookup({step.item, step.index});
    for (const Command &command : made) {
      bool isWork = isa::engineOf(command.instruction) == isa::Engine::Tiu;
      int64_t &cycles = isWork ? works[unit].array
                        : load ? load->cycles
                               : works[unit].transfers;
      cycles += prices.of(command, *chip);
    }
  });
}

SmallVector<int64_t> Assembly::waits() const {
  SmallVector<unsigned> owners; // of the commands: plans
  Emitter emitter = emit([&](const Step &step, ArrayRef<Command> commands) {
    owners.append(commands.size(), planIndex[step.item]);
  });
  SmallVector<int64_t> waits(plans.size());
  int64_t over = 0; // on the array
  for (auto [time, owner] :
       llvm::zip(timesOf(emitter.getCommands(), *chip, prices), owners)) {
    if (time.engine != isa::Engine::Tiu)
      continue;
    waits[owner] += time.start - over;
    over = time.end;
  }
  return waits;
}
