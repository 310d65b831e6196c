//===- Work.cpp - What a command accomplishes -----------------------------===//
#include "lib/Target/BM1684X/Chip.h"

#include "lib/Isa/Operands.h"
#include "lib/Target/BM1684X/Cycles.h"

using namespace tpu_mlir;

static Work onArray(uint64_t macs, uint32_t precision) {
  uint64_t atOnce = bm1684x::chip.lanes * bm1684x::outputsAtOnce(precision) *
                    bm1684x::channelsAtOnce(precision);
  return {macs, atOnce, 0, 0};
}

static uint64_t count(const isa::Sizes &shape) {
  return shape[0] * shape[1] * shape[2] * shape[3];
}

/// Columns of a matrix that is spread over lanes, `width` a lane and `last` in
/// the last one.
static uint64_t spread(uint64_t lanes, uint64_t width, uint64_t last) {
  return lanes ? (lanes - 1) * width + last : 0;
}

static Work macsOf(const isa::Conv &c) {
  uint64_t outputs = count({c.res0_n, c.res0_c, c.res0_h, c.res0_w});
  return onArray(outputs * c.opd0_c * c.opd1_h * c.opd1_w, c.opd0_prec);
}

static Work macsOf(const isa::MatMul &c) {
  uint64_t inner = spread(c.opd0_c, c.opd0_w, c.opd1_w);
  return onArray(c.opd0_n * inner * c.res0_c * c.res0_w, c.opd0_prec);
}

static Work macsOf(const isa::MatMul2 &c) {
  uint64_t inner =
      c.function() == isa::MatMul2Op::NN ? c.opd1_c : uint64_t(c.opd1_w);
  return onArray(uint64_t(c.res0_c) * inner * c.res0_w, c.opd0_prec);
}

template <typename Other> static Work macsOf(const Other &) { return {}; }

Work bm1684x::workOf(const isa::Instruction &instruction) {
  Work work = std::visit([](const auto &c) { return macsOf(c); }, instruction);
  if (isa::engineOf(instruction) == isa::Engine::Tiu)
    return work;
  for (const isa::Operand &o : isa::operands(instruction)) {
    if (o.kind == isa::Operand::Kind::Constant || !o.hasSpace ||
        o.space != isa::Space::Global)
      continue;
    uint64_t bytes = count(o.shape) * isa::bitsOf(o.precision) / 8;
    work.bytesRead += o.isRead ? bytes : 0;
    work.bytesWritten += o.isWritten ? bytes : 0;
  }
  return work;
}
