//===- TensorView.h - Where the elements of a TIU operand lie --*- C++ -*-===//
//
// Channel c of a tensor lies in lane (first lane + c) mod 64; the first lane
// comes from the address, which is lane * 256 KiB + offset. Sizes and strides
// count elements, offsets count bytes within a lane.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "lib/Simulator/Machine.h"

namespace tpu_mlir::sim {

/// Codes of the `*_str` fields.
enum class Layout : uint8_t {
  Aligned = 0, ///< rows without gaps, channels begin at multiples of 64 bytes
  Compact = 1, ///< rows and channels without gaps
  Strided = 3, ///< as the command says
};

constexpr uint64_t executionUnitBytes = 64; ///< a lane computes on at once

struct Shape4 {
  uint32_t n, c, h, w;

  bool operator==(const Shape4 &other) const {
    return n == other.n && c == other.c && h == other.h && w == other.w;
  }
};

struct Strides4 {
  int64_t n, c, h, w;
};

class TensorView {
public:
  /// An operand at the TIU address `address`; `given` counts for the strided
  /// layout alone. Fails if the address or the layout does not exist. That the
  /// elements are inside the memory is checked by read() and write().
  static llvm::Expected<TensorView>
  make(const Machine &machine, uint64_t address, unsigned elementBytes,
       Shape4 shape, unsigned layout, Strides4 given = {0, 0, 0, 0});

  /// A table with `perChannel` consecutive elements for each of c channels:
  /// the next 64 channels follow directly.
  static llvm::Expected<TensorView>
  perChannel(const Machine &machine, uint64_t address, unsigned elementBytes,
             uint32_t channels, uint32_t perChannel);

  /// Every row begins at a multiple of 64 bytes.
  static llvm::Expected<TensorView> rowAligned(const Machine &machine,
                                               uint64_t address,
                                               unsigned elementBytes,
                                               Shape4 shape);

  /// Checks that the machine has every element and that the address is a
  /// multiple of `alignment` (0: of the element size); reports the runs if the
  /// machine follows accesses. `operand` names it in errors.
  llvm::Error read(Machine &machine, llvm::StringRef operand,
                   unsigned alignment = 0) const;
  llvm::Error write(Machine &machine, llvm::StringRef operand,
                    unsigned alignment = 0) const;

  unsigned lane(uint32_t c) const { return (first + c) % laneCount; }

  /// Byte offset within the lane of its channel.
  uint64_t offset(uint32_t n, uint32_t c, uint32_t h = 0,
                  uint32_t w = 0) const {
    return base + bytes * (n * strides.n + (first + c) / laneCount * strides.c +
                           h * strides.h + w * strides.w);
  }

  uint8_t *at(Machine &machine, uint32_t n, uint32_t c, uint32_t h = 0,
              uint32_t w = 0) const {
    return machine.lane(lane(c)) + offset(n, c, h, w);
  }
  const uint8_t *at(const Machine &machine, uint32_t n, uint32_t c,
                    uint32_t h = 0, uint32_t w = 0) const {
    return machine.lane(lane(c)) + offset(n, c, h, w);
  }

  /// Channels of this tensor that lie in `index`, in order: firstChannel,
  /// firstChannel + 64, ... below shape.c.
  uint32_t firstChannelOf(unsigned index) const {
    return (index + laneCount - first) % laneCount;
  }

  /// Element n of the first dimension as a tensor of its own.
  TensorView image(uint32_t n) const {
    TensorView view = *this;
    view.base += bytes * n * strides.n;
    view.sizes.n = 1;
    return view;
  }

  const Shape4 &shape() const { return sizes; }
  const Strides4 &stride() const { return strides; }
  unsigned elementBytes() const { return bytes; }
  unsigned firstLane() const { return first; }

private:
  llvm::Error access(Machine &machine, llvm::StringRef operand,
                     unsigned alignment, bool isWrite) const;
  llvm::Error followRows(Machine &machine, bool isWrite) const;

  unsigned first = 0;
  uint64_t base = 0;
  unsigned bytes = 1;
  Shape4 sizes{};
  Strides4 strides{};
};

} // namespace tpu_mlir::sim
