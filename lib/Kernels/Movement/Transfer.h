//===- Transfer.h - Transfers of slices and tensors -----------------------===//
#pragma once

#include "lib/Kernels/Movement/LaneImage.h"
#include "lib/Kernels/Verbs.h"

namespace tpu_mlir {

/// Moves elements of a size [n, c, h, w] as they are.
void emitMove(Emitter &emitter, TransferSide from, TransferSide to, Quad size,
              int64_t elementBytes);
/// Brings a slice of a tensor in global memory to local memory.
void emitLoad(Emitter &emitter, const GlobalBuffer &from,
              const LocalBuffer &to);
/// The same from the image of a constant at an address.
void emitLoad(Emitter &emitter, const LaneImage &from, int64_t address,
              const LocalBuffer &to);
/// Brings a slice back to its place in global memory.
void emitStore(Emitter &emitter, const LocalBuffer &from,
               const GlobalBuffer &to);

/// Moves the part of one buffer that the other's tile names into it, or the
/// tile of the first into its place in the other.
void emitLocalMove(Emitter &emitter, const LocalBuffer &from,
                   const LocalBuffer &to);

/// Moves a tile of one buffer to a tile of the same size of another, channels
/// to other lanes.
void emitChannelMove(Emitter &emitter, const LocalBuffer &from,
                     const Tile &fromTile, const LocalBuffer &to,
                     const Tile &toTile);

/// One dimension of a copy within global memory; strides in elements. A source
/// stride of 0 repeats.
struct CopyDim {
  int64_t size;
  int64_t sourceStride;
  int64_t targetStride;
};

/// What lies between the elements that a copy writes: nothing that was written,
/// or numbers that stay.
enum class Gaps { Unwritten, Written };

/// Copies a box of elements of any rank from global memory to global memory, in
/// the fewest cycles of several ways; may use all local memory. Addresses are
/// absolute bytes.
void emitCopy(Emitter &emitter, int64_t source, int64_t target,
              llvm::SmallVector<CopyDim> dims, int64_t elementBytes,
              Gaps gaps = Gaps::Unwritten);
/// Writes one value, given as its bits, to `count` consecutive elements.
void emitFill(Emitter &emitter, uint32_t bits, int64_t target, int64_t count,
              int64_t elementBytes);

/// Row-major strides of a shape, in elements.
llvm::SmallVector<int64_t> denseStrides(llvm::ArrayRef<int64_t> shape);

} // namespace tpu_mlir
