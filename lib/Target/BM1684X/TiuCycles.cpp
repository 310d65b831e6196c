//===- TiuCycles.cpp - Cycles of the commands that compute ----------------===//
#include "lib/Target/BM1684X/Chip.h"
#include "lib/Target/BM1684X/Cycles.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace tpu_mlir;
using bm1684x::channelsAtOnce;
using bm1684x::chip;
using bm1684x::outputsAtOnce;
using llvm::divideCeil;

/// Steps of an iteration of division and of 1 / sqrt, and what comes with it.
static constexpr uint64_t divisionSteps = 31; // three iterations
static constexpr uint64_t rsqrtSteps = 30;    // three iterations

static uint64_t bytesOf(uint32_t precision) {
  return std::max(1u, isa::bitsOf(isa::Precision(precision)) / 8);
}

static bool isF32(uint32_t precision) {
  return precision == uint32_t(isa::Precision::F32) ||
         precision == uint32_t(isa::Precision::I32);
}

uint64_t bm1684x::outputsAtOnce(uint32_t precision) {
  return isF32(precision) ? 16 : 4;
}

uint64_t bm1684x::channelsAtOnce(uint32_t precision) {
  return chip.channelsTogether(isa::bitsOf(isa::Precision(precision)));
}

/// Rounds of 64 lanes that channels from the first lane of `address` on take.
static uint64_t rounds(uint64_t channels, uint64_t address) {
  uint64_t lane = address / chip.laneBytes % chip.lanes;
  return divideCeil(lane + channels, chip.lanes);
}

/// Steps of the 64 bytes wide units for a plane of `elements`.
static uint64_t vectors(uint64_t elements, uint64_t elementBytes) {
  return divideCeil(elements * elementBytes, chip.alignment);
}

/// Steps to produce the result once, at the width of the widest tensor.
template <typename Command>
static uint64_t elementwise(const Command &c, uint64_t elementBytes) {
  return uint64_t(c.res0_n) * rounds(c.res0_c, c.res0_addr) *
         vectors(uint64_t(c.res0_h) * c.res0_w, elementBytes);
}

/// 2 if the result takes the place of a tensor operand, whose bank it must
/// share with the writes, else 1.
template <typename Command> static uint64_t inPlace(const Command &c) {
  bool replaces = !c.opd0_const && c.opd0_addr == c.res0_addr;
  if constexpr (!std::is_same_v<Command, isa::TransBroadcast>)
    replaces |=
        !c.opd1_const && c.tsk_opd_num > 1 && c.opd1_addr == c.res0_addr;
  return replaces ? 2 : 1;
}

/// Bytes of an element of the widest of result and operands 0 and 1.
template <typename Command> static uint64_t widest(const Command &c) {
  uint64_t bytes = bytesOf(c.res0_prec);
  if (!c.opd0_const)
    bytes = std::max(bytes, bytesOf(c.opd0_prec));
  if (!c.opd1_const && c.tsk_opd_num > 1)
    bytes = std::max(bytes, bytesOf(c.opd1_prec));
  return bytes;
}

uint64_t bm1684x::cycles(const isa::Conv &c) {
  uint64_t outputs = uint64_t(c.res0_h) * c.res0_w;
  return uint64_t(c.res0_n) * rounds(c.res0_c, c.res0_addr) *
         divideCeil(c.opd0_c, channelsAtOnce(c.opd0_prec)) * c.opd1_h *
         c.opd1_w * divideCeil(outputs, outputsAtOnce(c.opd0_prec));
}

/// 64 bytes of input at a time, at most one read a result: a vector of results
/// takes three where windows move by more than one along h and w, and in a
/// column as many as rows lie between its first two results, and one.
uint64_t bm1684x::cycles(const isa::PoolDepthwise &c) {
  uint64_t bytes = bytesOf(c.opd0_prec);
  uint64_t together =
      std::min<uint64_t>(uint64_t(c.res0_h) * c.res0_w, chip.alignment / bytes);
  uint64_t most = 1;
  if (c.res0_w == 1)
    most = uint64_t(c.opd0_w) * c.res_op_y_str + 1;
  else if (c.res_op_x_str > 1 && c.res_op_y_str > 1)
    most = 3;
  uint64_t reads = most <= 2 ? 1 : std::min(together, most);
  return elementwise(c, bytes) * c.opd1_h * c.opd1_w * reads;
}

uint64_t bm1684x::cycles(const isa::MatMul &c) {
  uint64_t columns = uint64_t(c.opd0_w) * (std::max(c.opd0_c, 1u) - 1) +
                     c.opd1_w; // of the left matrix as it lies in memory
  uint64_t rows = c.left_tran ? columns : c.opd0_n;
  uint64_t inner = c.left_tran ? c.opd0_n : columns;
  uint64_t row =
      rounds(c.res0_c, c.res0_addr) * vectors(c.res0_w, bytesOf(c.opd0_prec));
  uint64_t extra = c.res_add ? row : 0;
  if (!c.opd2_const)
    extra += row;
  return rows * (inner * row + extra);
}

uint64_t bm1684x::cycles(const isa::MatMul2 &c) {
  uint64_t inner = c.function() == isa::MatMul2Op::NN ? c.opd1_c : c.opd1_w;
  return rounds(c.res0_c, c.res0_addr) *
         divideCeil(inner, channelsAtOnce(c.opd0_prec)) *
         divideCeil(c.res0_w, outputsAtOnce(c.opd0_prec));
}

static constexpr uint32_t strided = 3; // code of the layout

/// Two operands in the strided layout, neither repeated along h or w.
static bool readsTwoWalks(const isa::Arith &c) {
  bool walks0 = !c.opd0_const && c.opd0_str == strided &&
                (c.res0_h == 1 || c.opd0_h_str) &&
                (c.res0_w == 1 || c.opd0_w_str);
  bool walks1 = !c.opd1_const && c.opd1_str == strided &&
                (c.res0_h == 1 || c.opd1_h_str) &&
                (c.res0_w == 1 || c.opd1_w_str);
  return c.tsk_opd_num > 1 && walks0 && walks1;
}

/// The largest distance, in elements, of neighbours along w in a tensor whose
/// strides stand in the command; a vector takes at most one access an element.
static uint64_t apart(const isa::Arith &c) {
  if (c.res0_w == 1)
    return 1;
  uint64_t stride = c.res0_str == strided ? c.res0_w_str : 1;
  if (!c.opd0_const && c.opd0_str == strided)
    stride = std::max<uint64_t>(stride, c.opd0_w_str);
  if (!c.opd1_const && c.tsk_opd_num > 1 && c.opd1_str == strided)
    stride = std::max<uint64_t>(stride, c.opd1_w_str);
  return std::clamp<uint64_t>(stride, 1, chip.alignment / widest(c));
}

uint64_t bm1684x::cycles(const isa::Arith &c) {
  uint64_t steps = elementwise(c, widest(c)) * apart(c);
  if (c.function() == isa::ArithOp::Div)
    return steps * divisionSteps;
  if (c.function() == isa::ArithOp::Copy)
    return steps;
  return steps * inPlace(c) * (readsTwoWalks(c) ? 2 : 1);
}

uint64_t bm1684x::cycles(const isa::LaneArith &c) {
  return rounds(c.res0_c, c.res0_addr) *
         vectors(c.res0_w, bytesOf(c.res0_prec));
}

uint64_t bm1684x::cycles(const isa::Requant &c) {
  return elementwise(c, std::max(bytesOf(c.res0_prec), bytesOf(c.opd0_prec))) *
         inPlace(c);
}

uint64_t bm1684x::cycles(const isa::TransBroadcast &c) {
  uint64_t bytes = bytesOf(c.res0_prec);
  if (c.function() == isa::TransBroadcastOp::LaneCopy) // lane by lane
    return uint64_t(c.res0_n) * c.res0_c * rounds(c.res0_c, c.res0_addr) *
           vectors(uint64_t(c.res0_h) * c.res0_w, bytes);
  return elementwise(c, bytes) * inPlace(c);
}

/// A lane looks up one element a cycle.
template <typename Command> static uint64_t lookups(const Command &c) {
  uint64_t result =
      uint64_t(c.res0_n) * rounds(c.res0_c, c.res0_addr) * c.res0_h * c.res0_w;
  uint64_t source =
      uint64_t(c.opd0_n) * rounds(c.opd0_c, c.opd0_addr) * c.opd0_h * c.opd0_w;
  return std::max<uint64_t>({1, std::min(result, source ? source : result)});
}

uint64_t bm1684x::cycles(const isa::ScatterGather &c) {
  if (c.function() == isa::ScatterGatherOp::LaneScatterHazard)
    return uint64_t(c.res0_n) * rounds(c.res0_c, c.res0_addr) * c.opd1_h *
           std::max(1u, c.opd1_w);
  return lookups(c);
}

uint64_t bm1684x::cycles(const isa::ScatterGatherLine &c) {
  return elementwise(c, bytesOf(c.res0_prec));
}

uint64_t bm1684x::cycles(const isa::Special &c) {
  uint64_t steps = elementwise(c, bytesOf(c.res0_prec));
  switch (c.function()) {
  case isa::SpecialOp::Rsqrt:
    return steps * rsqrtSteps;
  case isa::SpecialOp::Normalize:
    return steps;
  default: // a Taylor series: one step a coefficient
    return steps * std::max(1u, c.opd1_n);
  }
}

uint64_t bm1684x::cycles(const isa::Linear &c) {
  return elementwise(c, bytesOf(c.opd0_prec));
}

uint64_t bm1684x::cycles(const isa::Vector &c) {
  return elementwise(c, bytesOf(c.res0_prec));
}

/// Comparison and selection are two steps.
uint64_t bm1684x::cycles(const isa::Compare &c) {
  return 2 * elementwise(c, std::max(bytesOf(c.res0_prec), widest(c)));
}

uint64_t bm1684x::cycles(const isa::TiuSystem &) { return 1; }
uint64_t bm1684x::cycles(const isa::LaneMask &) { return 1; }
