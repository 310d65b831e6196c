//===- OperandLayouts.h - Builders of operands by their layout ------------===//
//
// For the files that list operands only.
//
//===----------------------------------------------------------------------===//

#pragma once

#include "lib/Isa/Operands.h"
#include "llvm/Support/MathExtras.h"

namespace tpu_mlir::isa {

/// Element type as the fields give it.
struct Type {
  uint32_t precision = 0;
  bool isSigned = false;
};

/// Elements of 64 bytes; a lane's execution unit takes as many at once.
inline uint64_t unitElements(uint32_t precision) {
  unsigned bits = bitsOf(Precision(precision));
  return bits ? 512 / bits : 1;
}

/// The operand of a compute command at `address`: an offset into local memory,
/// or an absolute address.
inline Operand placeTiu(llvm::StringRef name, uint64_t address, Type type) {
  Operand o;
  o.name = name;
  o.precision = Precision(type.precision);
  o.isSigned = type.isSigned;
  o.address = address;
  if (address < localBytes)
    return o;
  std::optional<Space> space = spaceOf(address);
  o.hasSpace = space.has_value();
  o.space = space.value_or(Space::Local);
  if (o.space == Space::Local)
    o.address = address % localBytes;
  return o;
}

/// Channel blocks of 64 lanes that c channels take from the operand's lane on.
inline uint64_t channelBlocks(const Operand &o, uint64_t c) {
  return llvm::divideCeil(o.address / laneBytes + c, laneCount);
}

inline Operand strided(llvm::StringRef name, uint64_t address, Type type,
                       Sizes shape, Sizes strides) {
  Operand o = placeTiu(name, address, type);
  o.shape = shape;
  o.strides = strides;
  o.layout = "strided";
  return o;
}

/// h stride w, and `cStride` from one block of channels to the next.
inline Operand dense(llvm::StringRef name, uint64_t address, Type type,
                     Sizes shape, uint64_t cStride, llvm::StringRef layout) {
  Operand o = placeTiu(name, address, type);
  o.shape = shape;
  o.strides = {channelBlocks(o, shape[1]) * cStride, cStride, shape[3], 1};
  o.layout = layout;
  return o;
}

inline Operand aligned(llvm::StringRef name, uint64_t address, Type type,
                       Sizes shape) {
  uint64_t plane =
      llvm::alignTo(shape[2] * shape[3], unitElements(type.precision));
  return dense(name, address, type, shape, plane, "aligned");
}

inline Operand compact(llvm::StringRef name, uint64_t address, Type type,
                       Sizes shape) {
  return dense(name, address, type, shape, shape[2] * shape[3], "compact");
}

/// Every row begins at a multiple of 64 bytes.
inline Operand rowAligned(llvm::StringRef name, uint64_t address, Type type,
                          Sizes shape) {
  uint64_t row = llvm::alignTo(shape[3], unitElements(type.precision));
  Operand o = dense(name, address, type, shape, shape[2] * row, "row aligned");
  o.strides[2] = row;
  return o;
}

/// By a `*_str` field; the strides count for the strided layout alone.
inline Operand byLayout(llvm::StringRef name, uint64_t address, Type type,
                        Sizes shape, uint32_t layout, Sizes strides) {
  if (layout == uint32_t(Layout::Strided))
    return strided(name, address, type, shape, strides);
  if (layout == uint32_t(Layout::Compact))
    return compact(name, address, type, shape);
  return aligned(name, address, type, shape);
}

inline Operand constant(llvm::StringRef name, uint32_t value, Type type) {
  Operand o;
  o.kind = Operand::Kind::Constant;
  o.name = name;
  o.isRead = true;
  o.precision = Precision(type.precision);
  o.isSigned = type.isSigned;
  o.value = value;
  return o;
}

inline Operand read(Operand o) {
  o.isRead = true;
  return o;
}

inline Operand written(Operand o, bool alsoRead = false) {
  o.isWritten = true;
  o.isRead = alsoRead;
  return o;
}

/// A compute result: the lanes that the mask leaves out do not change.
template <typename T>
Operand result(const T &command, Operand o, bool alsoRead = false) {
  o.lanes = Lanes(command.tsk_lane_num);
  return written(o, alsoRead);
}

/// All of local memory, for what no public source describes.
inline Operand anything(llvm::StringRef name, bool isWritten) {
  Operand o;
  o.kind = Operand::Kind::Anything;
  o.name = name;
  o.isRead = true;
  o.isWritten = isWritten;
  return o;
}

// The lists, one overload an instruction.
Operands list(const Conv &);
Operands list(const PoolDepthwise &);
Operands list(const MatMul &);
Operands list(const MatMul2 &);
Operands list(const Arith &);
Operands list(const LaneArith &);
Operands list(const Requant &);
Operands list(const Compare &);
Operands list(const Special &);
Operands list(const Linear &);
Operands list(const Vector &);
Operands list(const TransBroadcast &);
Operands list(const ScatterGather &);
Operands list(const ScatterGatherLine &);
Operands list(const TiuSystem &);
Operands list(const LaneMask &);
Operands list(const GdmaTensor &);
Operands list(const GdmaMatrix &);
Operands list(const GdmaGeneral &);
Operands list(const GdmaCwTranspose &);
Operands list(const GdmaMaskedSelect &);
Operands list(const GdmaNonzero &);
Operands list(const GdmaGather &);
Operands list(const GdmaScatter &);
Operands list(const GdmaSystem &);

} // namespace tpu_mlir::isa
