//===- TensorView.cpp - Where the elements of a TIU operand lie -----------===//
#include "lib/Simulator/TensorView.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

using namespace tpu_mlir::sim;

llvm::Expected<TensorView> TensorView::make(const Machine &machine,
                                            uint64_t address,
                                            unsigned elementBytes, Shape4 shape,
                                            unsigned layout, Strides4 given) {
  llvm::Expected<Location> at = machine.decodeTiu(address);
  if (!at)
    return at.takeError();
  TensorView view;
  view.first = at->lane();
  view.base = at->inLane();
  view.bytes = elementBytes;
  view.sizes = shape;
  switch (layout) {
  case unsigned(Layout::Strided):
    view.strides = given;
    return view;
  case unsigned(Layout::Aligned):
  case unsigned(Layout::Compact): {
    int64_t plane = int64_t(shape.h) * shape.w;
    int64_t channel =
        layout == unsigned(Layout::Aligned)
            ? llvm::alignTo(plane, executionUnitBytes / elementBytes)
            : plane;
    int64_t depth = llvm::divideCeil(view.first + shape.c, laneCount);
    view.strides = {depth * channel, channel, shape.w, 1};
    return view;
  }
  default:
    return refuse(llvm::formatv("layout code {0} is not supported (0 aligned, "
                                "1 compact, 3 strided)",
                                layout));
  }
}

llvm::Expected<TensorView> TensorView::perChannel(const Machine &machine,
                                                  uint64_t address,
                                                  unsigned elementBytes,
                                                  uint32_t channels,
                                                  uint32_t perChannel) {
  return make(machine, address, elementBytes, {1, channels, 1, perChannel},
              unsigned(Layout::Compact));
}

llvm::Expected<TensorView> TensorView::rowAligned(const Machine &machine,
                                                  uint64_t address,
                                                  unsigned elementBytes,
                                                  Shape4 shape) {
  llvm::Expected<Location> at = machine.decodeTiu(address);
  if (!at)
    return at.takeError();
  int64_t row = llvm::alignTo(shape.w, executionUnitBytes / elementBytes);
  int64_t channel = row * shape.h;
  int64_t depth = llvm::divideCeil(at->lane() + shape.c, laneCount);
  return make(machine, address, elementBytes, shape, unsigned(Layout::Strided),
              {depth * channel, channel, row, 1});
}

llvm::Error TensorView::read(Machine &machine, llvm::StringRef operand,
                             unsigned alignment) const {
  return access(machine, operand, alignment, /*isWrite=*/false);
}

llvm::Error TensorView::write(Machine &machine, llvm::StringRef operand,
                              unsigned alignment) const {
  return access(machine, operand, alignment, /*isWrite=*/true);
}

llvm::Error TensorView::access(Machine &machine, llvm::StringRef operand,
                               unsigned alignment, bool isWrite) const {
  if (!sizes.n || !sizes.c || !sizes.h || !sizes.w)
    return refuse(llvm::formatv("{0}: empty shape [{1}, {2}, {3}, {4}]",
                                operand, sizes.n, sizes.c, sizes.h, sizes.w));
  if (alignment == 0)
    alignment = bytes;
  if (base % alignment)
    return refuse(llvm::formatv("{0}: lane {1}, byte {2:x} is misaligned, "
                                "must be a multiple of {3} bytes",
                                operand, first, base, alignment));
  // The element furthest away; strides are never negative.
  uint64_t end = base + bytes * ((sizes.n - 1) * strides.n +
                                 (first + sizes.c - 1) / laneCount * strides.c +
                                 (sizes.h - 1) * strides.h +
                                 (sizes.w - 1) * strides.w + 1);
  if (end > laneBytes)
    return refuse(llvm::formatv("{0}: bytes [{1:x}, {2:x}) of its lanes are "
                                "out of range, a lane has {3} bytes",
                                operand, base, end, laneBytes));
  if (!machine.followsAccesses())
    return llvm::Error::success();
  if (llvm::Error error = followRows(machine, isWrite))
    return refuse(operand + ": " + llvm::toString(std::move(error)));
  return llvm::Error::success();
}

llvm::Error TensorView::followRows(Machine &machine, bool isWrite) const {
  bool rows = strides.w == 1 || sizes.w == 1;
  bool planes = rows && (strides.h == sizes.w || sizes.h == 1);
  uint32_t heights = planes ? 1 : sizes.h;
  uint32_t widths = rows ? 1 : sizes.w;
  uint64_t run = bytes * uint64_t(planes ? sizes.h * sizes.w
                                  : rows ? sizes.w
                                         : 1);
  for (uint32_t n = 0; n < sizes.n; ++n)
    for (uint32_t c = 0; c < sizes.c; ++c)
      for (uint32_t h = 0; h < heights; ++h)
        for (uint32_t w = 0; w < widths; ++w)
          if (llvm::Error error = machine.follow(
                  {Space::Local, lane(c) * laneBytes + offset(n, c, h, w)}, run,
                  isWrite))
            return error;
  return llvm::Error::success();
}
