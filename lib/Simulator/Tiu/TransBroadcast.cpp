//===- TransBroadcast.cpp - TRANS_BC: moves between lanes -----------------===//
#include "lib/Simulator/Execute.h"
#include "lib/Simulator/Tiu/Elements.h"
#include "llvm/Support/FormatVariadic.h"

using namespace tpu_mlir;
using namespace tpu_mlir::sim;
using isa::Precision;
using isa::TransBroadcastOp;

/// Copies to each element of `result` in one of the lanes the element of the
/// source that `find(n, c, h, w)` points to.
template <typename Find>
static void gather(Machine &machine, isa::Lanes lanes, const TensorView &result,
                   Find find) {
  Shape4 shape = result.shape();
  // The source may lie where the result goes.
  std::vector<uint8_t> bytes;
  unsigned size = result.elementBytes();
  auto forEach = [&](auto visit) {
    for (uint32_t n = 0; n < shape.n; ++n)
      for (uint32_t c = 0; c < shape.c; ++c)
        if (lanes.contains(result.lane(c)))
          for (uint32_t h = 0; h < shape.h; ++h)
            for (uint32_t w = 0; w < shape.w; ++w)
              visit(n, c, h, w);
  };
  forEach([&](uint32_t n, uint32_t c, uint32_t h, uint32_t w) {
    const uint8_t *from = find(n, c, h, w);
    bytes.insert(bytes.end(), from, from + size);
  });
  const uint8_t *next = bytes.data();
  forEach([&](uint32_t n, uint32_t c, uint32_t h, uint32_t w) {
    std::memcpy(result.at(machine, n, c, h, w), next, size);
    next += size;
  });
}

/// From local memory: transpositions of c and w, a copy, a broadcast of one
/// channel to all.
static llvm::Error
fromLocal(Machine &machine, const isa::TransBroadcast &command, unsigned size) {
  TransBroadcastOp function = command.function();
  bool transposes = function == TransBroadcastOp::TransposeCW ||
                    function == TransBroadcastOp::TransposeWC;
  Shape4 shape{command.res0_n, command.res0_c, command.res0_h, command.res0_w};
  Shape4 from = shape;
  if (transposes)
    std::swap(from.c, from.w);
  if (function == TransBroadcastOp::LaneBroadcast)
    from.c = 1;
  llvm::Expected<TensorView> source = TensorView::make(
      machine, command.opd0_addr, size, from, unsigned(Layout::Aligned));
  if (!source)
    return source.takeError();
  llvm::Expected<TensorView> result =
      function == TransBroadcastOp::TransposeCW
          ? TensorView::rowAligned(machine, command.res0_addr, size, shape)
          : TensorView::make(machine, command.res0_addr, size, shape,
                             unsigned(Layout::Aligned));
  if (!result)
    return result.takeError();
  if (llvm::Error error = source->read(machine, "opd0"))
    return error;
  if (llvm::Error error = result->write(machine, "res0"))
    return error;
  gather(machine, isa::Lanes(command.tsk_lane_num), *result,
         [&](uint32_t n, uint32_t c, uint32_t h, uint32_t w) {
           if (transposes)
             std::swap(c, w);
           if (function == TransBroadcastOp::LaneBroadcast)
             c = 0;
           return source->at(machine, n, c, h, w);
         });
  return llvm::Error::success();
}

/// From static memory: w elements to each of c lanes, or element c to lane c.
static llvm::Error fromStatic(Machine &machine,
                              const isa::TransBroadcast &command,
                              unsigned size) {
  bool distributes = command.function() == TransBroadcastOp::StaticDistribute;
  if (command.opd0_addr < staticBase ||
      command.opd0_addr >= staticBase + staticBytes)
    return refuse(llvm::formatv("opd0: {0:x} is not in static memory",
                                command.opd0_addr));
  uint32_t width = distributes ? 1 : command.res0_w;
  uint32_t count = distributes ? command.res0_c : width;
  llvm::Expected<const uint8_t *> source =
      machine.read({Space::Static, command.opd0_addr - staticBase},
                   uint64_t(count) * size, size);
  if (!source)
    return source.takeError();
  llvm::Expected<TensorView> result = TensorView::make(
      machine, command.res0_addr, size, {1, command.res0_c, 1, width},
      unsigned(distributes ? Layout::Compact : Layout::Aligned));
  if (!result)
    return result.takeError();
  if (llvm::Error error = result->write(machine, "res0"))
    return error;
  gather(machine, isa::Lanes(command.tsk_lane_num), *result,
         [&](uint32_t, uint32_t c, uint32_t, uint32_t w) {
           return *source + uint64_t(size) * (distributes ? c : w);
         });
  return llvm::Error::success();
}

llvm::Error sim::execute(Machine &machine, const isa::TransBroadcast &command) {
  auto run = [&]() -> llvm::Error {
    llvm::Expected<Precision> precision =
        elementPrecision("res0", command.res0_prec);
    if (!precision)
      return precision.takeError();
    switch (command.function()) {
    case TransBroadcastOp::TransposeCW:
    case TransBroadcastOp::TransposeWC:
    case TransBroadcastOp::LaneCopy:
    case TransBroadcastOp::LaneBroadcast:
      return fromLocal(machine, command, bytesOf(*precision));
    case TransBroadcastOp::StaticBroadcast:
    case TransBroadcastOp::StaticDistribute:
      return fromStatic(machine, command, bytesOf(*precision));
    }
    return refuse("this sub-function is not supported");
  };
  if (llvm::Error error = run())
    return refuse(command.mnemonic() + ": " + llvm::toString(std::move(error)));
  return llvm::Error::success();
}
