//===- Engine.cpp - Runs the two command streams of a group ---------------===//
#include "lib/Simulator/Engines/Engine.h"

#include "lib/Simulator/Engines/Concurrent.h"
#include "lib/Simulator/Engines/RaceDetector.h"
#include "lib/Simulator/Execute.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace tpu_mlir;
using namespace tpu_mlir::sim;

/// Races after these are only counted: one missing wait makes many.
static constexpr size_t maxReportedRaces = 8;

std::string tpu_mlir::sim::describe(const CommandGroup &group,
                                    CommandId command,
                                    const CommandNames &names) {
  std::string text = llvm::formatv(
      "{0} command {1} ({2})", engineName(command.engine), command.id,
      isa::mnemonic(group.of(command.engine)[command.id - 1]));
  std::string name = names ? names(command) : "";
  return name.empty() ? text : text + " of '" + name + "'";
}

llvm::Error tpu_mlir::sim::stopped() {
  return refuse("it was stopped before its end");
}

static llvm::Error deadlock(const CommandGroup &group, const Order &order,
                            const CommandNames &names) {
  std::string text = "the engines wait for each other:";
  for (isa::Engine engine : {isa::Engine::Tiu, isa::Engine::Gdma}) {
    if (order.isOver(group, engine))
      continue;
    CommandId command{engine, order.next[unsigned(engine)]};
    text += llvm::formatv(" {0} waits for {1} command {2};",
                          describe(group, command, names),
                          engineName(otherEngine(engine)),
                          isa::dependency(group.of(engine)[command.id - 1]));
  }
  text.pop_back();
  return refuse(text);
}

static std::string describe(const CommandGroup &group, const Race &race,
                            const CommandNames &names) {
  const MemoryAccess &where = race.where;
  std::string lane;
  if (where.space == Space::Local)
    lane = llvm::formatv(", lane {0}", where.lane);
  return llvm::formatv(
      "{0} {1} and {2} {3} {4}{5}, bytes [{6:x}, {7:x}), but neither waits for "
      "the other",
      describe(group, race.earlier, names),
      race.earlierWrites ? "writes" : "reads",
      describe(group, race.later, names), race.laterWrites ? "writes" : "reads",
      spaceName(where.space), lane, where.begin, where.end);
}

static llvm::Error reportRaces(const CommandGroup &group,
                               const std::vector<Race> &races,
                               const CommandNames &names) {
  if (races.empty())
    return llvm::Error::success();
  std::string text;
  llvm::raw_string_ostream out(text);
  out << races.size() << (races.size() == 1 ? " race" : " races");
  for (const Race &race : llvm::ArrayRef(races).take_front(maxReportedRaces))
    out << "\n  " << describe(group, race, names);
  if (races.size() > maxReportedRaces)
    out << "\n  and " << races.size() - maxReportedRaces << " more";
  return refuse(out.str());
}

/// Executes the commands of `order` one after the other.
static llvm::Error runInOrder(Machine &machine, const CommandGroup &group,
                              const Order &order, const RunOptions &options) {
  std::optional<RaceDetector> detector;
  if (options.checkRaces) {
    detector.emplace(group);
    machine.observe(
        [&](const MemoryAccess &access) { detector->access(access); });
  }
  auto stopObserving = llvm::make_scope_exit([&] {
    if (detector)
      machine.observe({});
  });

  for (const CommandTime &time : order.times) {
    if (options.stop && options.stop())
      return stopped();
    CommandId command = time.command;
    const isa::Instruction &instruction =
        group.of(command.engine)[command.id - 1];
    if (detector)
      detector->begin(command);
    if (!isEnd(instruction))
      if (llvm::Error error = execute(machine, instruction))
        return refuse(describe(group, command, options.names) + ": " +
                      llvm::toString(std::move(error)));
    if (detector) {
      detector->end();
      if (detector->isExhausted())
        return refuse(describe(group, command, options.names) +
                      ": accesses in too many pieces to look for races");
    }
    if (options.finished)
      options.finished(command);
  }
  if (detector && order.isOver(group, isa::Engine::Tiu) &&
      order.isOver(group, isa::Engine::Gdma))
    return reportRaces(group, detector->races(), options.names);
  return llvm::Error::success();
}

llvm::Expected<Order> tpu_mlir::sim::run(Machine &machine,
                                         const CommandGroup &group,
                                         const RunOptions &options) {
  Order order = orderOf(group, options.cycles);
  if (options.execute) {
    bool isFollowed =
        options.checkRaces || machine.followsAccesses() || options.finished;
    llvm::Error error =
        machine.pool() && !isFollowed
            ? runConcurrently(machine, *machine.pool(), group, order, options)
            : runInOrder(machine, group, order, options);
    if (error)
      return std::move(error);
  }
  if (!order.isOver(group, isa::Engine::Tiu) ||
      !order.isOver(group, isa::Engine::Gdma))
    return deadlock(group, order, options.names);
  return order;
}
