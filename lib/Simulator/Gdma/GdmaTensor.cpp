//===- GdmaTensor.cpp - Copies of tensors with strides on both sides ------===//
#include "lib/Simulator/Execute.h"
#include "lib/Simulator/Gdma/Sides.h"
#include "llvm/Support/FormatVariadic.h"

using namespace tpu_mlir;
using namespace tpu_mlir::sim;

/// The four-bank functions write four copies, in quarters of the upper half of
/// a lane.
static constexpr uint64_t fourBankBegin = 128 << 10;
static constexpr uint64_t fourBankBytes = 32 << 10;

static bool isBroadcast(isa::GdmaTensorOp function) {
  return function == isa::GdmaTensorOp::Broadcast ||
         function == isa::GdmaTensorOp::FourBankBroadcast;
}

static bool isFourBank(isa::GdmaTensorOp function) {
  return function == isa::GdmaTensorOp::FourBankCopy ||
         function == isa::GdmaTensorOp::FourBankBroadcast;
}

/// Place i of the target is axis order[i] of the source.
static std::array<unsigned, 4> orderOf(isa::GdmaTensorOp function) {
  switch (function) {
  case isa::GdmaTensorOp::Transpose:
    return {1, 0, 2, 3};
  case isa::GdmaTensorOp::Collect:
  case isa::GdmaTensorOp::Distribute:
    return {0, 3, 2, 1};
  default:
    return {0, 1, 2, 3};
  }
}

static llvm::Error checkFunction(const isa::GdmaTensor &command) {
  if (command.cmd_special_function >
      uint32_t(isa::GdmaTensorOp::FourBankBroadcast))
    return refuse(llvm::formatv("there is no special function {0}",
                                command.cmd_special_function));
  if (!command.fill_constant_en)
    return llvm::Error::success();
  if (orderOf(command.function())[1] == 3)
    return refuse("a constant cannot be collected or distributed");
  if (isFourBank(command.function()))
    return refuse("a constant cannot be written to four banks");
  return llvm::Error::success();
}

static Shape4 targetShape(const isa::GdmaTensor &command) {
  Shape4 source = sourceShape(command);
  if (isBroadcast(command.function()))
    return {source.n, command.dst_csize, source.h, source.w};
  if (command.function() == isa::GdmaTensorOp::Transpose)
    return {source.c, source.n, source.h, source.w};
  if (orderOf(command.function())[1] == 3)
    return {source.n, source.w, source.h, source.c};
  return command.nchw_copy ? source : givenTargetShape(command);
}

/// The elements in the order of the target.
static llvm::Expected<Packed> elements(Machine &machine,
                                       const isa::GdmaTensor &command,
                                       unsigned bytes, const Shape4 &target) {
  uint64_t count = uint64_t(target.n) * target.c * target.h * target.w;
  if (command.fill_constant_en)
    return repeated(command.constant_value, count, bytes);
  Shape4 shape = sourceShape(command);
  if (isBroadcast(command.function()))
    shape.c = 1;
  bool copies = command.function() == isa::GdmaTensorOp::Copy;
  llvm::Expected<TransferView> source =
      sourceView(machine, command, bytes, shape, /*wStrides=*/copies);
  if (!source)
    return source.takeError();
  if (!isBroadcast(command.function()) && source->count() != count)
    return refuse(
        llvm::formatv("source and target differ in size: {0} and {1} elements",
                      source->count(), count));
  llvm::Expected<Packed> data = source->read(machine);
  if (!data)
    return data.takeError();
  if (!isBroadcast(command.function()))
    return permuted(*data, shape, orderOf(command.function()), bytes);
  uint64_t plane = uint64_t(shape.h) * shape.w * bytes;
  Packed result;
  result.reserve(count * bytes);
  for (uint32_t n = 0; n < shape.n; ++n)
    for (uint32_t c = 0; c < target.c; ++c)
      result.insert(result.end(), data->begin() + n * plane,
                    data->begin() + (n + 1) * plane);
  return result;
}

/// A copy between two memories, without holding all of it: a weight can have
/// many megabytes.
static llvm::Error copyInPieces(Machine &machine, const TransferView &source,
                                const TransferView &target, unsigned bytes,
                                isa::Lanes mask) {
  constexpr uint64_t pieceBytes = 1 << 18;
  const Shape4 &shape = target.shape();
  uint64_t plane = uint64_t(shape.h) * shape.w * bytes;
  uint32_t together = std::max<uint64_t>(1, pieceBytes / plane);
  for (uint32_t n = 0; n < shape.n; ++n)
    for (uint32_t c = 0; c < shape.c; c += together) {
      uint32_t channels = std::min(together, shape.c - c);
      llvm::Expected<Packed> data = source.slice(n, c, channels).read(machine);
      if (!data)
        return data.takeError();
      if (llvm::Error error =
              target.slice(n, c, channels).write(machine, *data, mask))
        return error;
    }
  return llvm::Error::success();
}

llvm::Error tpu_mlir::sim::execute(Machine &machine,
                                   const isa::GdmaTensor &command) {
  if (llvm::Error error = checkFunction(command))
    return error;
  llvm::Expected<unsigned> bytes = transferElementBytes(command);
  if (!bytes)
    return bytes.takeError();
  Shape4 shape = targetShape(command);
  bool copies = command.function() == isa::GdmaTensorOp::Copy;
  llvm::Expected<TransferView> target =
      targetView(machine, command, *bytes, shape, command.dstAddress(), copies);
  if (!target)
    return target.takeError();
  isa::Lanes mask(command.laneMask());
  if (isBroadcast(command.function())) {
    if (!target->isLocal())
      return refuse("the target of a broadcast must be local memory");
    if (target->firstLane() + shape.c > laneCount)
      return refuse(llvm::formatv(
          "a broadcast to {0} lanes from lane {1} on passes the last lane",
          shape.c, target->firstLane()));
    if (mask != isa::Lanes::all())
      return refuse("a broadcast must leave no lane out of its mask");
  }
  if (copies && !command.fill_constant_en) {
    llvm::Expected<TransferView> source = sourceView(
        machine, command, *bytes, sourceShape(command), /*wStrides=*/true);
    if (!source)
      return source.takeError();
    if (source->shape() == shape && source->space() != target->space())
      return copyInPieces(machine, *source, *target, *bytes, mask);
  }
  llvm::Expected<Packed> data = elements(machine, command, *bytes, shape);
  if (!data)
    return data.takeError();
  if (!isFourBank(command.function()))
    return target->write(machine, *data, mask);

  uint64_t offset = target->at(0, 0).inLane();
  if (!target->isLocal() || offset < fourBankBegin ||
      offset >= fourBankBegin + fourBankBytes)
    return refuse("the target of a four-bank copy must begin between "
                  "bytes 0x20000 and 0x28000 of a lane");
  for (unsigned copy = 0; copy < 4; ++copy) {
    llvm::Expected<TransferView> bank =
        targetView(machine, command, *bytes, shape,
                   command.dstAddress() + copy * fourBankBytes, copies);
    if (!bank)
      return bank.takeError();
    if (llvm::Error error = bank->write(machine, *data, mask))
      return error;
  }
  return llvm::Error::success();
}
