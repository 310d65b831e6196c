//===- Transfer.cpp - One side of a transfer ------------------------------===//
#include "lib/Simulator/Gdma/Transfer.h"

#include "lib/Isa/Instructions.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <cstring>

using namespace tpu_mlir;
using namespace tpu_mlir::sim;

/// Bytes from an element to the next along w, at most (MAX_WSTRIDE_BYTE_LEN in
/// the vendor's public atomic_gdma.h).
static constexpr uint64_t maxWStrideBytes = 128;

llvm::Expected<unsigned> tpu_mlir::sim::elementBytesOf(uint32_t format) {
  unsigned bits = isa::bitsOf(isa::Precision(format));
  if (bits >= 8)
    return bits / 8;
  return refuse(llvm::formatv(
      "data format {0} cannot be transferred (0 to 5 can)", format));
}

llvm::Expected<unsigned> tpu_mlir::sim::integerBytes(uint32_t format) {
  if (format == uint32_t(isa::Precision::I8) ||
      format == uint32_t(isa::Precision::I16) ||
      format == uint32_t(isa::Precision::I32))
    return elementBytesOf(format);
  return refuse(llvm::formatv(
      "data format {0} is no integer of 8, 16 or 32 bits", format));
}

llvm::Error tpu_mlir::sim::checkWStride(llvm::StringRef operand,
                                        uint32_t stride,
                                        unsigned elementBytes) {
  if (stride && uint64_t(stride) * elementBytes <= maxWStrideBytes)
    return llvm::Error::success();
  return refuse(llvm::formatv(
      "{0}: w stride {1} is not between 1 and {2} ({3} bytes)", operand, stride,
      maxWStrideBytes / elementBytes, maxWStrideBytes));
}

llvm::Error tpu_mlir::sim::writeDense(Machine &machine, uint64_t address,
                                      const Packed &data,
                                      unsigned elementBytes) {
  llvm::Expected<Location> at = machine.decode(address);
  if (!at)
    return at.takeError();
  if (at->space == Space::Local)
    return refuse("the target must not be in local memory");
  llvm::Expected<uint8_t *> to = machine.write(*at, data.size(), elementBytes);
  if (!to)
    return to.takeError();
  std::copy(data.begin(), data.end(), *to);
  return llvm::Error::success();
}

Packed tpu_mlir::sim::repeated(uint32_t value, uint64_t count,
                               unsigned elementBytes) {
  Packed data(count * elementBytes);
  for (uint64_t i = 0; i < count; ++i)
    std::memcpy(data.data() + i * elementBytes, &value, elementBytes);
  return data;
}

/// Copies `count` elements, `step` bytes apart on either side.
static void copyElements(uint8_t *to, uint64_t toStep, const uint8_t *from,
                         uint64_t fromStep, uint64_t count, unsigned bytes) {
  if (toStep == bytes && fromStep == bytes) {
    std::memcpy(to, from, count * bytes);
    return;
  }
  auto loop = [&](auto width) {
    for (uint64_t i = 0; i < count; ++i)
      std::memcpy(to + i * toStep, from + i * fromStep, width);
  };
  switch (bytes) {
  case 1:
    return loop(std::integral_constant<size_t, 1>());
  case 2:
    return loop(std::integral_constant<size_t, 2>());
  default:
    return loop(std::integral_constant<size_t, 4>());
  }
}

Packed tpu_mlir::sim::permuted(const Packed &dense, Shape4 shape,
                               std::array<unsigned, 4> order, unsigned bytes) {
  std::array<uint64_t, 4> sizes = {shape.n, shape.c, shape.h, shape.w};
  std::array<uint64_t, 4> steps = {sizes[1] * sizes[2] * sizes[3],
                                   sizes[2] * sizes[3], sizes[3], 1};
  Packed result(dense.size());
  uint8_t *to = result.data();
  auto size = [&](unsigned place) { return sizes[order[place]]; };
  auto step = [&](unsigned place) { return steps[order[place]] * bytes; };
  for (uint64_t i = 0; i < size(0); ++i)
    for (uint64_t j = 0; j < size(1); ++j)
      for (uint64_t k = 0; k < size(2); ++k) {
        const uint8_t *from =
            dense.data() + i * step(0) + j * step(1) + k * step(2);
        copyElements(to, bytes, from, step(3), size(3), bytes);
        to += size(3) * bytes;
      }
  return result;
}

llvm::Expected<TransferView>
TransferView::make(const Machine &machine, llvm::StringRef operand,
                   uint64_t address, unsigned elementBytes, Shape4 shape,
                   Strides4 strides) {
  auto fail = [&](const llvm::Twine &text) {
    return refuse(operand + ": " + text);
  };
  if (!shape.n || !shape.c || !shape.h || !shape.w)
    return fail(llvm::formatv("empty shape [{0}, {1}, {2}, {3}]", shape.n,
                              shape.c, shape.h, shape.w));
  if (address % elementBytes)
    return fail(llvm::formatv("address {0:x} is misaligned, must be a multiple "
                              "of {1} bytes",
                              address, elementBytes));
  llvm::Expected<Location> start = machine.decode(address);
  if (!start)
    return fail(llvm::toString(start.takeError()));
  TransferView view;
  view.start = *start;
  view.bytes = elementBytes;
  view.sizes = shape;
  view.strides = strides;
  // Strides of 0 can ask for more elements than any memory has.
  uint64_t most = std::max(localBytes, machine.size(Space::Global));
  if (llvm::SaturatingMultiply(uint64_t(shape.n) * shape.c,
                               uint64_t(shape.h) * shape.w) >
      most / elementBytes)
    return fail("more elements than any memory has");

  uint64_t depth =
      view.isLocal() ? (start->lane() + shape.c - 1) / laneCount : shape.c - 1;
  uint64_t begin = view.isLocal() ? start->inLane() : start->offset;
  uint64_t end =
      begin + elementBytes * ((shape.n - 1) * uint64_t(strides.n) +
                              depth * uint64_t(strides.c) +
                              (shape.h - 1) * uint64_t(strides.h) +
                              (shape.w - 1) * uint64_t(strides.w) + 1);
  uint64_t available = view.isLocal() ? laneBytes : machine.size(start->space);
  if (end > available)
    return fail(llvm::formatv("out of range: bytes [{0:x}, {1:x}) of {2}{3}, "
                              "which has {4:x}",
                              begin, end, view.isLocal() ? "a lane of " : "",
                              spaceName(start->space), available));
  return view;
}

llvm::Expected<TransferView>
TransferView::makeUnstrided(const Machine &machine, llvm::StringRef operand,
                            uint64_t address, unsigned elementBytes,
                            Shape4 shape) {
  llvm::Expected<Location> start = machine.decode(address);
  if (!start)
    return refuse(operand + ": " + llvm::toString(start.takeError()));
  int64_t plane = int64_t(shape.h) * shape.w, depth = shape.c;
  if (start->space == Space::Local) {
    plane = llvm::alignTo(plane, executionUnitBytes / elementBytes);
    depth = llvm::divideCeil(start->lane() + shape.c, laneCount);
  }
  return make(machine, operand, address, elementBytes, shape,
              {depth * plane, plane, shape.w, 1});
}

Location TransferView::at(uint32_t n, uint32_t c, uint32_t h,
                          uint32_t w) const {
  uint64_t inner = n * strides.n + h * strides.h + w * strides.w;
  if (!isLocal())
    return {start.space, start.offset + bytes * (inner + c * strides.c)};
  uint64_t channel = start.lane() + c;
  return {Space::Local, channel % laneCount * laneBytes + start.inLane() +
                            bytes * (inner + channel / laneCount * strides.c)};
}

TransferView TransferView::slice(uint32_t n, uint32_t c,
                                 uint32_t channels) const {
  TransferView part = *this;
  part.start = at(n, c);
  part.sizes.n = 1;
  part.sizes.c = channels;
  return part;
}

llvm::Error
TransferView::forEachRun(llvm::function_ref<llvm::Error(Run)> body) const {
  // Whole rows, and rows that continue each other, are one run.
  uint64_t step = bytes * strides.w;
  uint32_t rows = sizes.h, channels = sizes.c;
  uint64_t elements = sizes.w;
  if (sizes.w == 1)
    step = bytes * strides.h;
  if (sizes.w == 1 || uint64_t(strides.h) == sizes.w * uint64_t(strides.w)) {
    elements *= rows;
    rows = 1;
    if (!isLocal() && step == bytes &&
        uint64_t(strides.c) == uint64_t(sizes.h) * sizes.w) {
      elements *= channels;
      channels = 1;
    }
  }
  for (uint32_t n = 0; n < sizes.n; ++n)
    for (uint32_t c = 0; c < channels; ++c)
      for (uint32_t h = 0; h < rows; ++h)
        if (llvm::Error error = body({at(n, c, h), elements, step}))
          return error;
  return llvm::Error::success();
}

llvm::Error TransferView::follow(Machine &machine, Run run,
                                 bool isWrite) const {
  if (run.step == bytes)
    return machine.follow(run.at, run.elements * bytes, isWrite);
  for (uint64_t i = 0; i < run.elements; ++i)
    if (llvm::Error error = machine.follow(
            {run.at.space, run.at.offset + i * run.step}, bytes, isWrite))
      return error;
  return llvm::Error::success();
}

llvm::Expected<Packed> TransferView::read(Machine &machine) const {
  Packed data(count() * bytes);
  uint8_t *to = data.data();
  bool followed = machine.followsAccesses();
  llvm::Error error = forEachRun([&](Run run) -> llvm::Error {
    const uint8_t *from = machine.readable(run.at, run.size(bytes));
    copyElements(to, bytes, from, run.step, run.elements, bytes);
    to += run.elements * bytes;
    return followed ? follow(machine, run, /*isWrite=*/false)
                    : llvm::Error::success();
  });
  if (error)
    return std::move(error);
  return data;
}

llvm::Error TransferView::write(Machine &machine, const Packed &data,
                                isa::Lanes lanes) const {
  const uint8_t *from = data.data();
  bool followed = machine.followsAccesses();
  return forEachRun([&](Run run) -> llvm::Error {
    const uint8_t *piece = from;
    from += run.elements * bytes;
    if (isLocal() && !lanes.contains(run.at.lane()))
      return llvm::Error::success();
    uint8_t *to = machine.writable(run.at, run.size(bytes));
    copyElements(to, run.step, piece, bytes, run.elements, bytes);
    return followed ? follow(machine, run, /*isWrite=*/true)
                    : llvm::Error::success();
  });
}
