//===- Transfer.h - One side of a transfer ---------------------*- C++ -*-===//
//
// A transfer reads its source into a dense run of elements in n, c, h, w order,
// perhaps reorders them, and writes the run to its target in the same order.
// That is the chip's result for every pair of sides that do not overlap.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "lib/Simulator/Machine.h"
#include "lib/Simulator/TensorView.h"
#include <array>
#include <vector>

namespace tpu_mlir::sim {

/// Bytes of an element of a `src_data_format`; fails for a format that the
/// engine does not move.
llvm::Expected<unsigned> elementBytesOf(uint32_t format);

/// The same for a mask, an index or a number compared with zero: integers only.
llvm::Expected<unsigned> integerBytes(uint32_t format);

/// Fails unless the engine can step by `stride` elements within a row.
llvm::Error checkWStride(llvm::StringRef operand, uint32_t stride,
                         unsigned elementBytes);

/// Elements of a transfer, dense.
using Packed = std::vector<uint8_t>;

/// `count` copies of the low bytes of `value`.
Packed repeated(uint32_t value, uint64_t count, unsigned elementBytes);

/// Moves axis `order[i]` of a dense tensor to place i.
Packed permuted(const Packed &dense, Shape4 shape,
                std::array<unsigned, 4> order, unsigned elementBytes);

/// Writes `data` to consecutive bytes outside the local memory.
llvm::Error writeDense(Machine &machine, uint64_t address, const Packed &data,
                       unsigned elementBytes);

/// Where the elements of a tensor lie. In local memory channel c lies in lane
/// (first lane + c) mod 64, and the c stride leads to the channel 64 further.
class TransferView {
public:
  /// Fails if the address is in no memory, is no multiple of the element size,
  /// if an element lies outside its memory (its lane), or if there are more of
  /// them than any memory has. `operand` names the side in errors; strides
  /// count elements.
  static llvm::Expected<TransferView>
  make(const Machine &machine, llvm::StringRef operand, uint64_t address,
       unsigned elementBytes, Shape4 shape, Strides4 strides);

  /// The same for a side without strides: dense, but in local memory aligned.
  static llvm::Expected<TransferView>
  makeUnstrided(const Machine &machine, llvm::StringRef operand,
                uint64_t address, unsigned elementBytes, Shape4 shape);

  llvm::Expected<Packed> read(Machine &machine) const;

  /// Writes to these lanes only.
  llvm::Error write(Machine &machine, const Packed &data,
                    isa::Lanes lanes = isa::Lanes::all()) const;

  Location at(uint32_t n, uint32_t c, uint32_t h = 0, uint32_t w = 0) const;

  /// `channels` channels of batch n, from c on.
  TransferView slice(uint32_t n, uint32_t c, uint32_t channels) const;

  bool isLocal() const { return start.space == Space::Local; }
  Space space() const { return start.space; }
  unsigned firstLane() const { return start.lane(); }
  const Shape4 &shape() const { return sizes; }
  uint64_t count() const {
    return uint64_t(sizes.n) * sizes.c * sizes.h * sizes.w;
  }

private:
  /// Elements at equal distances: a piece of the n, c, h, w walk.
  struct Run {
    Location at;
    uint64_t elements;
    uint64_t step; ///< bytes from one to the next

    uint64_t size(unsigned bytes) const {
      return (elements - 1) * step + bytes;
    }
  };
  llvm::Error follow(Machine &machine, Run run, bool isWrite) const;
  llvm::Error forEachRun(llvm::function_ref<llvm::Error(Run)> body) const;

  Location start{Space::Global, 0};
  unsigned bytes = 1;
  Shape4 sizes{};
  Strides4 strides{};
};

} // namespace tpu_mlir::sim
