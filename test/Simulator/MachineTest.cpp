//===- MachineTest.cpp - Bounds, initialisation and observers -------------===//
#include "Check.h"

#include "lib/Simulator/Machine.h"
#include "lib/Simulator/TensorView.h"
#include <vector>

using namespace tpu_mlir::sim;

static void checkAddresses(Checks &checks) {
  Machine machine(1 << 20);
  auto location = machine.decode(localBase + 3 * laneBytes + 16);
  checks.expect(location && location->space == Space::Local &&
                    location->lane() == 3 && location->inLane() == 16,
                "lane 3 is three lanes after the first");
  checks.expectError(machine.read(uint64_t(0x1000), 4), "is in no memory");
  checks.expectError(machine.read(globalBase + (1 << 20) - 2, 4),
                     "out of range");
  checks.expectError(machine.read(globalBase + 2, 4, 4), "misaligned");
  checks.expectError(machine.decodeTiu(localBytes), "not in local memory");
  checks.expect(bool(machine.read(localBase + laneBytes - 4, 8)),
                "runs of the local memory may cross lanes");
}

static void checkViews(Checks &checks) {
  Machine machine;
  // 70 channels from lane 5 on: 59 in the first row of lanes, 11 in a second.
  auto view =
      TensorView::make(machine, 5 * laneBytes + 64, 2, {2, 70, 2, 3}, 0);
  checks.expect(view && view->lane(59) == 0 && view->offset(0, 59) == 64 + 64,
                "channels wrap around to the next row of lanes");
  checks.expect(view && view->offset(1, 0) == 64 + 2 * 64,
                "a batch takes as many rows as its channels reach");
  auto end = TensorView::make(machine, laneBytes - 64, 4, {1, 1, 1, 17}, 0);
  checks.expectError(end->read(machine, "opd0"), "opd0: bytes");
  auto odd = TensorView::make(machine, 2, 4, {1, 1, 1, 1}, 0);
  checks.expectError(odd->read(machine, "opd0"), "misaligned");
  checks.expectError(TensorView::make(machine, 0, 4, {1, 1, 1, 1}, 2),
                     "layout code 2");
}

static void checkFollowing(Checks &checks) {
  Machine machine;
  machine.followInitialised();
  std::vector<MemoryAccess> seen;
  machine.observe([&](const MemoryAccess &access) { seen.push_back(access); });
  auto view = TensorView::make(machine, 0, 2, {1, 1, 2, 3}, 3, {0, 0, 4, 1});
  checks.expect(!view->write(machine, "res0"), "room for the rows");
  checks.expect(seen.size() == 2 && seen[1].begin == 8 && seen[1].end == 14 &&
                    seen[1].write,
                "a strided tensor is written row by row");
  checks.expect(!view->read(machine, "opd0"), "what was written can be read");
  auto whole = TensorView::make(machine, 0, 2, {1, 1, 1, 7}, 0);
  checks.expectError(whole->read(machine, "opd0"), "uninitialised");
  Machine copy = machine;
  copy.lane(0)[0] = 1;
  checks.expect(machine.lane(0)[0] == 0, "a machine is a value");
}

void checkMachine(Checks &checks) {
  checkAddresses(checks);
  checkViews(checks);
  checkFollowing(checks);
}
