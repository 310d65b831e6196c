//===- Machine.cpp - The state of one chip: its memories ------------------===//
#include "lib/Simulator/Machine.h"

#include "lib/Simulator/ThreadPool.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include <algorithm>
#include <cstring>

using namespace tpu_mlir::sim;

/// "local memory, lane 3, bytes [0x10, 0x20)".
static std::string describe(Location at, uint64_t size) {
  if (at.space != Space::Local)
    return llvm::formatv("{0}, bytes [{1:x}, {2:x})", spaceName(at.space),
                         at.offset, at.offset + size);
  return llvm::formatv("local memory, lane {0}, bytes [{1:x}, {2:x})",
                       at.lane(), at.inLane(), at.inLane() + size);
}

llvm::StringRef tpu_mlir::sim::spaceName(Space space) {
  switch (space) {
  case Space::Local:
    return "local memory";
  case Space::Static:
    return "static memory";
  case Space::L2:
    return "L2 memory";
  case Space::Global:
    return "global memory";
  }
  llvm_unreachable("no such memory");
}

static uint8_t *zeroed(uint64_t size) {
  return static_cast<uint8_t *>(std::calloc(std::max<uint64_t>(size, 1), 1));
}

std::optional<Bytes> Bytes::allocate(uint64_t size) {
  uint8_t *owned = zeroed(size);
  if (!owned)
    return std::nullopt;
  return Bytes(size, owned);
}

Bytes::Bytes(uint64_t size) : Bytes(size, zeroed(size)) {
  if (!bytes)
    llvm::report_bad_alloc_error("memory of a simulated machine");
}

Bytes::Bytes(const Bytes &other) : Bytes(other.length) {
  std::memcpy(bytes.get(), other.bytes.get(), length);
}

Bytes &Bytes::operator=(Bytes other) {
  std::swap(length, other.length);
  std::swap(bytes, other.bytes);
  return *this;
}

Machine::Machine(const AddressMap &map, uint64_t globalBytes)
    : memoryMap(&map), memories{Bytes(map.localBytes()), Bytes(map.staticBytes),
                                Bytes(map.l2Bytes), Bytes(globalBytes)} {}

llvm::Expected<Machine> Machine::make(const AddressMap &map,
                                      uint64_t globalBytes) {
  std::optional<Bytes> global = Bytes::allocate(globalBytes);
  if (!global)
    return refuse(llvm::formatv("this computer has no {0} bytes for the "
                                "chip's global memory",
                                globalBytes));
  Machine machine(map);
  machine.memory(Space::Global) = std::move(*global);
  return machine;
}

llvm::Expected<Location> Machine::decode(uint64_t address) const {
  const std::pair<Space, uint64_t> bases[] = {
      {Space::Global, memoryMap->globalBase},
      {Space::Local, memoryMap->localBase},
      {Space::Static, memoryMap->staticBase},
      {Space::L2, memoryMap->l2Base}};
  for (auto [space, base] : bases)
    if (address >= base && address - base < size(space))
      return Location{space, address - base};
  return refuse(llvm::formatv("address {0:x} is in no memory (global memory "
                              "ends at {1:x})",
                              address,
                              memoryMap->globalBase + size(Space::Global)));
}

llvm::Expected<Location> Machine::decodeTiu(uint64_t address) const {
  uint64_t base = memoryMap->localBase;
  uint64_t offset = address >= base ? address - base : address;
  if (offset < size(Space::Local))
    return Location{Space::Local, offset};
  return refuse(llvm::formatv("address {0:x} is not in local memory", address));
}

llvm::Error Machine::check(Location at, uint64_t size, unsigned alignment,
                           bool isWrite) const {
  const char *verb = isWrite ? "write to" : "read of";
  uint64_t available = this->size(at.space);
  if (at.offset > available || size > available - at.offset)
    return refuse(llvm::formatv("{0} {1}: out of range, the memory has {2} "
                                "bytes{3}",
                                verb, describe(at, size),
                                at.space == Space::Local ? memoryMap->laneBytes
                                                         : available,
                                at.space == Space::Local ? " a lane" : ""));
  if (at.offset % alignment)
    return refuse(llvm::formatv("{0} {1}: misaligned, must begin at a "
                                "multiple of {2} bytes",
                                verb, describe(at, size), alignment));
  return llvm::Error::success();
}

llvm::Expected<const uint8_t *> Machine::read(Location at, uint64_t size,
                                              unsigned alignment) {
  if (llvm::Error error = check(at, size, alignment, /*isWrite=*/false))
    return std::move(error);
  if (followsAccesses())
    if (llvm::Error error = follow(at, size, /*isWrite=*/false))
      return std::move(error);
  return readable(at, size);
}

llvm::Expected<uint8_t *> Machine::write(Location at, uint64_t size,
                                         unsigned alignment) {
  if (llvm::Error error = check(at, size, alignment, /*isWrite=*/true))
    return std::move(error);
  if (followsAccesses())
    if (llvm::Error error = follow(at, size, /*isWrite=*/true))
      return std::move(error);
  return writable(at, size);
}

llvm::Expected<const uint8_t *> Machine::read(uint64_t address, uint64_t size,
                                              unsigned alignment) {
  llvm::Expected<Location> at = decode(address);
  if (!at)
    return at.takeError();
  return read(*at, size, alignment);
}

llvm::Expected<uint8_t *> Machine::write(uint64_t address, uint64_t size,
                                         unsigned alignment) {
  llvm::Expected<Location> at = decode(address);
  if (!at)
    return at.takeError();
  return write(*at, size, alignment);
}

llvm::Error Machine::lend(uint64_t address, llvm::ArrayRef<uint8_t> bytes) {
  llvm::Expected<Location> at = decode(address);
  if (!at)
    return at.takeError();
  if (at->space != Space::Global)
    return refuse("only global memory takes lent bytes");
  if (llvm::Error error =
          check(*at, bytes.size(), /*alignment=*/1, /*isWrite=*/true))
    return error;
  copyLent();
  lent = bytes;
  lentAt = at->offset;
  return followsAccesses() ? follow(*at, bytes.size(), /*isWrite=*/true)
                           : llvm::Error::success();
}

/// Makes lent bytes the memory's own.
void Machine::copyLent() {
  if (!lent.empty())
    std::memcpy(memory(Space::Global).data() + lentAt, lent.data(),
                lent.size());
  lent = {};
}

const uint8_t *Machine::readable(Location at, uint64_t size) {
  if (meetsLent(at, size)) {
    bool isInside =
        at.offset >= lentAt && at.offset + size <= lentAt + lent.size();
    if (isInside)
      return lent.data() + (at.offset - lentAt);
    copyLent();
  }
  return memory(at.space).data() + at.offset;
}

uint8_t *Machine::writable(Location at, uint64_t size) {
  if (meetsLent(at, size))
    copyLent();
  return memory(at.space).data() + at.offset;
}

void Machine::followInitialised() {
  initialised.clear();
  for (const Bytes &bytes : memories)
    initialised.emplace_back(bytes.size());
}

bool Machine::isInitialised(Location at, uint64_t size) const {
  if (initialised.empty() || size == 0)
    return true;
  return initialised[unsigned(at.space)].contains(at.offset, at.offset + size);
}

llvm::Error Machine::follow(Location at, uint64_t size, bool isWrite) {
  if (size == 0)
    return llvm::Error::success();
  if (!isWrite && !isInitialised(at, size))
    return refuse("read of " + describe(at, size) +
                  ": not written before (uninitialised)");
  if (isWrite && !initialised.empty())
    initialised[unsigned(at.space)].add(at.offset, at.offset + size);
  if (!observer)
    return llvm::Error::success();
  if (at.space != Space::Local) {
    observer({at.space, 0, at.offset, at.offset + size, isWrite});
    return llvm::Error::success();
  }
  for (uint64_t end = at.offset + size; at.offset < end;) {
    uint64_t run = std::min(end - at.offset, laneBytes - at.inLane());
    observer({at.space, at.lane(), at.inLane(), at.inLane() + run, isWrite});
    at.offset += run;
  }
  return llvm::Error::success();
}

void Machine::useThreads(unsigned count) {
  workers = count > 1 ? std::make_shared<ThreadPool>(count) : nullptr;
}

void Machine::parallelFor(unsigned count,
                          llvm::function_ref<void(unsigned)> body) {
  if (workers && count > 1)
    return workers->parallelFor(count, body);
  for (unsigned i = 0; i < count; ++i)
    body(i);
}
