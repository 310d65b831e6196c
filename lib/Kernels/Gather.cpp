//===- Gather.cpp - Kernels of tpu.gather, tpu.wrap_index -----------------===//
#include "dialects/Tpu/Tpu.h"
#include "lib/Commands/Emitter.h"
#include "lib/Kernels/Kernels.h"
#include "lib/Kernels/Movement/Transfer.h"
#include "lib/Kernels/Support/ElementwiseKernel.h"
#include "lib/Kernels/Support/Math.h"
#include "lib/Target/BM1684X/Chip.h"

using namespace mlir;
using namespace tpu_mlir;

/// The height of a table in the command, which knows no multiple of 65,536
/// (docs/targets/notes/gdma.md): then a row more, which no index chooses.
static int64_t heightOf(int64_t rows) {
  return rows % (bm1684x::kMaxSize + 1) == 0 ? rows + 1 : rows;
}

/// Rows [n, rows, 1, w] chosen by indices one after the other; what a command
/// cannot hold at once of n, w and the indices is cut.
static void emitGather(Emitter &emitter, const GlobalBuffer &table,
                       const GlobalBuffer &indices, const GlobalBuffer &to) {
  constexpr int64_t kMost = bm1684x::kMaxSize;
  ArrayRef<int64_t> from = table.type.getShape(), shape = to.type.getShape();
  int64_t bytes = table.type.getElementTypeBitWidth() / 8;
  int64_t rows = from[1], width = from[3], count = shape[1];
  for (int64_t n = 0; n < from[0]; n += kMost)
    for (int64_t i = 0; i < count; i += kMost)
      for (int64_t w = 0; w < width; w += kMost) {
        isa::GdmaGather gather;
        gather.src_data_format = formatOf(bytes);
        gather.stride_enable = 1;
        gather.setLaneMask(~uint64_t(0));
        gather.src_csize = gather.dst_csize = std::min(from[0] - n, kMost);
        gather.src_wsize = gather.dst_wsize = std::min(width - w, kMost);
        gather.index_csize = 1; // shared by all channels
        gather.src_hsize = heightOf(rows);
        gather.index_hsize = gather.dst_hsize = std::min(count - i, kMost);
        gather.src_cstride = rows * width;
        gather.dst_cstride = count * width;
        gather.src_hstride = gather.dst_hstride = width;
        gather.index_cstride = gather.index_hsize;
        gather.index_hstride = 1;
        gather.setSrcAddress(table.address + (n * rows * width + w) * bytes);
        gather.setIndexAddress(indices.address + i * sizeof(int32_t));
        gather.setDstAddress(to.address +
                             ((n * count + i) * width + w) * bytes);
        emitter.append(gather);
      }
}

namespace {
struct GatherKernel
    : GlobalKernelOpInterface::ExternalModel<GatherKernel, tpu::GatherOp> {
  void emitGlobal(Operation *, Emitter &emitter,
                  const GlobalBinding &binding) const {
    emitGather(emitter, binding.operands[0], binding.operands[1],
               binding.results[0]);
  }
};

struct WrapIndexKernel : ElementwiseBase<WrapIndexKernel, tpu::WrapIndexOp> {
  SmallVector<int64_t> scratch(Operation *operation, const Tile &result) const {
    Type type = cast<tpu::WrapIndexOp>(operation).getType().getElementType();
    return {bytesPerLane(result, Layout::Aligned, type)};
  }

  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    const Tile &tile = binding.result.tile;
    LocalView input = viewOf(binding.operands[0], tile);
    LocalView more = scratchView(binding.scratch[0], tile, input.elementType);
    Math math(emitter, operation->getContext(), tile.size);
    math.select(isa::ArithOp::SelectLess, more, input, 0.0f,
                uint32_t(cast<tpu::WrapIndexOp>(operation).getSize()));
    math.integer(isa::ArithOp::Add, viewOf(binding.result), input, more);
  }
};
} // namespace

void tpu_mlir::registerGatherKernels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, tpu::TpuDialect *) {
    tpu::GatherOp::attachInterface<GatherKernel>(*context);
    tpu::WrapIndexOp::attachInterface<WrapIndexKernel>(*context);
  });
}
