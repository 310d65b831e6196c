//===- Engine.cpp - Runs the two command streams of a group ---------------===//
#include "lib/Simulator/Engine.h"

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

namespace {
/// Where the engines are.
struct Progress {
  uint32_t next[2] = {1, 1};                  ///< id of the command to run next
  std::vector<uint64_t> ends[2] = {{0}, {0}}; ///< by id; 0 before the first

  bool isOver(const CommandGroup &group, isa::Engine engine) const {
    return next[unsigned(engine)] > group.of(engine).size();
  }

  /// When the engine's next command could start; nothing if the engine has
  /// none or has to wait for one that has not run.
  std::optional<uint64_t> start(const CommandGroup &group,
                                isa::Engine engine) const {
    if (isOver(group, engine))
      return std::nullopt;
    uint32_t waited =
        isa::dependency(group.of(engine)[next[unsigned(engine)] - 1]);
    const std::vector<uint64_t> &others = ends[unsigned(otherEngine(engine))];
    if (waited >= others.size())
      return std::nullopt;
    return std::max(ends[unsigned(engine)].back(), others[waited]);
  }
};
} // namespace

static llvm::Error deadlock(const CommandGroup &group, const Progress &progress,
                            const CommandNames &names) {
  std::string text = "the engines wait for each other:";
  for (isa::Engine engine : {isa::Engine::Tiu, isa::Engine::Gdma}) {
    if (progress.isOver(group, engine))
      continue;
    CommandId command{engine, progress.next[unsigned(engine)]};
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

llvm::Expected<GroupReport> tpu_mlir::sim::run(Machine &machine,
                                               const CommandGroup &group,
                                               const RunOptions &options) {
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

  GroupReport report;
  Progress progress;
  while (true) {
    std::optional<uint64_t> tiu = progress.start(group, isa::Engine::Tiu);
    std::optional<uint64_t> gdma = progress.start(group, isa::Engine::Gdma);
    if (!tiu && !gdma)
      break;
    isa::Engine engine =
        tiu && (!gdma || *tiu <= *gdma) ? isa::Engine::Tiu : isa::Engine::Gdma;
    uint64_t start = engine == isa::Engine::Tiu ? *tiu : *gdma;
    CommandId command{engine, progress.next[unsigned(engine)]++};
    const isa::Instruction &instruction = group.of(engine)[command.id - 1];
    if (detector)
      detector->begin(command);
    if (options.execute && !isEnd(instruction))
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
    uint64_t end = start + (options.cycles ? options.cycles(instruction) : 0);
    progress.ends[unsigned(engine)].push_back(end);
    report.times.push_back({command, start, end});
    report.cycles = std::max(report.cycles, end);
  }
  if (!progress.isOver(group, isa::Engine::Tiu) ||
      !progress.isOver(group, isa::Engine::Gdma))
    return deadlock(group, progress, options.names);
  if (detector)
    if (llvm::Error error =
            reportRaces(group, detector->races(), options.names))
      return std::move(error);
  return report;
}
