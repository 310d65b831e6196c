//===- Gather.cpp - Kernels of tpu.gather, tpu.wrap_index -----------------===//
#include "dialects/Tpu/Tpu.h"
#include "lib/Kernels/Kernels.h"
#include "lib/Kernels/Movement/Transfer.h"
#include "lib/Kernels/Support/ElementwiseKernel.h"
#include "lib/Kernels/Support/Math.h"

using namespace mlir;
using namespace tpu_mlir;

/// Rows [n, rows, 1, w] chosen by indices one after the other; what a command
/// cannot hold at once of n, w and the indices is cut.
static void emitGather(Emitter &emitter, const GlobalBuffer &table,
                       const GlobalBuffer &indices, const GlobalBuffer &to) {
  const int64_t most = emitter.getChip().maxSize;
  ArrayRef<int64_t> from = table.type.getShape(), shape = to.type.getShape();
  int64_t bytes = table.type.getElementTypeBitWidth() / 8;
  int64_t rows = from[1], width = from[3], count = shape[1];
  for (int64_t n = 0; n < from[0]; n += most)
    for (int64_t i = 0; i < count; i += most)
      for (int64_t w = 0; w < width; w += most) {
        RowGather gather;
        gather.table = table.address + (n * rows * width + w) * bytes;
        gather.indices = indices.address + i * sizeof(int32_t);
        gather.result = to.address + ((n * count + i) * width + w) * bytes;
        gather.channels = std::min(from[0] - n, most);
        gather.rows = rows;
        gather.count = std::min(count - i, most);
        gather.width = std::min(width - w, most);
        gather.tableStride = rows * width;
        gather.resultStride = count * width;
        gather.rowStride = width;
        verbsOf(emitter).gather(emitter, gather, bytes);
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
    return {scratchBytes(operation, result, type)};
  }

  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    const Tile &tile = binding.result.tile;
    LocalView input = viewOf(binding.operands[0], tile);
    LocalView more = scratchView(binding, 0, tile, input.elementType);
    Math math(emitter, operation->getContext(), tile.size);
    math.select(ArithOp::SelectLess, more, input, 0.0f,
                uint32_t(cast<tpu::WrapIndexOp>(operation).getSize()));
    math.integer(ArithOp::Add, viewOf(binding.result), input, more);
  }
};
} // namespace

void tpu_mlir::registerGatherKernels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, tpu::TpuDialect *) {
    tpu::GatherOp::attachInterface<GatherKernel>(*context);
    tpu::WrapIndexOp::attachInterface<WrapIndexKernel>(*context);
  });
}
