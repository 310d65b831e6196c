//===- OperandsMovement.cpp - Operands of moves inside local memory -------===//

#include "lib/Isa/OperandLayouts.h"

using namespace tpu_mlir::isa;
namespace isa = tpu_mlir::isa;

namespace {

constexpr uint32_t i16 = uint32_t(Precision::I16);

/// The lanes of the multi-bank gather hold four copies, this far apart.
constexpr uint64_t copyBytes = laneBytes / 8;

/// Data of the functions within a lane: one copy for all n; with a layout
/// field other than 0 its rows begin at multiples of 64 bytes and all channels
/// share them.
Operand laneData(const ScatterGather &i, Type type) {
  Sizes shape = {1, i.res0_c, i.opd0_h, i.opd0_w};
  if (i.opd0_str == uint32_t(Layout::Aligned))
    return aligned("opd0", i.opd0_addr, type, shape);
  Operand o = rowAligned("opd0", i.opd0_addr, type, shape);
  o.strides[0] = o.strides[1] = 0;
  return o;
}

} // namespace

Operands isa::list(const TransBroadcast &i) {
  Type type{i.res0_prec, false};
  Sizes shape = {i.res0_n, i.res0_c, i.res0_h, i.res0_w};
  Sizes turned = {i.res0_n, i.res0_w, i.res0_h, i.res0_c};
  Operand from, to = aligned("res0", i.res0_addr, type, shape);
  switch (i.function()) {
  case TransBroadcastOp::TransposeCW:
    to = rowAligned("res0", i.res0_addr, type, shape);
    [[fallthrough]];
  case TransBroadcastOp::TransposeWC:
    from = aligned("opd0", i.opd0_addr, type, turned);
    break;
  case TransBroadcastOp::LaneCopy:
    from = aligned("opd0", i.opd0_addr, type, shape);
    break;
  case TransBroadcastOp::LaneBroadcast:
    from =
        aligned("opd0", i.opd0_addr, type, {shape[0], 1, shape[2], shape[3]});
    break;
  case TransBroadcastOp::StaticBroadcast:
    from = dense("opd0", i.opd0_addr, type, {1, 1, 1, shape[3]}, 0, "compact");
    to = aligned("res0", i.res0_addr, type, {1, shape[1], 1, shape[3]});
    break;
  case TransBroadcastOp::StaticDistribute:
    from = dense("opd0", i.opd0_addr, type, {1, 1, 1, shape[1]}, 0, "compact");
    to = compact("res0", i.res0_addr, type, {1, shape[1], 1, 1});
    break;
  default:
    return {};
  }
  return {read(from), result(i, to)};
}

Operands isa::list(const ScatterGather &i) {
  Type data{i.opd0_prec, false}, index{i.opd1_prec, false};
  Type out{i.res0_prec, false};
  Sizes shape = {i.res0_n, i.res0_c, i.res0_h, i.res0_w};
  Operand from, indices, to = aligned("res0", i.res0_addr, out, shape);
  bool isScatter = false, hasCount = false, hasIndices = true;
  // An index for all channels, spread over the lanes by the index's own c.
  auto spread = [&](uint64_t values) {
    return compact("opd1", i.opd1_addr, index, {1, i.opd1_c, 1, values});
  };
  // Indices of each channel in its lane.
  auto inLane = [&](uint64_t n) {
    return aligned("opd1", i.opd1_addr, index, {n, i.res0_c, 1, i.opd1_w});
  };
  switch (i.function()) {
  case ScatterGatherOp::ScatterD1:
    isScatter = true;
    [[fallthrough]];
  case ScatterGatherOp::GatherD1:
    from =
        aligned("opd0", i.opd0_addr, data, {shape[0], shape[1], 1, i.opd0_w});
    indices = spread(1);
    break;
  case ScatterGatherOp::ScatterD2:
    isScatter = true;
    [[fallthrough]];
  case ScatterGatherOp::GatherD2:
    from = aligned("opd0", i.opd0_addr, data,
                   {shape[0], shape[1], i.opd0_h, i.opd0_w});
    indices = spread(2);
    break;
  case ScatterGatherOp::GatherRect:
    from = aligned("opd0", i.opd0_addr, data,
                   {shape[0], shape[1], i.opd0_h, i.opd0_w});
    indices = spread(4);
    shape[2] = uint64_t(i.opd3_addr >> 16) * (i.opd3_addr & 0xffff);
    to = rowAligned("res0", i.res0_addr, out, shape);
    break;
  case ScatterGatherOp::LaneScatterD1:
  case ScatterGatherOp::LaneScatterHazard:
  case ScatterGatherOp::LaneScatterPingPong:
    isScatter = true;
    [[fallthrough]];
  case ScatterGatherOp::LaneGatherD1:
  case ScatterGatherOp::LaneGatherHazard:
    from = laneData(i, data);
    indices = inLane(shape[0]);
    break;
  case ScatterGatherOp::LaneMultiGatherD1:
    from = aligned("opd0", i.opd0_addr, data, {4, shape[1], 1, i.opd0_w});
    from.strides[0] = copyBytes * unitElements(i.opd0_prec) / 64;
    from.layout = "four banks";
    indices = inLane(1);
    break;
  case ScatterGatherOp::LaneMaskSelect:
  case ScatterGatherOp::LaneMaskSelectHazard:
    from = laneData(i, data);
    indices = inLane(shape[0]);
    hasCount = true;
    break;
  case ScatterGatherOp::LaneNonzero:
  case ScatterGatherOp::LaneNonzeroHazard:
    from =
        aligned("opd0", i.opd0_addr, data, {shape[0], shape[1], 1, i.opd0_w});
    hasIndices = false;
    hasCount = true;
    break;
  default: // the chip model knows no per-column functions
    return {anything("opd0", true)};
  }
  Operands all = {read(from)};
  if (hasIndices)
    all.push_back(read(indices));
  all.push_back(result(i, to, isScatter));
  if (hasCount)
    all.push_back(result(i, compact("res1", i.res1_addr, Type{i16, true},
                                    {shape[0], shape[1], 1, 1})));
  return all;
}

Operands isa::list(const ScatterGatherLine &i) {
  Type type{i.res0_prec, false};
  bool isScatter = i.function() == ScatterGatherLineOp::ScatterLine;
  // Opd0 serves all n; with a layout other than strided all channels share it.
  Operand from =
      rowAligned("opd0", i.opd0_addr, type, {1, i.res0_c, i.opd0_h, i.res0_w});
  if (i.opd0_str != uint32_t(Layout::Strided))
    from.strides[0] = from.strides[1] = 0;
  uint64_t lines = isScatter ? i.opd0_h : i.res0_h;
  return {read(from),
          read(aligned("opd1", i.opd1_addr, Type{i.opd1_prec, false},
                       {i.res0_n, i.res0_c, lines, 1})),
          result(i,
                 rowAligned("res0", i.res0_addr, type,
                            {i.res0_n, i.res0_c, i.res0_h, i.res0_w}),
                 isScatter)};
}

Operands isa::list(const TiuSystem &) { return {}; }

Operands isa::list(const LaneMask &i) {
  Type type{uint32_t(Precision::I8), false};
  switch (i.function()) {
  case LaneMaskOp::WriteFromLocal:
    return {read(
        dense("mask", i.mask_value, type, {1, 1, 1, laneCount}, 0, "compact"))};
  case LaneMaskOp::WriteCollectFromLocal:
    return {read(compact("mask", i.mask_value, type, {1, laneCount, 1, 1}))};
  default:
    return {};
  }
}
