//===- Shape.cpp - Kernels of views and data movement
//----------------------===//
#include "dialects/Tpu/Tpu.h"
#include "lib/Commands/Emitter.h"
#include "lib/Commands/Timeline.h"
#include "lib/Kernels/Kernels.h"
#include "lib/Kernels/Movement/Transfer.h"
#include "lib/Kernels/Operands.h"
#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;
using namespace tpu_mlir;

static int64_t bytesOf(Type elementType) {
  return elementType.getIntOrFloatBitWidth() / 8;
}

static int64_t elementBytes(const GlobalBuffer &buffer) {
  return bytesOf(buffer.type.getElementType());
}

/// Copies all of a value to `target`, unless it lies there already.
static void copyWhole(Emitter &emitter, const GlobalBuffer &from,
                      int64_t target) {
  if (from.address != target)
    emitCopy(emitter, from.address, target,
             {{from.type.getNumElements(), 1, 1}}, elementBytes(from));
}

/// A box of `sizes` whose walk is given by strides on both sides.
static SmallVector<CopyDim> box(ArrayRef<int64_t> sizes,
                                ArrayRef<int64_t> sourceStrides,
                                ArrayRef<int64_t> targetStrides) {
  SmallVector<CopyDim> dims;
  for (size_t dim = 0; dim < sizes.size(); ++dim)
    dims.push_back({sizes[dim], sourceStrides[dim], targetStrides[dim]});
  return dims;
}

/// Whether a box of a tensor is one run of memory: full in all dimensions after
/// the first that is not 1.
static bool isRun(ArrayRef<int64_t> sizes, ArrayRef<int64_t> whole) {
  bool cut = false;
  for (size_t dim = sizes.size(); dim-- > 0;) {
    if (cut && sizes[dim] != 1)
      return false;
    cut |= sizes[dim] != whole[dim];
  }
  return true;
}

namespace {
/// Ops whose result is all of the operand, elsewhere.
template <typename Op>
struct WholeKernel
    : GlobalKernelOpInterface::ExternalModel<WholeKernel<Op>, Op> {
  void emitGlobal(Operation *, Emitter &emitter,
                  const GlobalBinding &binding) const {
    copyWhole(emitter, binding.operands[0], binding.results[0].address);
  }
};

struct ReshapeAlias
    : AliasOpInterface::ExternalModel<ReshapeAlias, tpu::ReshapeOp> {
  std::optional<int64_t> aliasOffset(Operation *, unsigned) const { return 0; }
};

struct PermuteKernel
    : GlobalKernelOpInterface::ExternalModel<PermuteKernel, tpu::PermuteOp> {
  void emitGlobal(Operation *operation, Emitter &emitter,
                  const GlobalBinding &binding) const {
    auto op = cast<tpu::PermuteOp>(operation);
    ArrayRef<int64_t> shape = binding.results[0].type.getShape();
    SmallVector<int64_t> input =
        denseStrides(binding.operands[0].type.getShape());
    SmallVector<int64_t> source;
    for (int64_t from : op.getOrder())
      source.push_back(input[from]);
    emitCopy(emitter, binding.operands[0].address, binding.results[0].address,
             box(shape, source, denseStrides(shape)),
             elementBytes(binding.results[0]));
  }
};

struct SliceAlias : AliasOpInterface::ExternalModel<SliceAlias, tpu::SliceOp> {
  std::optional<int64_t> aliasOffset(Operation *operation, unsigned) const {
    auto op = cast<tpu::SliceOp>(operation);
    ArrayRef<int64_t> sizes = op.getResult().getType().getShape();
    ArrayRef<int64_t> whole = op.getInput().getType().getShape();
    bool dense = llvm::all_of(llvm::zip(op.getSteps(), sizes), [](auto pair) {
      return std::get<0>(pair) == 1 || std::get<1>(pair) == 1;
    });
    if (!dense || !isRun(sizes, whole))
      return std::nullopt;
    int64_t start = 0;
    for (auto [offset, stride] :
         llvm::zip(op.getOffsets(), denseStrides(whole)))
      start += offset * stride;
    return -start * bytesOf(op.getInput().getType().getElementType());
  }
};

struct SliceKernel
    : GlobalKernelOpInterface::ExternalModel<SliceKernel, tpu::SliceOp> {
  void emitGlobal(Operation *operation, Emitter &emitter,
                  const GlobalBinding &binding) const {
    auto op = cast<tpu::SliceOp>(operation);
    const GlobalBuffer &from = binding.operands[0], &to = binding.results[0];
    SmallVector<int64_t> source = denseStrides(from.type.getShape());
    SmallVector<CopyDim> dims =
        box(to.type.getShape(), source, denseStrides(to.type.getShape()));
    int64_t start = from.address;
    for (unsigned dim = 0; dim < 4; ++dim) {
      start += op.getOffsets()[dim] * source[dim] * elementBytes(from);
      dims[dim].sourceStride *= op.getSteps()[dim];
    }
    auto offset = SliceAlias().aliasOffset(operation, 0);
    if (!offset || from.address - *offset != to.address)
      emitCopyAnyStep(emitter, start, to.address, dims, elementBytes(from));
  }

private:
  /// The engine's strides are unsigned: walks a reversed dimension one element
  /// at a time.
  static void emitCopyAnyStep(Emitter &emitter, int64_t source, int64_t target,
                              SmallVector<CopyDim> dims, int64_t bytes) {
    auto *reversed = llvm::find_if(
        dims, [](const CopyDim &dim) { return dim.sourceStride < 0; });
    if (reversed == dims.end())
      return emitCopy(emitter, source, target, dims, bytes);
    CopyDim dim = *reversed;
    reversed->size = 1;
    reversed->sourceStride = 0;
    for (int64_t i = 0; i < dim.size; ++i)
      emitCopyAnyStep(emitter, source + i * dim.sourceStride * bytes,
                      target + i * dim.targetStride * bytes, dims, bytes);
  }
};

struct ConcatAlias
    : AliasOpInterface::ExternalModel<ConcatAlias, tpu::ConcatOp> {
  std::optional<int64_t> aliasOffset(Operation *operation,
                                     unsigned operand) const {
    auto op = cast<tpu::ConcatOp>(operation);
    auto type = cast<RankedTensorType>(op.getInputs()[operand].getType());
    if (!isRun(type.getShape(), op.getResult().getType().getShape()))
      return std::nullopt;
    return offsetOf(op, operand) * bytesOf(type.getElementType());
  }

  /// Elements before the operand's first one in the result.
  static int64_t offsetOf(tpu::ConcatOp op, unsigned operand) {
    int64_t before = 0;
    for (Value input : op.getInputs().take_front(operand))
      before +=
          cast<RankedTensorType>(input.getType()).getDimSize(op.getAxis());
    return before *
           denseStrides(op.getResult().getType().getShape())[op.getAxis()];
  }
};

struct ConcatKernel
    : GlobalKernelOpInterface::ExternalModel<ConcatKernel, tpu::ConcatOp> {
  void emitGlobal(Operation *operation, Emitter &emitter,
                  const GlobalBinding &binding) const {
    auto op = cast<tpu::ConcatOp>(operation);
    const GlobalBuffer &to = binding.results[0];
    Emitter plain = emitter.another(), mixed = emitter.another();
    bool anyInPlace = copyParts(op, plain, binding, Gaps::Unwritten);
    emitFill(mixed, 0, to.address, to.type.getNumElements(), elementBytes(to));
    copyParts(op, mixed, binding, Gaps::Written);
    bool isFaster = !anyInPlace && cyclesOf(mixed) < cyclesOf(plain);
    for (const Command &command : (isFaster ? mixed : plain).getCommands())
      emitter.append(command.instruction);
  }

private:
  /// Returns whether an operand needs no copy.
  static bool copyParts(tpu::ConcatOp op, Emitter &emitter,
                        const GlobalBinding &binding, Gaps gaps) {
    const GlobalBuffer &to = binding.results[0];
    bool anyInPlace = false;
    for (auto [index, from] : llvm::enumerate(binding.operands)) {
      int64_t target =
          to.address + ConcatAlias::offsetOf(op, index) * elementBytes(to);
      if (ConcatAlias().aliasOffset(op, index) && from.address == target) {
        anyInPlace = true;
        continue;
      }
      ArrayRef<int64_t> shape = from.type.getShape();
      emitCopy(
          emitter, from.address, target,
          box(shape, denseStrides(shape), denseStrides(to.type.getShape())),
          elementBytes(to), gaps);
    }
    return anyInPlace;
  }
};

struct PadKernel
    : GlobalKernelOpInterface::ExternalModel<PadKernel, tpu::PadOp> {
  void emitGlobal(Operation *operation, Emitter &emitter,
                  const GlobalBinding &binding) const {
    auto op = cast<tpu::PadOp>(operation);
    const GlobalBuffer &from = binding.operands[0], &to = binding.results[0];
    SmallVector<int64_t> strides = denseStrides(to.type.getShape());
    emitFill(emitter,
             bitsOf(op.getValue().convertToFloat(), to.type.getElementType()),
             to.address, to.type.getNumElements(), elementBytes(to));
    int64_t target = to.address;
    for (unsigned dim = 0; dim < 4; ++dim)
      target += op.getLow()[dim] * strides[dim] * elementBytes(to);
    ArrayRef<int64_t> shape = from.type.getShape();
    emitCopy(emitter, from.address, target,
             box(shape, denseStrides(shape), strides), elementBytes(to),
             Gaps::Written);
  }
};

struct BroadcastKernel
    : GlobalKernelOpInterface::ExternalModel<BroadcastKernel,
                                             tpu::BroadcastOp> {
  void emitGlobal(Operation *, Emitter &emitter,
                  const GlobalBinding &binding) const {
    const GlobalBuffer &from = binding.operands[0], &to = binding.results[0];
    ArrayRef<int64_t> shape = to.type.getShape();
    SmallVector<int64_t> source = denseStrides(from.type.getShape());
    for (unsigned dim = 0; dim < 4; ++dim)
      if (from.type.getDimSize(dim) != shape[dim])
        source[dim] = 0;
    emitCopy(emitter, from.address, to.address,
             box(shape, source, denseStrides(shape)), elementBytes(to));
  }
};
} // namespace

void tpu_mlir::registerShapeKernels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, tpu::TpuDialect *) {
    tpu::ReshapeOp::attachInterface<ReshapeAlias, WholeKernel<tpu::ReshapeOp>>(
        *context);
    tpu::CopyOp::attachInterface<WholeKernel<tpu::CopyOp>>(*context);
    tpu::PermuteOp::attachInterface<PermuteKernel>(*context);
    tpu::SliceOp::attachInterface<SliceAlias, SliceKernel>(*context);
    tpu::ConcatOp::attachInterface<ConcatAlias, ConcatKernel>(*context);
    tpu::PadOp::attachInterface<PadKernel>(*context);
    tpu::BroadcastOp::attachInterface<BroadcastKernel>(*context);
  });
}
