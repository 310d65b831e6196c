//===- Lookup.cpp - Kernel of tpu.lookup
//-----------------------------------===//
#include "dialects/Tpu/Tpu.h"
#include "lib/Commands/Emitter.h"
#include "lib/Kernels/Kernels.h"
#include "lib/Kernels/Support/ElementwiseKernel.h"
#include "lib/Target/BM1684X/Chip.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tpu_mlir;

static constexpr int64_t kTableBytes = 256;

/// Looks up `planes` runs of `count` indices in each of `lanes` lanes; runs
/// begin at multiples of 64 bytes.
static void emitLookup(Emitter &emitter, const LocalView &result,
                       const LocalView &input, uint32_t table, int64_t offset,
                       int64_t planes, int64_t lanes, int64_t count) {
  isa::ScatterGather i;
  i.setFunction(isa::ScatterGatherOp::LaneGatherD1);
  i.res0_addr = result.address + offset;
  i.opd1_addr = input.address + offset;
  i.opd0_addr = table;
  i.res0_prec = i.opd0_prec = i.opd1_prec = uint32_t(isa::Precision::I8);
  setResultShape(i, {planes, lanes, 1, count});
  i.opd0_h = 1;
  i.opd0_w = kTableBytes;
  i.opd1_c = lanes;
  i.opd1_w = count;
  i.fillImplied();
  emitter.append(i);
}

/// Whether each channel has a table of its own.
static bool hasChannelTables(Operation *op) {
  return Tile::whole(op->getOperand(1)).size[1] > 1;
}

namespace {
/// A table in every lane. Channels that share a lane become images, so that
/// they share the table, too; with tables of their own they take a command
/// each.
struct LookupKernel : ElementwiseBase<LookupKernel, tpu::LookupOp> {
  Tile operandTile(Operation *operation, unsigned operand,
                   const Tile &result) const {
    if (operand == 0)
      return result;
    Tile table = Tile::whole(operation->getOperand(operand));
    if (hasChannelTables(operation)) {
      table.offset[1] = result.offset[1];
      table.size[1] = result.size[1];
    }
    return table;
  }
  Layout operandLayout(Operation *operation, unsigned operand) const {
    return operand == 0 || hasChannelTables(operation) ? Layout::Aligned
                                                       : Layout::Replicated;
  }
  bool readsPart(Operation *, unsigned) const { return false; }

  void emit(Operation *op, Emitter &emitter, const Binding &binding) const {
    LocalView result = viewOf(binding.result);
    LocalView input = viewOf(binding.operands[0]);
    uint32_t table = viewOf(binding.operands[1]).address;
    const auto &[n, c, h, w] = binding.result.tile.size;
    int64_t full = c / bm1684x::kLanes, rest = c % bm1684x::kLanes;
    int64_t plane = llvm::alignTo(h * w, bm1684x::kAlignment);
    auto emitPlanes = [&](int64_t first, int64_t planes, int64_t lanes) {
      constexpr int64_t kMost =
          llvm::alignDown(bm1684x::kMaxSize, bm1684x::kAlignment);
      if (h * w <= kMost)
        return emitLookup(emitter, result, input, table, first * plane, planes,
                          lanes, h * w);
      for (int64_t p = first; p < first + planes; ++p)
        for (int64_t at = 0; at < h * w; at += kMost)
          emitLookup(emitter, result, input, table, p * plane + at, 1, lanes,
                     std::min(kMost, h * w - at));
    };
    if (hasChannelTables(op) && c > bm1684x::kLanes) {
      int64_t planes = llvm::divideCeil(c, bm1684x::kLanes);
      for (int64_t p = 0; p < n * planes; ++p) {
        int64_t first = p % planes * bm1684x::kLanes;
        table = viewOf(binding.operands[1]).address + p % planes * kTableBytes;
        emitPlanes(p, 1, std::min(c - first, bm1684x::kLanes));
      }
      return;
    }
    if (rest == 0)
      return emitPlanes(0, n * full, bm1684x::kLanes);
    if (full == 0)
      return emitPlanes(0, n, rest);
    for (int64_t image = 0; image < n; ++image) {
      emitPlanes(image * (full + 1), full, bm1684x::kLanes);
      emitPlanes(image * (full + 1) + full, 1, rest);
    }
  }
};
} // namespace

void tpu_mlir::registerLookupKernels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, tpu::TpuDialect *) {
    tpu::LookupOp::attachInterface<LookupKernel>(*context);
  });
}
