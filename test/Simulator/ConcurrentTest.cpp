//===- ConcurrentTest.cpp - Both engines at once, as if one at a time -----===//
//
// Random streams that race, fail and wait in circles: memory, errors and order
// on a machine with threads must be those of a machine without.
//
//===----------------------------------------------------------------------===//
#include "Check.h"

#include "lib/Simulator/Engines/Engine.h"
#include "lib/Simulator/Engines/Reach.h"
#include "lib/Simulator/Execute.h"
#include "lib/Simulator/ThreadPool.h"
#include "lib/Simulator/Work.h"
#include <cstring>
#include <random>

using namespace tpu_mlir;
using namespace tpu_mlir::sim;

/// Commands touch this much of each memory, so that many meet.
static constexpr uint32_t window = 1024;

namespace {
struct Streams {
  std::mt19937 dice;

  uint32_t below(uint32_t count) { return dice() % count; }

  /// res0 = opd0 - opd1 in 64 lanes, sometimes beyond the end of a lane.
  isa::Instruction compute(uint32_t dependency) {
    isa::Arith i;
    i.tsk_eu_typ = uint32_t(isa::ArithOp::Sub);
    i.res0_n = i.res0_h = 1;
    i.res0_c = 1 + below(80);
    i.res0_w = 1 + below(64);
    i.res0_prec = i.opd0_prec = i.opd1_prec = uint32_t(isa::Precision::I8);
    i.tsk_opd_num = 2;
    i.res0_addr = 64 * below(window / 64);
    i.opd0_addr = 64 * below(window / 64);
    i.opd1_addr = 64 * below(window / 64);
    if (below(60) == 0)
      i.res0_addr = laneBytes - 64;
    i.cmd_id_dep = dependency;
    return i;
  }

  /// A copy between the memories, sometimes to where none is.
  isa::Instruction transfer(uint32_t dependency) {
    isa::GdmaGeneral i;
    i.src_cstride = 1 + below(96);
    uint64_t local = localBase + below(64) * laneBytes + below(window);
    uint64_t global = globalBase + below(window);
    bool isLoad = below(2);
    i.setSrcAddress(isLoad ? global : local);
    i.setDstAddress(isLoad ? local : global);
    if (below(60) == 0)
      i.setDstAddress(0x100);
    i.setLaneMask(~uint64_t(0));
    i.cmd_id_dep = dependency;
    return i;
  }

  isa::Instruction mask() {
    isa::LaneMask i;
    i.tsk_eu_typ = uint32_t(isa::LaneMaskOp::Write);
    i.mask_value = uint64_t(dice()) << 32 | dice();
    i.store_valid = below(2);
    return i;
  }

  /// Waits are for commands made before, or, to deadlock, for any.
  CommandGroup make() {
    CommandGroup group;
    unsigned count = 2 + below(40);
    bool isWild = below(8) == 0;
    for (unsigned n = 0; n < count; ++n) {
      bool isTiu = below(2);
      uint32_t others = isTiu ? group.gdma.size() : group.tiu.size();
      uint32_t wait = below(3) ? 0 : below(others + 1 + isWild);
      if (isTiu)
        group.tiu.push_back(below(10) ? compute(wait) : mask());
      else
        group.gdma.push_back(transfer(wait));
    }
    return group;
  }
};

struct Outcome {
  Machine machine{bm1684xMap, window + 128};
  std::string error;
  std::vector<CommandId> order;
};
} // namespace

static Outcome runOn(unsigned threads, const CommandGroup &group, bool timed) {
  Outcome outcome;
  outcome.machine.useThreads(threads);
  for (Space space : {Space::Local, Space::Global})
    for (uint64_t i = 0; i < outcome.machine.size(space); ++i)
      if (i % laneBytes < window + 128)
        outcome.machine.data(space)[i] = uint8_t(i * 29 >> 2);
  RunOptions options;
  if (timed)
    options.cycles = work;
  llvm::Expected<Order> order = run(outcome.machine, group, options);
  if (!order) {
    outcome.error = llvm::toString(order.takeError());
    return outcome;
  }
  for (const CommandTime &time : order->times)
    outcome.order.push_back(time.command);
  return outcome;
}

static bool isSame(const Outcome &a, const Outcome &b) {
  // After an error memory is undefined.
  if (!a.error.empty() || !b.error.empty())
    return a.error == b.error;
  for (Space space : {Space::Local, Space::Global})
    if (std::memcmp(a.machine.data(space), b.machine.data(space),
                    a.machine.size(space)))
      return false;
  return std::equal(a.order.begin(), a.order.end(), b.order.begin(),
                    b.order.end(), [](CommandId x, CommandId y) {
                      return x.engine == y.engine && x.id == y.id;
                    });
}

static void checkStreams(Checks &checks) {
  unsigned different = 0, failed = 0, finished = 0;
  for (unsigned seed = 0; seed < 120; ++seed) {
    CommandGroup group = Streams{std::mt19937(seed)}.make();
    bool timed = seed % 2;
    Outcome alone = runOn(1, group, timed), together = runOn(3, group, timed);
    if (!isSame(alone, together) && ++different)
      llvm::errs() << "seed " << seed << ": '" << alone.error << "', '"
                   << together.error << "'\n";
    ++(alone.error.empty() ? finished : failed);
  }
  checks.expect(different == 0, "the engines run as if one after the other");
  checks.expect(failed > 20 && finished > 20, "streams fail and finish");
}

/// A transfer that waits for nothing runs while the TIU's command does.
static void checkTasks(Checks &checks) {
  ThreadPool pool(2);
  std::atomic<unsigned> calls{0};
  auto task = pool.start([&] { ++calls; });
  auto later = pool.start([&] { ++calls; });
  pool.parallelFor(8, [&](unsigned) { ++calls; });
  pool.finish(*later);
  pool.finish(*task);
  checks.expect(calls == 10 && task->isOver() && later->isOver(),
                "tasks and loops run once");
  ThreadPool one(1);
  auto own = one.start([&] { ++calls; });
  checks.expect(!own->isOver(), "nobody takes the task");
  one.finish(*own);
  checks.expect(calls == 11 && own->isOver(), "the caller runs it");
}

static void checkReach(Checks &checks) {
  isa::Arith i;
  i.tsk_eu_typ = uint32_t(isa::ArithOp::Not);
  i.res0_n = i.res0_h = 1;
  i.res0_c = 2;
  i.res0_w = 16;
  i.opd0_addr = 64;
  i.tsk_lane_num = 1;
  Reach reach = Reach::of(isa::Instruction(i));
  checks.expect(reach.covers({Space::Local, 1, 0, 16, true}),
                "a lane mask may be replaced");
  checks.expect(!reach.covers({Space::Local, 2, 0, 16, true}) &&
                    !reach.covers({Space::Local, 0, 0, 65, true}) &&
                    !reach.covers({Space::Local, 0, 0, 16, false}),
                "other lanes, bytes and reads are not foreseen");
  isa::GdmaGeneral transfer;
  transfer.src_cstride = 16;
  transfer.setSrcAddress(localBase + 64);
  transfer.setDstAddress(globalBase);
  Reach load = Reach::of(isa::Instruction(transfer));
  checks.expect(!load.conflicts(reach), "two may read the same");
  transfer.setSrcAddress(localBase);
  checks.expect(Reach::of(isa::Instruction(transfer)).conflicts(reach),
                "one reads what the other writes");
  transfer.setDstAddress(0x100);
  checks.expect(Reach::of(isa::Instruction(transfer)).conflicts(load),
                "an address in no memory may be anywhere");
}

void checkConcurrent(Checks &checks) {
  checkReach(checks);
  checkTasks(checks);
  checkStreams(checks);
}
