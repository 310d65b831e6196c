//===- FoldedOps.cpp - Ops on values whose rows are channels --------------===//
#include "lib/Schedule/Views/FoldedOps.h"

#include "dialects/Top/Top.h"
#include "lib/Dialect/Top/IR/RawBytes.h"
#include "lib/Support/ChipOf.h"
#include "lib/Support/PartOf.h"
#include "lib/Support/TypeOf.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tpu_mlir;
using namespace tpu_mlir::tpu;

static bool isConstant(Value value) {
  return value.getDefiningOp<top::WeightOp>() != nullptr;
}

/// The same value for all rows and columns of a channel.
static bool isOfChannels(Value operand, Value result) {
  ArrayRef<int64_t> shape = typeOf(operand).getShape();
  return isConstant(operand) && shape[0] == 1 && shape[2] == 1 &&
         shape[3] == 1 && shape[1] == typeOf(result).getDimSize(1);
}

std::optional<FoldedOperand> tpu::foldedOperand(OpOperand &operand) {
  Operation *op = operand.getOwner();
  Value value = operand.get(), result = op->getResult(0);
  unsigned index = operand.getOperandNumber();
  if (isa<ConvOp>(op)) {
    if (index == 0)
      return FoldedOperand::Value;
    if (!isConstant(value))
      return std::nullopt;
    return index == 1 ? FoldedOperand::Filter : FoldedOperand::Channels;
  }
  if (isa<ConcatOp, SliceOp>(op))
    return FoldedOperand::Value;
  if (auto lookup = dyn_cast<LookupOp>(op); lookup && index == 1)
    return typeOf(value).getDimSize(1) == 1 ? std::optional(FoldedOperand::Same)
                                            : std::nullopt;
  if (typeOf(value).getNumElements() == 1)
    return FoldedOperand::Same;
  if (isOfChannels(value, result))
    return FoldedOperand::Channels;
  if (typeOf(value).getShape() == typeOf(result).getShape() &&
      !isConstant(value))
    return FoldedOperand::Value;
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Convolutions
//===----------------------------------------------------------------------===//

namespace {
/// Result row b' i + p reads input rows b i + delta, delta = s p + d ky - pad:
/// row i + floor(delta / b) of channel delta mod b.
struct FoldedConv {
  FoldedConv(ConvOp op, int64_t height)
      : inputs(op.getInput().getType().getDimSize(2) / height),
        results(op.getType().getDimSize(2) / height),
        stride(op.getStrides()[0]), dilation(op.getDilations()[0]),
        pad(op.getPads()[0]), taps(op.getKernel()[0]) {}

  int64_t delta(int64_t p, int64_t ky) const {
    return stride * p + dilation * ky - pad;
  }
  int64_t rowOf(int64_t delta) const {
    return delta >= 0 ? delta / inputs : -llvm::divideCeil(-delta, inputs);
  }
  int64_t first() const { return rowOf(delta(0, 0)); }
  int64_t last() const { return rowOf(delta(results - 1, taps - 1)); }
  int64_t kernel() const { return last() - first() + 1; }

  int64_t inputs, results; // rows that became channels: b, b'
  int64_t stride, dilation, pad, taps;
};
} // namespace

static bool canFoldConv(ConvOp op, int64_t height) {
  FoldedConv folded(op, height);
  int64_t most = chipOf(op).window.pad;
  return op.getInsertion()[0] == 0 &&
         folded.inputs == folded.results * folded.stride &&
         folded.first() <= 0 && folded.last() >= 0 && -folded.first() <= most &&
         folded.last() <= most;
}

/// [1, oc, ceil(ic / P) * kh * kw, P], see packFilter of the lowering.
static RankedTensorType foldedFilterType(ConvOp op, int64_t height) {
  FoldedConv folded(op, height);
  RankedTensorType type = typeOf(op.getFilter());
  int64_t together = type.getDimSize(3);
  int64_t ic = op.getInput().getType().getDimSize(1) * folded.inputs;
  return type.clone({1, type.getDimSize(1) * folded.results,
                     int64_t(llvm::divideCeil(ic, together)) * folded.kernel() *
                         op.getKernel()[1],
                     together});
}

static std::vector<char> foldFilter(ConvOp op, ArrayRef<char> bytes,
                                    int64_t height) {
  FoldedConv folded(op, height);
  RankedTensorType from = typeOf(op.getFilter());
  RankedTensorType to = foldedFilterType(op, height);
  int64_t elementBytes = from.getElementTypeBitWidth() / 8;
  int64_t together = from.getDimSize(3), kw = op.getKernel()[1];
  std::vector<char> result(to.getNumElements() * elementBytes, 0);
  auto place = [&](RankedTensorType type, int64_t taps, int64_t o, int64_t i,
                   int64_t tap) {
    return ((o * type.getDimSize(2) + i / together * taps + tap) * together +
            i % together) *
           elementBytes;
  };
  for (int64_t o = 0; o < from.getDimSize(1); ++o)
    for (int64_t p = 0; p < folded.results; ++p)
      for (int64_t i = 0; i < op.getInput().getType().getDimSize(1); ++i)
        for (int64_t ky = 0; ky < folded.taps; ++ky) {
          int64_t delta = folded.delta(p, ky), row = folded.rowOf(delta);
          int64_t channel = i * folded.inputs + delta - row * folded.inputs;
          for (int64_t kx = 0; kx < kw; ++kx)
            std::copy_n(
                &bytes[place(from, folded.taps * kw, o, i, ky * kw + kx)],
                elementBytes,
                &result[place(to, folded.kernel() * kw, o * folded.results + p,
                              channel, (row - folded.first()) * kw + kx)]);
        }
  return result;
}

//===----------------------------------------------------------------------===//
// All ops
//===----------------------------------------------------------------------===//

static bool isAlongChannels(SliceOp op) {
  ArrayRef<int64_t> from = op.getInput().getType().getShape();
  ArrayRef<int64_t> to = op.getType().getShape();
  return op.getSteps()[1] == 1 && from[0] == to[0] && from[2] == to[2] &&
         from[3] == to[3];
}

bool tpu::canFold(Operation *op, int64_t height) {
  auto concat = dyn_cast<ConcatOp>(op);
  auto slice = dyn_cast<SliceOp>(op);
  auto conv = dyn_cast<ConvOp>(op);
  if (!op->hasTrait<ElementByElement>() && !conv &&
      !(concat && concat.getAxis() == 1) && !(slice && isAlongChannels(slice)))
    return false;
  auto folds = [&](Value value) {
    ArrayRef<int64_t> shape = typeOf(value).getShape();
    return shape.size() == 4 && shape[2] % height == 0 &&
           shape[0] * shape[1] * (shape[2] / height) <= chipOf(op).maxSize;
  };
  if (!folds(op->getResult(0)))
    return false;
  for (OpOperand &operand : op->getOpOperands()) {
    std::optional<FoldedOperand> part = foldedOperand(operand);
    if (!part || (*part == FoldedOperand::Value && !folds(operand.get())))
      return false;
  }
  return !conv || canFoldConv(conv, height);
}

RankedTensorType tpu::foldedType(Type type, int64_t height) {
  auto tensor = cast<RankedTensorType>(type);
  ArrayRef<int64_t> shape = tensor.getShape();
  return tensor.clone(
      {shape[0], shape[1] * (shape[2] / height), height, shape[3]});
}

RankedTensorType tpu::foldedOperandType(OpOperand &operand, int64_t height) {
  Operation *op = operand.getOwner();
  RankedTensorType type = typeOf(operand.get());
  switch (*foldedOperand(operand)) {
  case FoldedOperand::Value:
    return foldedType(type, height);
  case FoldedOperand::Filter:
    return foldedFilterType(cast<ConvOp>(op), height);
  case FoldedOperand::Channels:
    return type.clone(
        {1,
         type.getDimSize(1) * (typeOf(op->getResult(0)).getDimSize(2) / height),
         1, type.getDimSize(3)});
  case FoldedOperand::Same:
    return type;
  }
  llvm_unreachable("every part has its type");
}

/// Each channel `count` times.
static std::vector<char> repeat(ArrayRef<char> bytes, int64_t channels,
                                int64_t count) {
  int64_t size = bytes.size() / channels;
  std::vector<char> result;
  result.reserve(bytes.size() * count);
  for (int64_t channel = 0; channel < channels; ++channel)
    for (int64_t i = 0; i < count; ++i)
      result.insert(result.end(), bytes.begin() + channel * size,
                    bytes.begin() + (channel + 1) * size);
  return result;
}

/// The bytes of all elements, those of a splat repeated.
static std::vector<char> bytesOf(Value constant) {
  ArrayRef<char> bytes =
      top::rawBytes(constant.getDefiningOp<top::WeightOp>().getValue());
  RankedTensorType type = typeOf(constant);
  size_t size = type.getNumElements() * type.getElementTypeBitWidth() / 8;
  if (bytes.size() == size)
    return bytes.vec();
  return repeat(bytes, 1, size / bytes.size());
}

Value tpu::foldConstant(OpBuilder &builder, OpOperand &operand,
                        int64_t height) {
  Value constant = operand.get();
  std::optional<FoldedOperand> part = foldedOperand(operand);
  if (part == FoldedOperand::Same)
    return constant;
  RankedTensorType type = foldedOperandType(operand, height);
  std::vector<char> bytes = bytesOf(constant);
  int64_t channels = typeOf(constant).getDimSize(1);
  bytes = part == FoldedOperand::Filter
              ? foldFilter(cast<ConvOp>(operand.getOwner()), bytes, height)
              : repeat(bytes, channels, type.getDimSize(1) / channels);
  auto elements = DenseResourceElementsAttr::get(
      type, "folded",
      HeapAsmResourceBlob::allocateAndCopyWithAlign(bytes, alignof(float)));
  return builder.create<top::WeightOp>(constant.getLoc(), elements);
}

Operation *tpu::createFolded(OpBuilder &builder, Operation *op,
                             ValueRange operands, int64_t height) {
  Operation *clone = builder.clone(*op);
  clone->setOperands(operands);
  clone->setLoc(partOf(op->getLoc()));
  clone->setDiscardableAttrs(DictionaryAttr::get(op->getContext()));
  clone->getResult(0).setType(foldedType(op->getResult(0).getType(), height));
  if (auto conv = dyn_cast<ConvOp>(op)) {
    FoldedConv folded(conv, height);
    ArrayRef<int64_t> pads = conv.getPads();
    auto created = cast<ConvOp>(clone);
    created.setKernel({folded.kernel(), conv.getKernel()[1]});
    created.setStrides({1, conv.getStrides()[1]});
    created.setDilations({1, conv.getDilations()[1]});
    created.setPads({-folded.first(), pads[1], folded.last(), pads[3]});
  }
  if (auto slice = dyn_cast<SliceOp>(op)) {
    SmallVector<int64_t> offsets(slice.getOffsets());
    offsets[1] *= typeOf(op->getResult(0)).getDimSize(2) / height;
    cast<SliceOp>(clone).setOffsets(offsets);
  }
  return clone;
}
