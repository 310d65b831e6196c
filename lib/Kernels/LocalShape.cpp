//===- LocalShape.cpp - Data movement inside local memory -----------------===//
//
// Concatenations, slices, paddings and views of values that are in local memory
// already. Where channels stay in their lanes, the array copies 64 bytes a lane
// and cycle; where they change lanes, the transfer engine moves them.
//
//===----------------------------------------------------------------------===//
#include "dialects/Tpu/Tpu.h"
#include "lib/Kernels/Kernels.h"
#include "lib/Kernels/Movement/Transfer.h"
#include "lib/Kernels/Support/Math.h"
#include "lib/Support/ChipOf.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tpu_mlir;

static bool startsRound(int64_t channel, const Chip &chip) {
  return channel % chip.lanes == 0;
}

/// The tile from the first channel of a round on, as buffers must be.
static Tile fromRound(Tile tile, const Chip &chip) {
  int64_t end = tile.end(1);
  tile.offset[1] -= tile.offset[1] % chip.lanes;
  tile.size[1] = end - tile.offset[1];
  return tile;
}

/// Copies the tile `from` of an operand to the tile `to`, of the same size, of
/// the result.
static void emitPart(Operation *op, Emitter &emitter, const LocalBuffer &source,
                     const Tile &from, const LocalBuffer &target,
                     const Tile &to) {
  if (llvm::is_contained(from.size, 0))
    return;
  if (!startsRound(from.offset[1] - source.tile.offset[1], *source.chip) ||
      !startsRound(to.offset[1] - target.tile.offset[1], *target.chip))
    return emitChannelMove(emitter, source, from, target, to);
  Math(emitter, op->getContext(), to.size)
      .copy(viewOf(target, to), viewOf(source, from));
}

namespace {
struct LocalConcat
    : KernelOpInterface::ExternalModel<LocalConcat, tpu::ConcatOp> {
  Tile operandTile(Operation *operation, unsigned operand,
                   const Tile &result) const {
    Tile tile = result;
    unsigned axis = cast<tpu::ConcatOp>(operation).getAxis();
    tile.offset[axis] = 0;
    tile.size[axis] = Tile::whole(operation->getOperand(operand)).size[axis];
    return tile;
  }
  bool sliceable(Operation *operation, unsigned dim) const {
    return dim != cast<tpu::ConcatOp>(operation).getAxis();
  }

  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    unsigned axis = cast<tpu::ConcatOp>(operation).getAxis();
    int64_t start = 0;
    for (auto [operand, buffer] : llvm::enumerate(binding.operands)) {
      Tile from = operandTile(operation, operand, binding.result.tile);
      Tile to = from;
      to.offset[axis] += start;
      start += from.size[axis];
      emitPart(operation, emitter, buffer, from, binding.result, to);
    }
  }
};

struct LocalSlice : KernelOpInterface::ExternalModel<LocalSlice, tpu::SliceOp> {
  /// Channels are taken one after the other; others step forwards.
  bool available(Operation *operation) const {
    auto op = cast<tpu::SliceOp>(operation);
    ArrayRef<int64_t> steps = op.getSteps();
    int64_t row = op.getInput().getType().getDimSize(3);
    return steps[1] == 1 && steps[0] == 1 && steps[2] > 0 && steps[3] > 0 &&
           steps[2] * row <= chipOf(operation).maxSize &&
           (isStraight(op) || startsRound(op.getOffsets()[1], chipOf(op)));
  }

  Tile operandTile(Operation *operation, unsigned, const Tile &result) const {
    return fromRound(taken(operation, result), chipOf(operation));
  }
  bool sliceable(Operation *, unsigned) const { return true; }

  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    auto op = cast<tpu::SliceOp>(operation);
    const LocalBuffer &result = binding.result, &input = binding.operands[0];
    Tile from = taken(operation, result.tile);
    if (isStraight(op))
      return emitPart(op, emitter, input, from, result, result.tile);
    LocalView source = viewOf(input, from);
    source.mode = LocalView::Strided;
    source.strides[2] *= op.getSteps()[2];
    source.strides[3] *= op.getSteps()[3];
    Math(emitter, op.getContext(), result.tile.size)
        .copy(viewOf(result), source);
  }

private:
  static bool isStraight(tpu::SliceOp op) {
    return op.getSteps()[2] == 1 && op.getSteps()[3] == 1;
  }

  /// The elements, and those that steps leave out between them.
  static Tile taken(Operation *operation, const Tile &result) {
    auto op = cast<tpu::SliceOp>(operation);
    Tile tile;
    for (unsigned dim = 0; dim < 4; ++dim) {
      int64_t step = op.getSteps()[dim];
      tile.offset[dim] = op.getOffsets()[dim] + result.offset[dim] * step;
      tile.size[dim] = (result.size[dim] - 1) * step + 1;
    }
    return tile;
  }
};

struct LocalPad : KernelOpInterface::ExternalModel<LocalPad, tpu::PadOp> {
  /// At least one element in each dimension, be it only padding.
  Tile operandTile(Operation *operation, unsigned, const Tile &result) const {
    auto op = cast<tpu::PadOp>(operation);
    Tile tile = inner(op, result), whole = Tile::whole(op.getInput());
    for (unsigned dim = 0; dim < 4; ++dim) {
      tile.offset[dim] = std::min(tile.offset[dim], whole.size[dim] - 1);
      tile.size[dim] = std::max<int64_t>(tile.size[dim], 1);
    }
    return fromRound(tile, chipOf(operation));
  }
  bool sliceable(Operation *, unsigned) const { return true; }

  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    auto op = cast<tpu::PadOp>(operation);
    const Tile &result = binding.result.tile;
    Math(emitter, op.getContext(), result.size)
        .fill(viewOf(binding.result), op.getValue().convertToFloat());
    Tile from = inner(op, result), to = from;
    for (unsigned dim = 0; dim < 4; ++dim)
      to.offset[dim] += op.getLow()[dim];
    emitPart(op, emitter, binding.operands[0], from, binding.result, to);
  }

private:
  /// The part of the input that a slice of the result holds; may be empty.
  static Tile inner(tpu::PadOp op, const Tile &result) {
    Tile tile, whole = Tile::whole(op.getInput());
    for (unsigned dim = 0; dim < 4; ++dim) {
      int64_t low = op.getLow()[dim];
      int64_t begin = std::max<int64_t>(result.offset[dim] - low, 0);
      int64_t end = std::min(result.end(dim) - low, whole.size[dim]);
      tile.offset[dim] = begin;
      tile.size[dim] = std::max<int64_t>(end - begin, 0);
    }
    return tile;
  }
};

/// Views in which each channel keeps its elements: rows become others.
struct LocalReshape
    : KernelOpInterface::ExternalModel<LocalReshape, tpu::ReshapeOp> {
  bool available(Operation *operation) const {
    auto from = cast<RankedTensorType>(operation->getOperand(0).getType());
    auto to = cast<RankedTensorType>(operation->getResult(0).getType());
    return from.getRank() == 4 && to.getRank() == 4 &&
           from.getShape().take_front(2) == to.getShape().take_front(2) &&
           to.getDimSize(2) * to.getDimSize(3) <= chipOf(operation).maxSize;
  }
  Tile operandTile(Operation *operation, unsigned, const Tile &result) const {
    Tile tile = Tile::whole(operation->getOperand(0));
    for (unsigned dim : {0, 1}) {
      tile.offset[dim] = result.offset[dim];
      tile.size[dim] = result.size[dim];
    }
    return tile;
  }
  bool sliceable(Operation *, unsigned dim) const { return dim < 2; }
  bool readsPart(Operation *, unsigned) const { return false; }

  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    const Tile &tile = binding.result.tile;
    LocalView to = viewOf(binding.result), from = viewOf(binding.operands[0]);
    Math(emitter, operation->getContext(),
         {tile.size[0], tile.size[1], 1, tile.size[2] * tile.size[3]})
        .copy(to, from);
  }
};

/// Orders in which channels stay channels: one copy that walks the others as
/// the result does.
struct LocalPermute
    : KernelOpInterface::ExternalModel<LocalPermute, tpu::PermuteOp> {
  bool available(Operation *operation) const {
    return cast<tpu::PermuteOp>(operation).getOrder()[1] == 1 &&
           llvm::all_of(ArrayRef<Value>{operation->getOperand(0),
                                        operation->getResult(0)},
                        [&](Value value) {
                          LocalBuffer buffer{
                              0, Tile::whole(value), Layout::Aligned,
                              getElementTypeOrSelf(value), &chipOf(operation)};
                          return fitsStrides(buffer, buffer.tile);
                        });
  }
  Tile operandTile(Operation *operation, unsigned, const Tile &result) const {
    Tile tile;
    for (auto [dim, from] :
         llvm::enumerate(cast<tpu::PermuteOp>(operation).getOrder())) {
      tile.offset[from] = result.offset[dim];
      tile.size[from] = result.size[dim];
    }
    return tile;
  }
  bool sliceable(Operation *, unsigned) const { return true; }

  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    const Tile &result = binding.result.tile;
    LocalView from =
        viewOf(binding.operands[0], operandTile(operation, 0, result));
    auto strides = from.strides;
    from.mode = LocalView::Strided;
    for (auto [dim, source] :
         llvm::enumerate(cast<tpu::PermuteOp>(operation).getOrder()))
      from.strides[dim] = result.size[dim] > 1 ? strides[source] : 0;
    Math(emitter, operation->getContext(), result.size)
        .copy(viewOf(binding.result), from);
  }
};
} // namespace

void tpu_mlir::registerLocalShapeKernels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, tpu::TpuDialect *) {
    tpu::ConcatOp::attachInterface<LocalConcat>(*context);
    tpu::SliceOp::attachInterface<LocalSlice>(*context);
    tpu::PadOp::attachInterface<LocalPad>(*context);
    tpu::ReshapeOp::attachInterface<LocalReshape>(*context);
    tpu::PermuteOp::attachInterface<LocalPermute>(*context);
  });
}
