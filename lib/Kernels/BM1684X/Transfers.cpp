//===- Transfers.cpp - Transfers of the GDMA engine -----------------------===//
//
// What one command can do is described in docs/targets/notes/gdma.md.
//
//===----------------------------------------------------------------------===//
#include "lib/Isa/Lanes.h"
#include "lib/Kernels/BM1684X/Verbs.h"
#include "llvm/Support/MathExtras.h"

using namespace tpu_mlir;
using namespace tpu_mlir::bm1684x;

static uint32_t formatOf(int64_t elementBytes) {
  isa::Precision precision = elementBytes == 1   ? isa::Precision::I8
                             : elementBytes == 2 ? isa::Precision::F16
                                                 : isa::Precision::F32;
  return uint32_t(precision);
}

template <typename InstructionT>
static void setSides(InstructionT &i, const TransferSide &from,
                     const Quad &fromSize, const TransferSide &to,
                     const Quad &toSize, int64_t elementBytes) {
  i.nchw_copy = 1;
  i.stride_enable = 1;
  i.src_data_format = formatOf(elementBytes);
  i.setSrcAddress(from.address);
  i.setDstAddress(to.address);
  i.setLaneMask(isa::Lanes::all().bits());
  i.src_nsize = fromSize[0];
  i.src_csize = fromSize[1];
  i.src_hsize = fromSize[2];
  i.src_wsize = fromSize[3];
  i.dst_nsize = toSize[0];
  i.dst_csize = toSize[1];
  i.dst_hsize = toSize[2];
  i.dst_wsize = toSize[3];
  i.src_nstride = from.strides[0];
  i.src_cstride = from.strides[1];
  i.src_hstride = from.strides[2];
  i.src_wstride = from.strides[3];
  i.dst_nstride = to.strides[0];
  i.dst_cstride = to.strides[1];
  i.dst_hstride = to.strides[2];
  i.dst_wstride = to.strides[3];
}

void ChipVerbs::move(Emitter &emitter, const TransferSide &from,
                     const TransferSide &to, const Quad &size,
                     int64_t elementBytes) const {
  isa::GdmaTensor i;
  setSides(i, from, size, to, size, elementBytes);
  emitter.append(i);
}

void ChipVerbs::replicate(Emitter &emitter, const TransferSide &from,
                          const TransferSide &to, const Quad &size,
                          int64_t elementBytes) const {
  isa::GdmaTensor i;
  Quad all = size;
  all[1] = emitter.getChip().lanes;
  setSides(i, from, size, to, all, elementBytes);
  i.setFunction(isa::GdmaTensorOp::Broadcast);
  emitter.append(i);
}

void ChipVerbs::turn(Emitter &emitter, const TransferSide &from,
                     const TransferSide &to, const Quad &size,
                     int64_t elementBytes) const {
  isa::GdmaCwTranspose i;
  setSides(i, from, size, to, {size[0], size[3], size[2], size[1]},
           elementBytes);
  emitter.append(i);
}

void ChipVerbs::moveMatrix(Emitter &emitter, const MatrixMove &move,
                           int64_t elementBytes) const {
  isa::GdmaMatrix i;
  Quad matrix = {1, 1, move.rows, move.columns};
  Quad sections = {move.rows, llvm::divideCeil(move.columns, move.width), 1,
                   move.width};
  // The engine wants all images, each a stride long, inside local memory.
  int64_t image = llvm::divideCeil(sections[1], emitter.getChip().lanes) *
                  move.channelStride;
  TransferSide rows{move.global, {0, 0, move.rowStride, 1}};
  TransferSide lanes{move.local,
                     {move.rows > 1 ? move.imageStride : image,
                      move.channelStride, move.width, 1}};
  if (move.toLocal)
    setSides(i, rows, matrix, lanes, sections, elementBytes);
  else
    setSides(i, lanes, sections, rows, matrix, elementBytes);
  i.nchw_copy = 0;
  emitter.append(i);
}

/// The height of a table in the command, which knows no multiple of 65,536
/// (docs/targets/notes/gdma.md): then a row more, which no index chooses.
static int64_t heightOf(int64_t rows, int64_t maxSize) {
  return rows % (maxSize + 1) == 0 ? rows + 1 : rows;
}

void ChipVerbs::gather(Emitter &emitter, const RowGather &gather,
                       int64_t elementBytes) const {
  isa::GdmaGather i;
  i.src_data_format = formatOf(elementBytes);
  i.stride_enable = 1;
  i.setLaneMask(isa::Lanes::all().bits());
  i.src_csize = i.dst_csize = gather.channels;
  i.src_wsize = i.dst_wsize = gather.width;
  i.index_csize = 1; // shared by all channels
  i.src_hsize = heightOf(gather.rows, emitter.getChip().maxSize);
  i.index_hsize = i.dst_hsize = gather.count;
  i.src_cstride = gather.tableStride;
  i.dst_cstride = gather.resultStride;
  i.src_hstride = i.dst_hstride = gather.rowStride;
  i.index_cstride = gather.count;
  i.index_hstride = 1;
  i.setSrcAddress(gather.table);
  i.setIndexAddress(gather.indices);
  i.setDstAddress(gather.result);
  emitter.append(i);
}

void ChipVerbs::fill(Emitter &emitter, uint32_t bits, const TransferSide &to,
                     const Quad &size, int64_t elementBytes) const {
  isa::GdmaTensor i;
  setSides(i, to, size, to, size, elementBytes);
  i.fill_constant_en = 1;
  i.constant_value = bits;
  i.setSrcAddress(0);
  emitter.append(i);
}
