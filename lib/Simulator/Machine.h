//===- Machine.h - The state of one chip: its memories ---------*- C++ -*-===//
//
// A machine is a value: copying it copies its memories, any number may live in
// one process. Every access is checked; whether bytes were written before they
// are read, and who touches what, is followed only when asked for.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "lib/Isa/AddressMap.h"
#include "lib/Isa/Lanes.h"
#include "lib/Simulator/Refuse.h"
#include "lib/Simulator/WrittenBytes.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <cassert>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace tpu_mlir::sim {

class ThreadPool;

// The memories of the chip whose instructions are here: compute commands are
// fastest where these are constants.
constexpr unsigned laneCount = bm1684xMap.lanes;
constexpr uint64_t laneBytes = bm1684xMap.laneBytes;
constexpr uint64_t localBytes = bm1684xMap.localBytes();
constexpr uint64_t staticBytes = bm1684xMap.staticBytes;
constexpr uint64_t localBase = bm1684xMap.localBase;
constexpr uint64_t staticBase = bm1684xMap.staticBase;
constexpr uint64_t l2Base = bm1684xMap.l2Base;
constexpr uint64_t globalBase = bm1684xMap.globalBase;

enum class Space : uint8_t { Local, Static, L2, Global };
constexpr unsigned spaceCount = 4;

/// "local memory", "static memory", ...
llvm::StringRef spaceName(Space space);

/// A byte of one memory: for the local memory, lane * laneBytes + offset.
struct Location {
  Space space;
  uint64_t offset;

  unsigned lane() const { return unsigned(offset / laneBytes); }
  uint64_t inLane() const { return offset % laneBytes; }
};

/// One contiguous access, as an observer sees it. For the local memory begin
/// and end count within the lane, elsewhere from the start of the memory.
struct MemoryAccess {
  Space space;
  unsigned lane; ///< 0 outside the local memory
  uint64_t begin, end;
  bool write;
};

class Machine {
public:
  using Observer = std::function<void(const MemoryAccess &)>;

  /// A machine with the memories of a chip, which must outlive it, and
  /// `globalBytes` bytes of global memory, all zero.
  explicit Machine(const AddressMap &map, uint64_t globalBytes = 0);
  /// The same; fails if this computer does not have the memory.
  static llvm::Expected<Machine> make(const AddressMap &map,
                                      uint64_t globalBytes);

  const AddressMap &map() const { return *memoryMap; }
  uint64_t size(Space space) const { return memory(space).size(); }

  /// The memory an address belongs to, as the GDMA decodes it; an error if
  /// there is none.
  llvm::Expected<Location> decode(uint64_t address) const;

  /// The local memory byte a TIU operand begins at: lane * laneBytes + offset,
  /// with or without localBase added.
  llvm::Expected<Location> decodeTiu(uint64_t address) const;

  /// Checks an access of `size` bytes and returns where they are. Fails if they
  /// reach beyond the memory, if the place is no multiple of `alignment`, or,
  /// for a read on a machine that follows it, if a byte was never written.
  /// Runs of the local memory may cross lanes (the GDMA sees one array).
  llvm::Expected<const uint8_t *> read(Location at, uint64_t size,
                                       unsigned alignment = 1);
  llvm::Expected<uint8_t *> write(Location at, uint64_t size,
                                  unsigned alignment = 1);

  /// The same for an address as the GDMA writes it.
  llvm::Expected<const uint8_t *> read(uint64_t address, uint64_t size,
                                       unsigned alignment = 1);
  llvm::Expected<uint8_t *> write(uint64_t address, uint64_t size,
                                  unsigned alignment = 1);

  /// Lets `bytes` stand at an address of the global memory, initialised,
  /// without a copy until something is written there. They must live as long as
  /// the machine and its copies. Only one range is lent at a time. Fails if
  /// they reach beyond the memory.
  llvm::Error lend(uint64_t address, llvm::ArrayRef<uint8_t> bytes);

  /// Unchecked bytes, for a caller that has checked its operands
  /// (TransferView), to read or to write.
  const uint8_t *readable(Location at, uint64_t size);
  uint8_t *writable(Location at, uint64_t size);

  /// All bytes of a memory of which nothing is lent.
  uint8_t *data(Space space) {
    assert(space != Space::Global || lent.empty());
    return memory(space).data();
  }
  const uint8_t *data(Space space) const {
    assert(space != Space::Global || lent.empty());
    return memory(space).data();
  }
  uint8_t *lane(unsigned index) {
    return data(Space::Local) + index * memoryMap->laneBytes;
  }
  const uint8_t *lane(unsigned index) const {
    return data(Space::Local) + index * memoryMap->laneBytes;
  }

  /// True when single accesses matter: someone observes them or uninitialised
  /// reads are errors. Only then must instructions report every run.
  bool followsAccesses() const { return observer || !initialised.empty(); }

  /// From now on, reading a byte that no write has covered since is an error.
  void followInitialised();
  bool isInitialised(Location at, uint64_t size) const;

  /// Calls `callback` for each access from now on; empty to stop.
  void observe(Observer callback) { observer = std::move(callback); }

  /// Reports an access whose bounds have been checked: informs the observer,
  /// checks (read) or records (write) initialisation.
  llvm::Error follow(Location at, uint64_t size, bool isWrite);

  /// The lanes that compute commands write, whatever they say themselves; set
  /// by system commands.
  std::optional<isa::Lanes> laneMask;

  /// Workers that instructions may spread lanes over; copies share them.
  /// One thread (no pool) at first.
  void useThreads(unsigned count);
  /// Null on one thread.
  ThreadPool *pool() { return workers.get(); }
  /// Calls body(i) for each i below count, on all workers; returns when done.
  void parallelFor(unsigned count, llvm::function_ref<void(unsigned)> body);

private:
  Bytes &memory(Space space) { return memories[unsigned(space)]; }
  const Bytes &memory(Space space) const { return memories[unsigned(space)]; }
  llvm::Error check(Location at, uint64_t size, unsigned alignment,
                    bool isWrite) const;

  /// Whether an access meets lent bytes.
  bool meetsLent(Location at, uint64_t size) const {
    return at.space == Space::Global && !lent.empty() &&
           at.offset < lentAt + lent.size() && at.offset + size > lentAt;
  }
  void copyLent();

  const AddressMap *memoryMap;
  Bytes memories[spaceCount];
  llvm::ArrayRef<uint8_t> lent; ///< of the global memory, in place of its own
  uint64_t lentAt = 0;          ///< offset
  std::vector<WrittenBytes> initialised; ///< by memory; empty: not followed
  Observer observer;
  std::shared_ptr<ThreadPool> workers;
};

} // namespace tpu_mlir::sim
