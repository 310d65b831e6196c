//===- Rescale.cpp - Numbers of different scales, and tables --------------===//
//
// RQ_DQ commands; rounding and limits: docs/targets/notes/tiu-elementwise.md.
//
//===----------------------------------------------------------------------===//
#include "lib/Kernels/Support/Rescale.h"
#include "lib/Kernels/BM1684X/Fields.h"
#include "lib/Kernels/BM1684X/Verbs.h"

#include "llvm/ADT/bit.h"

using namespace tpu_mlir;
using namespace tpu_mlir::bm1684x;
using isa::RequantOp;

static isa::Requant commandOf(RequantOp op, const Rescaling &r) {
  assert(r.result.mode == LocalView::Aligned &&
         r.x.mode == LocalView::Aligned && "the command takes no strides");
  isa::Requant i;
  i.setFunction(op);
  i.res0_addr = r.result.address;
  i.res0_prec = precisionOf(r.result.elementType);
  i.opd2_sign = isSigned(r.result.elementType);
  i.opd0_addr = r.x.address;
  i.opd0_prec = precisionOf(r.x.elementType);
  i.opd0_sign = isSigned(r.x.elementType);
  setResultShape(i, r.shape);
  return i;
}

static void append(Emitter &emitter, isa::Requant i) {
  i.fillImplied();
  emitter.append(i);
}

void ChipVerbs::requantize(Emitter &emitter, const Rescaling &r,
                           uint32_t address) const {
  isa::Requant i = commandOf(RequantOp::RequantFloat, r);
  i.opd1_addr = address;
  append(emitter, i);
}

void ChipVerbs::requantize(Emitter &emitter, const Rescaling &r, float scale,
                           float offset) const {
  isa::Requant i = commandOf(RequantOp::RequantFloat, r);
  i.opd1_const = 1;
  i.opd1_addr = llvm::bit_cast<uint32_t>(scale);
  i.opd2_addr = llvm::bit_cast<uint32_t>(offset);
  append(emitter, i);
}

/// Two integers of 16 bits in a word.
static uint32_t halves(int64_t low, int64_t high) {
  return uint32_t(low & 0xffff) | uint32_t(high & 0xffff) << 16;
}

void ChipVerbs::requantizeExactly(Emitter &emitter, const Rescaling &r,
                                  float scale, int64_t zeroPoint) const {
  isa::Requant i = commandOf(RequantOp::Requant, r);
  FixedPoint number(scale);
  i.opd1_const = 1;
  i.opd1_addr = number.multiplier;
  i.opd2_addr = halves(number.shift & 0xff, zeroPoint);
  append(emitter, i);
}

void ChipVerbs::rescale(Emitter &emitter, const Rescaling &r, int64_t zeroPoint,
                        float scale) const {
  isa::Requant i = commandOf(RequantOp::Dequant, r);
  FixedPoint number(scale);
  i.opd1_const = 1;
  i.opd1_addr = halves(zeroPoint, number.shift);
  i.opd2_addr = number.multiplier;
  append(emitter, i);
}

void ChipVerbs::dequantize(Emitter &emitter, const Rescaling &r,
                           int64_t zeroPoint, float scale) const {
  isa::Requant i = commandOf(RequantOp::DequantFloat, r);
  i.opd1_const = 1;
  i.opd1_addr = halves(zeroPoint, 0);
  i.opd2_addr = llvm::bit_cast<uint32_t>(scale);
  append(emitter, i);
}

void ChipVerbs::lookUp(Emitter &emitter, const TableLookup &lookup) const {
  isa::ScatterGather i;
  i.setFunction(isa::ScatterGatherOp::LaneGatherD1);
  i.res0_addr = lookup.result;
  i.opd1_addr = lookup.input;
  i.opd0_addr = lookup.table;
  i.res0_prec = i.opd0_prec = i.opd1_prec = uint32_t(isa::Precision::I8);
  setResultShape(i, {lookup.planes, lookup.lanes, 1, lookup.count});
  i.opd0_h = 1;
  i.opd0_w = TableLookup::kTableBytes;
  i.opd1_c = lookup.lanes;
  i.opd1_w = lookup.count;
  i.fillImplied();
  emitter.append(i);
}
