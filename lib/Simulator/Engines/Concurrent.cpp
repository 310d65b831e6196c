//===- Concurrent.cpp - Runs commands of both engines at once -------------===//
#include "lib/Simulator/Engines/Concurrent.h"

#include "lib/Simulator/Engines/Reach.h"
#include "lib/Simulator/Execute.h"
#include "lib/Simulator/ThreadPool.h"
#include <deque>

using namespace tpu_mlir;
using namespace tpu_mlir::sim;
using isa::Engine;

/// Commands of the other engine that one is compared with; it waits for all
/// before them.
static constexpr size_t mostCompared = 64;
/// Transfers that a worker takes at once.
static constexpr uint32_t mostTogether = 8;

/// For each command in order: the last one of the other engine that must be
/// over before it may start. It comes first in order, and the command waits for
/// it, or they touch the same bytes.
static std::vector<uint32_t> neededCommands(const CommandGroup &group,
                                            const Order &order) {
  std::vector<uint32_t> needed;
  needed.reserve(order.times.size());
  std::deque<Reach> recent[2];
  uint32_t last[2] = {0, 0};
  for (const CommandTime &time : order.times) {
    auto [engine, id] = time.command;
    unsigned own = unsigned(engine), other = 1 - own;
    const isa::Instruction &instruction = group.of(engine)[id - 1];
    Reach reach = Reach::of(instruction);
    // Those before the ones that are still known.
    uint32_t before = last[other] - uint32_t(recent[other].size());
    uint32_t need = std::max(isa::dependency(instruction), before);
    for (uint32_t candidate = last[other]; candidate > need; --candidate)
      if (reach.conflicts(recent[other][candidate - before - 1]))
        need = candidate;
    needed.push_back(need);
    last[own] = id;
    recent[own].push_back(std::move(reach));
    if (recent[own].size() > mostCompared)
      recent[own].pop_front();
  }
  return needed;
}

namespace {
/// The first failure in order.
struct Failure {
  size_t place = SIZE_MAX; ///< in order
  std::string text;
};
} // namespace

llvm::Error tpu_mlir::sim::runConcurrently(Machine &machine, ThreadPool &pool,
                                           const CommandGroup &group,
                                           const Order &order,
                                           const RunOptions &options) {
  std::vector<uint32_t> needed = neededCommands(group, order);
  std::vector<size_t> places[2]; // in order, by id - 1
  for (size_t place = 0; place < order.times.size(); ++place)
    places[unsigned(order.times[place].command.engine)].push_back(place);

  uint32_t started[2] = {0, 0};           // the last id; the TIU's are over
  std::atomic<uint32_t> transfersOver{0}; // the last id
  std::shared_ptr<ThreadPool::Task> transfers; // under way on a worker
  Failure failure, transferFailure;
  bool isStopped = false;
  auto nextPlace = [&](Engine engine) {
    uint32_t at = started[unsigned(engine)];
    const std::vector<size_t> &all = places[unsigned(engine)];
    return at < all.size() ? all[at] : SIZE_MAX;
  };
  // Whether the engine has a command left that must run before one fails.
  auto hasNext = [&](Engine engine) {
    return !isStopped && nextPlace(engine) < failure.place;
  };
  auto canStart = [&](Engine engine, uint32_t over) {
    return hasNext(engine) && needed[nextPlace(engine)] <= over;
  };
  auto run = [&](size_t place) -> Failure {
    auto [engine, id] = order.times[place].command;
    const isa::Instruction &instruction = group.of(engine)[id - 1];
    if (!isEnd(instruction))
      if (llvm::Error error = execute(machine, instruction))
        return {place, llvm::toString(std::move(error))};
    return {};
  };
  auto note = [&](Failure found) {
    if (found.place < failure.place)
      failure = std::move(found);
  };
  auto startTransfers = [&] {
    uint32_t first = started[unsigned(Engine::Gdma)], end = first;
    while (end - first < mostTogether &&
           canStart(Engine::Gdma, started[unsigned(Engine::Tiu)]))
      end = ++started[unsigned(Engine::Gdma)];
    transfers = pool.start([&, first, end] {
      for (uint32_t at = first; at < end; ++at) {
        transferFailure = run(places[unsigned(Engine::Gdma)][at]);
        if (transferFailure.place != SIZE_MAX)
          return;
        transfersOver = at + 1;
      }
    });
  };
  auto finishTransfers = [&] {
    pool.finish(*transfers);
    transfers.reset();
    note(std::move(transferFailure));
    transferFailure = {};
  };

  while (true) {
    isStopped = isStopped || (options.stop && options.stop());
    if (transfers && transfers->isOver())
      finishTransfers();
    bool isTiu = canStart(Engine::Tiu, transfersOver);
    if (isTiu && !transfers &&
        canStart(Engine::Gdma, started[unsigned(Engine::Tiu)]))
      startTransfers();
    if (isTiu) {
      note(run(nextPlace(Engine::Tiu)));
      ++started[unsigned(Engine::Tiu)];
    } else if (transfers) {
      finishTransfers();
    } else if (hasNext(Engine::Gdma)) {
      // The first in order that is left: all that it needs is over.
      note(run(nextPlace(Engine::Gdma)));
      transfersOver = ++started[unsigned(Engine::Gdma)];
    } else {
      break;
    }
  }
  if (isStopped)
    return stopped();
  if (failure.place == SIZE_MAX)
    return llvm::Error::success();
  CommandId failed = order.times[failure.place].command;
  return refuse(describe(group, failed, options.names) + ": " + failure.text);
}
