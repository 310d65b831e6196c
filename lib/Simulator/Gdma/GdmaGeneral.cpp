//===- GdmaGeneral.cpp - Copies of a contiguous range ---------------------===//
#include "lib/Simulator/Execute.h"
#include "lib/Simulator/Gdma/Transfer.h"
#include "llvm/Support/FormatVariadic.h"
#include <algorithm>
#include <cstring>

using namespace tpu_mlir;
using namespace tpu_mlir::sim;

/// Writes `data`, which must not pass the end of the memory; a run of the local
/// memory may cross lanes, and leaves out those whose bit is clear.
static llvm::Error writeMasked(Machine &machine, Location at,
                               llvm::ArrayRef<uint8_t> data, isa::Lanes lanes) {
  bool local = at.space == Space::Local;
  while (!data.empty()) {
    uint64_t run = data.size();
    if (local)
      run = std::min(run, laneBytes - at.inLane());
    if (!local || lanes.contains(at.lane())) {
      llvm::Expected<uint8_t *> to = machine.write(at, run);
      if (!to)
        return to.takeError();
      std::memcpy(*to, data.data(), run);
    }
    data = data.drop_front(run);
    at.offset += run;
  }
  return llvm::Error::success();
}

llvm::Error tpu_mlir::sim::execute(Machine &machine,
                                   const isa::GdmaGeneral &command) {
  if (command.decompress_enable)
    return refuse("decompression is not supported");
  llvm::Expected<unsigned> bytes = elementBytesOf(command.src_data_format);
  if (!bytes)
    return bytes.takeError();
  for (uint64_t address : {command.srcAddress(), command.dstAddress()})
    if (address % *bytes &&
        !(command.fill_constant_en && address == command.srcAddress()))
      return refuse(llvm::formatv(
          "address {0:x} is misaligned, must be a multiple of {1} bytes",
          address, *bytes));
  uint64_t length = command.src_cstride; // the field holds the number
  llvm::Expected<Location> target = machine.decode(command.dstAddress());
  if (!target)
    return target.takeError();
  if (length * *bytes > machine.size(target->space) - target->offset)
    return refuse("target: passes the end of the " + spaceName(target->space));
  Packed data;
  if (command.fill_constant_en) {
    data = repeated(command.constant_value, length, *bytes);
  } else {
    llvm::Expected<const uint8_t *> from =
        machine.read(command.srcAddress(), length * *bytes);
    if (!from)
      return from.takeError();
    data.assign(*from, *from + length * *bytes);
  }
  if (command.function() != isa::GdmaGeneralOp::Broadcast)
    return writeMasked(machine, *target, data, isa::Lanes(command.laneMask()));

  if (target->space != Space::Local)
    return refuse("the target of a broadcast must be local memory");
  if (target->lane() + command.dst_csize > laneCount)
    return refuse(llvm::formatv(
        "a broadcast to {0} lanes from lane {1} on passes the last lane",
        command.dst_csize, target->lane()));
  if (target->inLane() + data.size() > laneBytes)
    return refuse("a broadcast passes the end of a lane");
  for (uint32_t lane = 0; lane < command.dst_csize; ++lane)
    if (llvm::Error error = writeMasked(
            machine, {Space::Local, target->offset + lane * laneBytes}, data,
            isa::Lanes(command.laneMask())))
      return error;
  return llvm::Error::success();
}
