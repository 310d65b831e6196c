//===- RaceDetector.h - Accesses that nothing orders -----------*- C++ -*-===//
//
// Command i of an engine happens after command j of the other one if it, or an
// earlier command of its own engine, waits for j or later. Two accesses to a
// byte, one of them a write, race if neither command happens after the other.
// That depends on the commands alone: whatever order the simulator runs them
// in, a race is found.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "lib/Simulator/Engines/CommandGroup.h"
#include "lib/Simulator/Machine.h"
#include <map>
#include <set>

namespace tpu_mlir::sim {

/// The first bytes that two commands race for.
struct Race {
  CommandId earlier, later; ///< in the order of this run
  bool earlierWrites, laterWrites;
  MemoryAccess where;
};

class RaceDetector {
public:
  /// Follows one run of `group`, in at most `mostPieces` pieces of memory, some
  /// 80 bytes each.
  explicit RaceDetector(const CommandGroup &group, size_t mostPieces = size_t(1)
                                                                       << 24);

  /// The commands must come in an order that the dependencies allow.
  void begin(CommandId command);
  void access(const MemoryAccess &access);
  void end();

  /// The accesses were in more pieces; the detector has stopped, and what it
  /// found is not all.
  bool isExhausted() const { return exhausted; }

  /// One entry for each pair of commands.
  const std::vector<Race> &races() const { return found; }

private:
  /// The last command of each engine that read or wrote some bytes; 0: none,
  /// or none that could still race.
  struct Touched {
    uint32_t reader[2] = {0, 0}, writer[2] = {0, 0};
    bool operator==(const Touched &other) const;
  };
  struct Interval {
    uint64_t end;
    Touched touched;
  };
  /// Disjoint intervals by their beginning.
  using Intervals = std::map<uint64_t, Interval>;

  /// Bytes that the command in hand accesses in one memory or lane.
  struct Ranges {
    std::vector<std::pair<uint64_t, uint64_t>> all;
    size_t joinAt = 1 << 16; ///< neighbours are joined when there are as many
  };
  struct Pending {
    Ranges reads, writes;
  };

  void add(Ranges &ranges, const MemoryAccess &access);
  void join(Ranges &ranges);
  void apply(unsigned place, uint64_t begin, uint64_t end, bool isWrite);
  void touch(Touched &touched, bool isWrite, unsigned place, uint64_t begin,
             uint64_t end);
  Intervals::iterator split(Intervals &intervals, uint64_t at);

  /// Per engine and command: the last command of the other one that it happens
  /// after.
  std::vector<uint32_t> after[2];
  CommandId current{isa::Engine::Tiu, 0};
  std::vector<Intervals> places; ///< 64 lanes, then the other memories
  std::vector<Pending> pending;
  std::vector<unsigned> pendingPlaces;
  size_t mostPieces;
  size_t pieces = 0; ///< pending ranges and intervals
  bool exhausted = false;
  std::vector<Race> found;
  std::set<std::pair<uint32_t, uint32_t>> pairs; ///< TIU and GDMA id
};

} // namespace tpu_mlir::sim
