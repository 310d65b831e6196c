//===- IndexedRows.h - Operands of gather and scatter ----------*- C++ -*-===//
#pragma once

#include "lib/Simulator/Gdma/Transfer.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FormatVariadic.h"
#include <algorithm>
#include <cstring>

namespace tpu_mlir::sim {

/// Source, target and index of a gather or scatter: rows of w elements along
/// h; a source or index of one channel serves all channels.
struct IndexedRows {
  TransferView source, target, index;
  unsigned elementBytes;
  uint32_t channels, width;
  std::vector<uint32_t> indices; // [index channels][index rows]

  uint32_t indexAt(uint32_t channel, uint32_t row) const {
    uint64_t first = index.shape().c == 1 ? 0 : channel;
    return indices[first * index.shape().h + row];
  }

  /// Copies one row; skips a target lane whose bit is clear.
  llvm::Error copyRow(Machine &machine, uint32_t channel, uint32_t from,
                      uint32_t to, isa::Lanes lanes) const {
    uint32_t first = source.shape().c == 1 ? 0 : channel;
    llvm::Expected<const uint8_t *> row =
        machine.read(source.at(0, first, from), width * elementBytes);
    if (!row)
      return row.takeError();
    return writeRow(machine, channel, to, *row, lanes);
  }

  llvm::Error writeRow(Machine &machine, uint32_t channel, uint32_t to,
                       const uint8_t *row, isa::Lanes lanes) const {
    Location at = target.at(0, channel, to);
    if (target.isLocal() && !lanes.contains(at.lane()))
      return llvm::Error::success();
    llvm::Expected<uint8_t *> place = machine.write(at, width * elementBytes);
    if (!place)
      return place.takeError();
    std::memmove(*place, row, uint64_t(width) * elementBytes);
    return llvm::Error::success();
  }
};

/// Reads the operands of a gather or scatter; `indexRows` is the height that
/// the command's index must have.
template <typename Command>
llvm::Expected<IndexedRows>
indexedRows(Machine &machine, const Command &command, uint32_t targetRows,
            uint32_t indexRows) {
  if (command.decompress_enable || command.fill_constant_en)
    return refuse("neither decompression nor a constant source is "
                  "supported");
  llvm::Expected<unsigned> bytes = elementBytesOf(command.src_data_format);
  if (!bytes)
    return bytes.takeError();
  uint32_t channels = std::max(command.src_csize, command.index_csize);
  for (uint32_t size : {command.src_csize, command.index_csize})
    if (size != 1 && size != channels)
      return refuse(
          llvm::formatv("source has {0} channels and index {1}; they must be "
                        "equal, or one of them 1",
                        command.src_csize, command.index_csize));
  if (command.index_hsize != indexRows)
    return refuse(llvm::formatv("index has {0} rows, expected {1}",
                                command.index_hsize, indexRows));
  auto make = [&](llvm::StringRef name, uint64_t address, unsigned size,
                  Shape4 shape, uint32_t cStride, uint32_t hStride) {
    return command.stride_enable
               ? TransferView::make(machine, name, address, size, shape,
                                    {0, cStride, hStride, 1})
               : TransferView::makeUnstrided(machine, name, address, size,
                                             shape);
  };
  llvm::Expected<TransferView> source =
      make("source", command.srcAddress(), *bytes,
           {1, command.src_csize, command.src_hsize, command.src_wsize},
           command.src_cstride, command.src_hstride);
  if (!source)
    return source.takeError();
  llvm::Expected<TransferView> target =
      make("target", command.dstAddress(), *bytes,
           {1, channels, targetRows, command.src_wsize}, command.dst_cstride,
           command.dst_hstride);
  if (!target)
    return target.takeError();
  llvm::Expected<TransferView> index =
      make("index", command.indexAddress(), sizeof(uint32_t),
           {1, command.index_csize, command.index_hsize, 1},
           command.index_cstride, command.index_hstride);
  if (!index)
    return index.takeError();
  llvm::Expected<Packed> packed = index->read(machine);
  if (!packed)
    return packed.takeError();
  std::vector<uint32_t> indices(packed->size() / sizeof(uint32_t));
  for (size_t i = 0; i < indices.size(); ++i)
    indices[i] =
        llvm::support::endian::read32le(packed->data() + i * sizeof(uint32_t));
  return IndexedRows{
      *source,           *target,           *index, *bytes, channels,
      command.src_wsize, std::move(indices)};
}

} // namespace tpu_mlir::sim
