//===- GdmaCycles.cpp - Cycles of the commands that move data -------------===//
#include "lib/Target/BM1684X/Chip.h"
#include "lib/Target/BM1684X/Cycles.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace tpu_mlir;

namespace {
/// Bytes that pass in a thousand cycles (reference timelines; rates between
/// memories that they do not show are taken to be the slower of the two).
constexpr uint64_t tensorLoad = 54'017;  // global or L2 -> local
constexpr uint64_t tensorStore = 40'979; // local -> global or L2
constexpr uint64_t tensorPass = 26'090;  // global -> global
constexpr uint64_t matrixLoad = 58'000;
constexpr uint64_t matrixStore = 44'000;
constexpr uint64_t plainCopy = 58'000;
constexpr uint64_t rowCopy = 64'000; // gather and scatter

/// A row costs at least this much.
constexpr uint64_t shortestRow = bm1684x::chip.longTransferRow; // bytes
constexpr uint64_t shortestPassedRow = 1024; // of global -> global

/// Transfers cost at least as much as if each started block of data were one
/// of `fewestBlocks`.
constexpr uint64_t block = 4096; // bytes
constexpr uint64_t fewestBlocks = 4;
} // namespace

static bool isLocal(uint64_t address) {
  return isa::spaceOf(address) == isa::Space::Local;
}

static uint64_t bytesOf(uint32_t format) {
  return std::max(1u, isa::bitsOf(isa::Precision(format)) / 8);
}

static uint64_t duration(uint64_t bytes, uint64_t rate) {
  return std::max<uint64_t>(1, bytes * 1000 / rate);
}

static bool passes(uint64_t source, uint64_t target) {
  return !isLocal(source) && !isLocal(target);
}

static uint64_t tensorRate(uint64_t source, uint64_t target) {
  if (passes(source, target))
    return tensorPass;
  return isLocal(target) && !isLocal(source) ? tensorLoad : tensorStore;
}

/// Bytes that `rows` rows of `row` bytes cost.
static uint64_t padded(uint64_t rows, uint64_t row, uint64_t shortest) {
  uint64_t blocks = std::max<uint64_t>(1, llvm::divideCeil(rows * row, block));
  auto whole = [blocks](uint64_t bytes) {
    return blocks < fewestBlocks ? bytes * fewestBlocks / blocks : bytes;
  };
  if (rows == 1 && shortest == shortestPassedRow)
    return std::max(whole(row), shortest);
  return whole(rows * std::max(row, shortest));
}

namespace {
/// A side of a tensor transfer.
struct Side {
  uint64_t n, c, h, w, cStride, hStride, wStride; // strides in elements
  bool local;
};
} // namespace

/// Rows and elements of a row: what lies without a gap within a channel.
static std::pair<uint64_t, uint64_t> rowsOf(const Side &side) {
  if (side.w > 1 && side.wStride != 1)
    return {side.n * side.c * side.h * side.w, 1};
  if (side.h > 1 && side.hStride != (side.w == 1 ? 1 : side.w))
    return {side.n * side.c * side.h, side.w};
  return {side.n * side.c, side.h * side.w};
}

template <typename Command> static Side sourceOf(const Command &c) {
  bool local = isLocal(c.srcAddress());
  if (!c.stride_enable)
    return {c.src_nsize, c.src_csize, c.src_hsize, c.src_wsize,
            0,           c.src_wsize, 1,           local};
  return {c.src_nsize,   c.src_csize,   c.src_hsize,   c.src_wsize,
          c.src_cstride, c.src_hstride, c.src_wstride, local};
}

uint64_t bm1684x::cycles(const isa::GdmaTensor &c) {
  uint64_t bytes = bytesOf(c.src_data_format);
  uint64_t rate = tensorRate(c.srcAddress(), c.dstAddress());
  Side side = sourceOf(c);
  uint64_t copies = 1;
  switch (c.function()) {
  case isa::GdmaTensorOp::Broadcast: {
    // The lanes are written at once, the w stride counts as 1.
    side.c = side.wStride = 1;
    auto [rows, row] = rowsOf(side);
    return duration(rows * std::max(row * bytes, shortestRow), matrixLoad);
  }
  case isa::GdmaTensorOp::FourBankCopy:
  case isa::GdmaTensorOp::FourBankBroadcast:
    copies = 4;
    break;
  case isa::GdmaTensorOp::Collect:
  case isa::GdmaTensorOp::Distribute:
    // The other side's rows are single elements apart.
    side.wStride = 0;
    break;
  default:
    break;
  }
  uint64_t shortest =
      passes(c.srcAddress(), c.dstAddress()) ? shortestPassedRow : shortestRow;
  auto [rows, row] = rowsOf(side);
  uint64_t cost = padded(rows, row * bytes, shortest);
  bool copy = c.function() == isa::GdmaTensorOp::Copy && c.stride_enable;
  if (copy && c.nchw_copy && !c.fill_constant_en) {
    Side target{
        c.src_nsize,   c.src_csize,   c.src_hsize,   c.src_wsize,
        c.dst_cstride, c.dst_hstride, c.dst_wstride, isLocal(c.dstAddress())};
    auto [targetRows, targetRow] = rowsOf(target);
    cost = std::max(cost, padded(targetRows, targetRow * bytes, shortest));
  }
  if (c.fill_constant_en) {
    bool own = !c.nchw_copy;
    Side target{own ? c.dst_nsize : c.src_nsize,
                own ? c.dst_csize : c.src_csize,
                own ? c.dst_hsize : c.src_hsize,
                own ? c.dst_wsize : c.src_wsize,
                c.dst_cstride,
                c.dst_hstride,
                c.dst_wstride,
                isLocal(c.dstAddress())};
    auto [targetRows, targetRow] = rowsOf(target);
    if (!target.local)
      return duration(targetRows * std::max(targetRow * bytes, shortestRow),
                      plainCopy);
    cost = targetRows * targetRow * bytes;
    rate = tensorLoad;
  }
  return duration(copies * cost, rate);
}

uint64_t bm1684x::cycles(const isa::GdmaCwTranspose &c) {
  Side side = sourceOf(c);
  side.wStride = 0; // w and c change places: elements are moved one by one
  auto [rows, row] = rowsOf(side);
  return duration(padded(rows, row * bytesOf(c.src_data_format), shortestRow),
                  tensorRate(c.srcAddress(), c.dstAddress()));
}

uint64_t bm1684x::cycles(const isa::GdmaMatrix &c) {
  uint64_t bytes = bytesOf(c.src_data_format);
  bool load = isLocal(c.dstAddress());
  uint64_t rows = load ? c.src_hsize : c.dst_hsize;
  uint64_t columns = load ? c.src_wsize : c.dst_wsize;
  uint64_t width = std::max(1u, load ? c.dst_wsize : c.src_wsize);
  uint64_t section = width * bytes;
  uint64_t cost = rows * columns * bytes;
  if (section < shortestRow)
    cost = cost * shortestRow / section;
  return duration(cost, load ? matrixLoad : matrixStore);
}

uint64_t bm1684x::cycles(const isa::GdmaGeneral &c) {
  uint64_t copies =
      c.function() == isa::GdmaGeneralOp::Broadcast ? c.dst_csize : 1;
  return duration(copies * c.src_cstride * bytesOf(c.src_data_format),
                  plainCopy);
}

/// `rows` rows of all channels.
template <typename Command>
static uint64_t indexed(const Command &c, uint64_t rows) {
  uint64_t channels = std::max(c.src_csize, c.index_csize);
  return duration(channels * rows * c.src_wsize * bytesOf(c.src_data_format),
                  rowCopy);
}

uint64_t bm1684x::cycles(const isa::GdmaGather &c) {
  return indexed(c, c.nchw_copy ? c.src_hsize : c.dst_hsize);
}

uint64_t bm1684x::cycles(const isa::GdmaScatter &c) {
  return indexed(c, c.src_hsize);
}

template <typename Command> static uint64_t scanned(const Command &c) {
  return duration(uint64_t(c.src_nsize) * c.src_csize * c.src_hsize *
                      c.src_wsize * bytesOf(c.src_data_format),
                  tensorStore);
}

uint64_t bm1684x::cycles(const isa::GdmaMaskedSelect &c) { return scanned(c); }

uint64_t bm1684x::cycles(const isa::GdmaNonzero &c) { return scanned(c); }

uint64_t bm1684x::cycles(const isa::GdmaSystem &) { return 1; }
