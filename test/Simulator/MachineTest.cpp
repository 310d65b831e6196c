//===- MachineTest.cpp - Bounds, initialisation and observers -------------===//
#include "Check.h"

#include "lib/Simulator/Engines/RaceDetector.h"
#include "lib/Simulator/Machine.h"
#include "lib/Simulator/TensorView.h"
#include <algorithm>
#include <random>
#include <vector>

using namespace tpu_mlir;
using namespace tpu_mlir::sim;

static void checkAddresses(Checks &checks) {
  Machine machine(bm1684xMap, 1 << 20);
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

/// The vendor's memory map (sophgo/tpu-mlir
/// python/debugger/target_1684x/memmap.py; docs/targets/bm1684x.md).
static void checkVendorsMap(Checks &checks) {
  Machine machine(bm1684xMap, 4096);
  auto isAt = [&](uint64_t address, Space space, uint64_t offset) {
    llvm::Expected<Location> at = machine.decode(address);
    bool holds = at && at->space == space && at->offset == offset;
    if (!at)
      llvm::consumeError(at.takeError());
    return holds;
  };
  for (uint64_t lane = 0; lane < 64; ++lane)
    checks.expect(
        isAt(0x0800'0000 + lane * 0x4'0000, Space::Local, lane * 0x4'0000) &&
            machine.decodeTiu(lane * 0x4'0000)->lane() == lane,
        "64 lanes of 256 KiB begin at 0x0800_0000");
  checks.expect(isAt(0x08ff'ffff, Space::Local, 0xff'ffff) &&
                    isAt(0x0900'0000, Space::Static, 0) &&
                    isAt(0x0900'3fff, Space::Static, 0x3fff),
                "16 KiB of static memory follow");
  checks.expectError(machine.decode(0x0900'4000), "is in no memory");
  checks.expect(isAt(0x1000'0000, Space::L2, 0) &&
                    isAt(0x101f'ffff, Space::L2, 0x1f'ffff),
                "2 MiB of L2 memory begin at 0x1000_0000");
  checks.expectError(machine.decode(0x1020'0000), "is in no memory");
  checks.expect(isAt(0x1'0000'0000, Space::Global, 0) &&
                    isAt(0x1'0000'0fff, Space::Global, 4095),
                "global memory begins at 0x1_0000_0000");
  checks.expectError(machine.decode(0x1'0000'1000), "is in no memory");
}

/// A chip with other memories is another map, no other machine.
static void checkOtherMap(Checks &checks) {
  AddressMap other = bm1684xMap;
  other.lanes = 32;
  other.laneBytes = 128 * 1024;
  other.staticBytes = 64 * 1024;
  Machine machine(other, 64);
  checks.expect(machine.size(Space::Local) == 4 << 20 &&
                    machine.size(Space::Static) == 64 << 10 &&
                    machine.lane(31) - machine.lane(0) == 31 * 128 * 1024,
                "memories are as large as the map says");
  checks.expectError(machine.decode(other.localBase + (4 << 20)),
                     "is in no memory");
}

static void checkViews(Checks &checks) {
  Machine machine(bm1684xMap);
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
  Machine machine(bm1684xMap);
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

/// Against one bool a byte, at a place that 32 bits cannot count.
static void checkWrittenBytes(Checks &checks) {
  constexpr uint64_t base = (uint64_t(5) << 30) + 3, size = 64;
  WrittenBytes written(base + size);
  std::vector<bool> expected(size);
  std::mt19937 engine(1);
  bool equal = true;
  for (unsigned round = 0; round < 40; ++round) {
    uint64_t begin = engine() % size, end = begin + engine() % 6;
    end = std::min(end, size);
    written.add(base + begin, base + end);
    std::fill(expected.begin() + begin, expected.begin() + end, true);
    for (uint64_t i = 0; i < size; ++i)
      for (uint64_t j = i; j <= size; ++j)
        equal &= written.contains(base + i, base + j) ==
                 (std::find(expected.begin() + i, expected.begin() + j,
                            false) == expected.begin() + j);
  }
  checks.expect(equal, "written ranges are those that were added");
  checks.expect(!written.contains((base & UINT32_MAX) - 1, base & UINT32_MAX),
                "addresses do not wrap");
}

static void checkLentBytes(Checks &checks) {
  const std::vector<uint8_t> bytes = {1, 2, 3, 4, 5, 6, 7, 8};
  Machine machine(bm1684xMap, 64);
  checks.expectError(machine.lend(globalBase + 57, bytes), "out of range");
  checks.expectError(machine.lend(localBase, bytes), "only global memory");
  machine.followInitialised();
  *llvm::cantFail(machine.write(globalBase + 24, 1)) = 9;
  checks.expect(!machine.lend(globalBase + 16, bytes), "room for the bytes");
  auto byte = [&](Machine &of, uint64_t offset) {
    return *llvm::cantFail(of.read(globalBase + offset, 1));
  };
  checks.expect(llvm::cantFail(machine.read(globalBase + 18, 6)) == &bytes[2],
                "lent bytes are read where they are");
  checks.expect(byte(machine, 24) == 9, "those beside them are the memory's");
  Machine before = machine;
  const uint8_t *both = llvm::cantFail(machine.read(globalBase + 22, 3));
  checks.expect(both[0] == 7 && both[1] == 8 && both[2] == 9,
                "an access may reach beyond them");
  *llvm::cantFail(before.write(globalBase + 17, 1)) = 20;
  checks.expect(byte(before, 17) == 20 && byte(before, 16) == 1 &&
                    byte(machine, 17) == 2 && bytes[1] == 2,
                "a write changes one machine, not what was lent");
  checks.expect(!machine.lend(globalBase, bytes) && byte(machine, 1) == 2 &&
                    byte(machine, 17) == 2,
                "what was lent before stays");
  checks.expectError(machine.read(globalBase + 40, 1), "uninitialised");
}

/// Bytes of every other kind: no two pieces can be joined.
static void checkPieces(Checks &checks) {
  CommandGroup group;
  group.tiu.resize(2, isa::Arith());
  RaceDetector detector(group, /*mostPieces=*/200'000);
  auto touch = [&](uint32_t command, uint64_t pieces) {
    detector.begin({isa::Engine::Tiu, command});
    for (uint64_t i = 0; i < pieces; ++i)
      for (bool again : {false, true})
        detector.access({Space::Global, 0, 2 * i, 2 * i + 1, again});
    detector.end();
  };
  touch(1, 40'000);
  checks.expect(!detector.isExhausted(), "these pieces can be followed");
  touch(2, 210'000);
  checks.expect(detector.isExhausted(), "a detector does not grow for ever");
}

void checkMachine(Checks &checks) {
  checkAddresses(checks);
  checkVendorsMap(checks);
  checkOtherMap(checks);
  checkViews(checks);
  checkFollowing(checks);
  checkWrittenBytes(checks);
  checkLentBytes(checks);
  checkPieces(checks);
}
