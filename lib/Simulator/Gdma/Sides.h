//===- Sides.h - The two sides of a command with four strides --*- C++ -*-===//
//
// GdmaTensor and GdmaCwTranspose share their fields.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "lib/Simulator/Gdma/Transfer.h"

namespace tpu_mlir::sim {

/// Bytes of an element; fails for a command whose common fields cannot work.
template <typename Command>
llvm::Expected<unsigned> transferElementBytes(const Command &command) {
  if (command.decompress_enable)
    return refuse("decompression is not supported");
  return elementBytesOf(command.src_data_format);
}

template <typename Command> Shape4 sourceShape(const Command &command) {
  return {command.src_nsize, command.src_csize, command.src_hsize,
          command.src_wsize};
}

/// The target's own sizes, which count if nchw_copy is 0.
template <typename Command> Shape4 givenTargetShape(const Command &command) {
  return {command.dst_nsize, command.dst_csize, command.dst_hsize,
          command.dst_wsize};
}

/// `wStrides`: false for the functions that take them as 1.
template <typename Command>
llvm::Expected<TransferView> sourceView(const Machine &machine,
                                        const Command &command, unsigned bytes,
                                        Shape4 shape, bool wStrides) {
  if (!command.stride_enable)
    return TransferView::makeUnstrided(machine, "source", command.srcAddress(),
                                       bytes, shape);
  if (wStrides)
    if (llvm::Error error = checkWStride("source", command.src_wstride, bytes))
      return std::move(error);
  return TransferView::make(
      machine, "source", command.srcAddress(), bytes, shape,
      {command.src_nstride, command.src_cstride, command.src_hstride,
       wStrides ? command.src_wstride : 1});
}

template <typename Command>
llvm::Expected<TransferView>
targetView(const Machine &machine, const Command &command, unsigned bytes,
           Shape4 shape, uint64_t address, bool wStrides) {
  if (!command.stride_enable)
    return TransferView::makeUnstrided(machine, "target", address, bytes,
                                       shape);
  if (wStrides)
    if (llvm::Error error = checkWStride("target", command.dst_wstride, bytes))
      return std::move(error);
  return TransferView::make(machine, "target", address, bytes, shape,
                            {command.dst_nstride, command.dst_cstride,
                             command.dst_hstride,
                             wStrides ? command.dst_wstride : 1});
}

} // namespace tpu_mlir::sim
