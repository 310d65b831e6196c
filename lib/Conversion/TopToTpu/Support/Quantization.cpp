//===- Quantization.cpp - Vocabulary of 8-bit integers --------------------===//
#include "lib/Conversion/TopToTpu/Support/Quantization.h"

#include "lib/Dialect/Top/Transforms/Weights.h"

#include <cmath>

using namespace mlir;
using namespace tpu_mlir;

int64_t Quantization::store(double value) const {
  double steps = std::nearbyint(value / scale) + static_cast<double>(zeroPoint);
  if (std::isnan(steps))
    return zeroPoint;
  return static_cast<int64_t>(std::clamp<double>(steps, min, max));
}

std::optional<Quantization> tpu_mlir::quantizationOf(Value value) {
  auto type =
      dyn_cast<quant::UniformQuantizedType>(getElementTypeOrSelf(value));
  if (!type)
    return std::nullopt;
  return Quantization{type.getScale(), type.getZeroPoint(),
                      type.getStorageTypeMin(), type.getStorageTypeMax(),
                      top::storageOf(type)};
}

SmallVector<Quantization> tpu_mlir::quantizationsOf(Value value) {
  Type element = getElementTypeOrSelf(value);
  if (std::optional<Quantization> single = quantizationOf(value))
    return {*single};
  SmallVector<Quantization> types;
  if (auto axes = dyn_cast<quant::UniformQuantizedPerAxisType>(element))
    for (auto [scale, zeroPoint] :
         llvm::zip(axes.getScales(), axes.getZeroPoints()))
      types.push_back({scale, zeroPoint, axes.getStorageTypeMin(),
                       axes.getStorageTypeMax(), top::storageOf(axes)});
  return types;
}

std::optional<std::vector<float>> tpu_mlir::elementsOf(Value weight) {
  if (std::optional<top::FloatData> floats = top::FloatData::read(weight))
    return std::vector<float>(floats->values());
  if (std::optional<std::vector<int64_t>> bytes = top::readIntegers(weight))
    return std::vector<float>(bytes->begin(), bytes->end());
  return std::nullopt;
}

bool tpu_mlir::isQuantizedOp(Operation *op) {
  auto isQuantized = [](Type type) {
    return top::isQuantized(getElementTypeOrSelf(type));
  };
  return llvm::any_of(op->getOperandTypes(), isQuantized) ||
         llvm::any_of(op->getResultTypes(), isQuantized);
}

static RankedTensorType typed(Value like, Type element) {
  return RankedTensorType::get(shapeOf(like), element);
}

Value tpu_mlir::quantize(Lowering &l, Value value, const Quantization &to) {
  return l.builder.create<tpu::QuantizeOp>(
      l.location, typed(value, to.storage), value,
      APFloat(static_cast<float>(to.scale)), to.zeroPoint);
}

Value tpu_mlir::dequantize(Lowering &l, Value value, const Quantization &from,
                           Type element) {
  return l.builder.create<tpu::DequantizeOp>(
      l.location, typed(value, element), value,
      APFloat(static_cast<float>(from.scale)), from.zeroPoint);
}

/// What tpu.requant (C1) and tpu.quantized_binary (C4) can multiply by.
static bool isScale(double scale) { return scale >= 0x1p-24 && scale <= 0x1p7; }

Value tpu_mlir::requantize(Lowering &l, Value value, const Quantization &from,
                           const Quantization &to) {
  if (from == to)
    return value;
  double scale = from.scale / to.scale;
  if (!isScale(scale))
    return lookup(l, value, from, to, [](double x) { return x; });
  return l.builder.create<tpu::RequantOp>(
      l.location, typed(value, to.storage), value,
      APFloat(static_cast<float>(scale)), from.zeroPoint, to.zeroPoint);
}

Value tpu_mlir::lookup(Lowering &l, Value value, ArrayRef<Quantization> from,
                       ArrayRef<Quantization> to, int64_t channels,
                       const ChannelFunction &function) {
  constexpr int64_t kEntries = 256; // by the bits of the stored integer
  IntegerType storage = to.front().storage;
  std::vector<float> table(channels * kEntries);
  bool stays = from.front().storage == storage;
  for (int64_t c = 0; c < channels; ++c) {
    const Quantization &x = from.size() == 1 ? from.front() : from[c];
    const Quantization &y = to.size() == 1 ? to.front() : to[c];
    for (int64_t stored = x.min; stored <= x.max; ++stored) {
      int64_t result = y.store(function(c, x.read(stored)));
      table[c * kEntries + (stored & (kEntries - 1))] =
          static_cast<float>(result);
      stays &= result == stored;
    }
  }
  if (stays)
    return value;
  return l.builder.create<tpu::LookupOp>(
      l.location, typed(value, storage), value,
      l.constant({1, channels, 1, kEntries}, storage, table));
}

Value tpu_mlir::lookup(Lowering &l, Value value, ArrayRef<Quantization> from,
                       ArrayRef<Quantization> to,
                       const std::function<double(double)> &function) {
  int64_t channels = std::max(from.size(), to.size());
  return lookup(l, value, from, to, channels,
                [&](int64_t, double x) { return function(x); });
}

Value tpu_mlir::quantizedBinary(Lowering &l, tpu::BinaryKind kind, Value lhs,
                                const Quantization &lhsType, Value rhs,
                                const Quantization &rhsType,
                                const Quantization &to) {
  bool isProduct = kind == tpu::BinaryKind::mul;
  double left = lhsType.scale / to.scale, right = rhsType.scale / to.scale;
  if (isProduct) {
    left = lhsType.scale * rhsType.scale / to.scale;
    right = 1;
  }
  if (!isScale(left) || !isScale(right)) {
    Type f32 = l.builder.getF32Type();
    return quantize(l,
                    l.binary(kind, dequantize(l, lhs, lhsType, f32),
                             dequantize(l, rhs, rhsType, f32)),
                    to);
  }
  Shape shape(4, 1);
  for (Value operand : {lhs, rhs})
    for (auto [size, other] : llvm::zip(shape, shapeOf(operand)))
      size = std::max(size, other);
  return l.builder.create<tpu::QuantizedBinaryOp>(
      l.location, RankedTensorType::get(shape, to.storage), kind, lhs, rhs,
      APFloat(static_cast<float>(left)), APFloat(static_cast<float>(right)),
      lhsType.zeroPoint, rhsType.zeroPoint, to.zeroPoint);
}

Value tpu_mlir::sumWindows(Lowering &l, Value value, const Quantization &from,
                           const Quantization &to, const Window &window,
                           double factor) {
  Shape shape(shapeOf(value));
  for (unsigned i = 0; i < 2; ++i)
    shape[2 + i] = window.count(i, shape[2 + i]);
  double scale = from.scale * factor / to.scale;
  double taps = static_cast<double>(window.kernel[0] * window.kernel[1]);
  double offset = static_cast<double>(to.zeroPoint) -
                  taps * static_cast<double>(from.zeroPoint) * scale;
  return l.builder.create<tpu::PoolOp>(
      l.location, RankedTensorType::get(shape, to.storage), tpu::PoolKind::sum,
      value, window.kernel, window.strides, window.pads,
      APFloat(static_cast<float>(scale)), APFloat(static_cast<float>(offset)),
      from.zeroPoint);
}

Value tpu_mlir::clamp(Lowering &l, Value value, ArrayRef<Quantization> type,
                      double low, double high) {
  return lookup(l, value, type, type, [low, high](double x) {
    return std::fmin(std::fmax(x, low), high);
  });
}

Value tpu_mlir::inFloats(Lowering &l, Value value,
                         const std::function<Value(Value)> &compute) {
  Quantization stored;
  stored.storage = cast<IntegerType>(elementOf(value));
  Value result = compute(dequantize(l, value, stored, l.builder.getF16Type()));
  return quantize(l, result, stored);
}
