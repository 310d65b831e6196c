//===- Lookup.cpp - Kernel of tpu.lookup
//-----------------------------------===//
#include "dialects/Tpu/Tpu.h"
#include "lib/Kernels/Kernels.h"
#include "lib/Kernels/Support/ElementwiseKernel.h"
#include "lib/Kernels/Verbs.h"
#include "lib/Target/Chip.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tpu_mlir;

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
    const Chip &chip = emitter.getChip();
    uint32_t result = viewOf(binding.result).address;
    uint32_t input = viewOf(binding.operands[0]).address;
    uint32_t table = viewOf(binding.operands[1]).address;
    const auto &[n, c, h, w] = binding.result.tile.size;
    int64_t full = c / chip.lanes, rest = c % chip.lanes;
    int64_t plane = llvm::alignTo(h * w, chip.alignment);
    int64_t most = llvm::alignDown(chip.maxSize, chip.alignment);
    auto lookUp = [&](int64_t offset, int64_t planes, int64_t lanes,
                      int64_t count) {
      verbsOf(emitter).lookUp(emitter, {uint32_t(result + offset),
                                        uint32_t(input + offset), table, planes,
                                        lanes, count});
    };
    auto emitPlanes = [&](int64_t first, int64_t planes, int64_t lanes) {
      if (h * w <= most)
        return lookUp(first * plane, planes, lanes, h * w);
      for (int64_t p = first; p < first + planes; ++p)
        for (int64_t at = 0; at < h * w; at += most)
          lookUp(p * plane + at, 1, lanes, std::min(most, h * w - at));
    };
    if (hasChannelTables(op) && c > chip.lanes) {
      int64_t planes = llvm::divideCeil(c, chip.lanes);
      uint32_t first = table;
      for (int64_t p = 0; p < n * planes; ++p) {
        int64_t block = p % planes;
        table = first + block * TableLookup::kTableBytes;
        emitPlanes(p, 1, std::min(c - block * chip.lanes, chip.lanes));
      }
      return;
    }
    if (rest == 0)
      return emitPlanes(0, n * full, chip.lanes);
    if (full == 0)
      return emitPlanes(0, n, rest);
    for (int64_t image = 0; image < n; ++image) {
      emitPlanes(image * (full + 1), full, chip.lanes);
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
