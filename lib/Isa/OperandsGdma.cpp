//===- OperandsGdma.cpp - Operands of transfers ---------------------------===//
//
// Rules: docs/targets/notes/gdma.md. A side without strides is dense, in local
// memory aligned; the lane mask holds back writes to local memory only.
//
//===----------------------------------------------------------------------===//

#include "lib/Isa/OperandLayouts.h"
#include <algorithm>

using namespace tpu_mlir::isa;
namespace isa = tpu_mlir::isa;

namespace {

/// The four-bank functions write this many copies, this far apart.
constexpr unsigned bankCopies = 4;
constexpr uint64_t bankCopyBytes = laneBytes / 8;

Operand place(llvm::StringRef name, uint64_t address, uint32_t precision) {
  Operand o;
  o.name = name;
  o.precision = Precision(precision);
  std::optional<Space> space = spaceOf(address);
  o.hasSpace = space.has_value();
  o.space = space.value_or(Space::Global);
  o.address = o.space == Space::Local ? address - localBase : address;
  return o;
}

Operand side(llvm::StringRef name, uint64_t address, uint32_t precision,
             Sizes shape, bool hasStrides, Sizes strides) {
  Operand o = place(name, address, precision);
  o.shape = shape;
  o.layout = hasStrides ? "strided" : "dense";
  if (hasStrides) {
    o.strides = strides;
    return o;
  }
  uint64_t plane = shape[2] * shape[3];
  if (o.space == Space::Local) {
    plane = llvm::alignTo(plane, unitElements(precision));
    o.strides = {channelBlocks(o, shape[1]) * plane, plane, shape[3], 1};
    o.layout = "aligned";
  } else {
    o.strides = {shape[1] * plane, plane, shape[3], 1};
  }
  return o;
}

template <typename T> Operand target(const T &i, Operand o) {
  o.lanes = Lanes(i.laneMask());
  return written(o);
}

template <typename T> Operand fill(const T &i) {
  return constant("src", i.constant_value, Type{i.src_data_format, false});
}

template <typename T> Sizes sourceShape(const T &i) {
  return {i.src_nsize, i.src_csize, i.src_hsize, i.src_wsize};
}

template <typename T> Operand source(const T &i, Sizes shape, bool hasWStride) {
  return read(side("src", i.srcAddress(), i.src_data_format, shape,
                   i.stride_enable,
                   {i.src_nstride, i.src_cstride, i.src_hstride,
                    hasWStride ? i.src_wstride : 1}));
}

template <typename T> Operand target(const T &i, Sizes shape, bool hasWStride) {
  return target(i, side("dst", i.dstAddress(), i.src_data_format, shape,
                        i.stride_enable,
                        {i.dst_nstride, i.dst_cstride, i.dst_hstride,
                         hasWStride ? i.dst_wstride : 1}));
}

/// A local tensor of the selecting commands: aligned.
Operand selected(llvm::StringRef name, uint64_t address, uint32_t precision,
                 Sizes shape) {
  return read(side(name, address, precision, shape, false, {}));
}

/// At most `count` packed elements.
Operand packedTarget(uint64_t address, uint32_t precision, uint64_t count) {
  Operand o = place("dst", address, precision);
  o.kind = Operand::Kind::Linear;
  o.shape = {1, 1, 1, count};
  o.strides = {0, 0, 0, 1};
  o.layout = "packed";
  return written(o);
}

uint64_t count(Sizes shape) {
  return shape[0] * shape[1] * shape[2] * shape[3];
}

template <typename T> Operands listIndexed(const T &i) {
  uint64_t rows = i.nchw_copy ? i.src_hsize : i.dst_hsize;
  uint64_t channels = std::max(i.src_csize, i.index_csize);
  auto make = [&](llvm::StringRef name, uint64_t address, uint32_t precision,
                  Sizes shape, uint64_t cStride, uint64_t hStride) {
    return side(name, address, precision, shape, i.stride_enable,
                {0, cStride, hStride, 1});
  };
  return {read(make("src", i.srcAddress(), i.src_data_format,
                    {1, i.src_csize, i.src_hsize, i.src_wsize}, i.src_cstride,
                    i.src_hstride)),
          read(make("index", i.indexAddress(), uint32_t(Precision::I32),
                    {1, i.index_csize, i.index_hsize, 1}, i.index_cstride,
                    i.index_hstride)),
          target(i, make("dst", i.dstAddress(), i.src_data_format,
                         {1, channels, rows, i.src_wsize}, i.dst_cstride,
                         i.dst_hstride))};
}

} // namespace

Operands isa::list(const GdmaTensor &i) {
  GdmaTensorOp function = i.function();
  bool isCopy = function == GdmaTensorOp::Copy;
  bool isBroadcast = function == GdmaTensorOp::Broadcast ||
                     function == GdmaTensorOp::FourBankBroadcast;
  bool isFourBank = function == GdmaTensorOp::FourBankCopy ||
                    function == GdmaTensorOp::FourBankBroadcast;
  Sizes from = sourceShape(i);
  auto [n, c, h, w] = from;
  Sizes to = from;
  if (isBroadcast) {
    from[1] = 1;
    to[1] = i.dst_csize;
  } else if (function == GdmaTensorOp::Transpose) {
    to = {c, n, h, w};
  } else if (function == GdmaTensorOp::Collect ||
             function == GdmaTensorOp::Distribute) {
    to = {n, w, h, c};
  } else if (!i.nchw_copy) {
    to = {i.dst_nsize, i.dst_csize, i.dst_hsize, i.dst_wsize};
  }
  Operands all;
  all.push_back(i.fill_constant_en ? fill(i) : source(i, from, isCopy));
  Operand out = target(i, to, isCopy);
  if (isBroadcast) // the mask's bit of the first lane holds for all
    out.lanes = Lanes::all();
  all.push_back(out);
  for (unsigned copy = 1; isFourBank && copy < bankCopies; ++copy) {
    out.address += bankCopyBytes;
    all.push_back(out);
  }
  return all;
}

Operands isa::list(const GdmaMatrix &i) {
  // Local rows are cut into sections of w columns, one a channel.
  bool toLocal = spaceOf(i.dstAddress()) == Space::Local;
  auto rows = [&](llvm::StringRef name, uint64_t address, uint64_t height,
                  uint64_t width, uint64_t stride) {
    return side(name, address, i.src_data_format, {1, 1, height, width},
                i.stride_enable, {0, 0, stride, 1});
  };
  auto lanes = [&](llvm::StringRef name, uint64_t address, Sizes shape,
                   uint64_t nStride, uint64_t cStride) {
    return side(name, address, i.src_data_format, shape, i.stride_enable,
                {nStride, cStride, shape[3], 1});
  };
  Operand from, to;
  if (toLocal) {
    from = rows("src", i.srcAddress(), i.src_hsize, i.src_wsize, i.src_hstride);
    to =
        lanes("dst", i.dstAddress(), {i.dst_nsize, i.dst_csize, 1, i.dst_wsize},
              i.dst_nstride, i.dst_cstride);
  } else {
    from =
        lanes("src", i.srcAddress(), {i.src_nsize, i.src_csize, 1, i.src_wsize},
              i.src_nstride, i.src_cstride);
    to = rows("dst", i.dstAddress(), i.dst_hsize, i.dst_wsize, i.dst_hstride);
  }
  return {i.fill_constant_en ? fill(i) : read(from), target(i, to)};
}

Operands isa::list(const GdmaGeneral &i) {
  auto linear = [&](llvm::StringRef name, uint64_t address) {
    Operand o = place(name, address, i.src_data_format);
    o.kind = Operand::Kind::Linear;
    o.shape = {1, 1, 1, i.src_cstride};
    o.strides = {0, 0, 0, 1};
    o.layout = "linear";
    return o;
  };
  Operand to = linear("dst", i.dstAddress());
  if (i.function() == GdmaGeneralOp::Broadcast) {
    to.kind = Operand::Kind::Tensor;
    to.shape[1] = i.dst_csize;
    to.strides = {0, 0, i.src_cstride, 1};
    to.layout = "a copy a lane";
  }
  return {i.fill_constant_en ? fill(i) : read(linear("src", i.srcAddress())),
          target(i, to)};
}

Operands isa::list(const GdmaCwTranspose &i) {
  auto [n, c, h, w] = sourceShape(i);
  return {i.fill_constant_en ? fill(i) : source(i, {n, c, h, w}, false),
          target(i, {n, w, h, c}, false)};
}

Operands isa::list(const GdmaMaskedSelect &i) {
  Sizes shape = sourceShape(i);
  return {selected("src", i.srcAddress(), i.src_data_format, shape),
          selected("mask", i.maskAddress(), i.mask_data_format, shape),
          packedTarget(i.dstAddress(), i.src_data_format, count(shape))};
}

Operands isa::list(const GdmaNonzero &i) {
  Sizes shape = sourceShape(i);
  return {selected("src", i.srcAddress(), i.src_data_format, shape),
          packedTarget(i.dstAddress(), i.index_data_format, count(shape))};
}

Operands isa::list(const GdmaGather &i) { return listIndexed(i); }

Operands isa::list(const GdmaScatter &i) { return listIndexed(i); }

Operands isa::list(const GdmaSystem &) { return {}; }

Operands isa::operands(const Instruction &instruction) {
  return std::visit(
      [](const auto &i) { return i.mnemonic().empty() ? Operands() : list(i); },
      instruction);
}
