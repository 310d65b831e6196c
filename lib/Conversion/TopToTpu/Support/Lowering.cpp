//===- Lowering.cpp - Vocabulary in which top ops are lowered -------------===//
#include "lib/Conversion/TopToTpu/Support/Lowering.h"
#include "llvm/Support/MathExtras.h"

#include "lib/Dialect/Top/Transforms/Weights.h"

using namespace mlir;
using namespace tpu_mlir;

ShapeRef tpu_mlir::shapeOf(Value value) {
  return llvm::cast<RankedTensorType>(value.getType()).getShape();
}

Type tpu_mlir::elementOf(Value value) {
  return llvm::cast<RankedTensorType>(value.getType()).getElementType();
}

int64_t tpu_mlir::product(ShapeRef sizes) {
  int64_t result = 1;
  for (int64_t size : sizes)
    result *= size;
  return result;
}

Value Lowering::fail(const Twine &why) {
  if (reason.empty())
    reason = why.str();
  return {};
}

RankedTensorType Lowering::typed(ShapeRef shape, Value like) {
  return RankedTensorType::get(shape, elementOf(like));
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

Value Lowering::constant(ShapeRef shape, Type element, ArrayRef<float> values) {
  return top::makeWeight(builder, location,
                         RankedTensorType::get(shape, element), values);
}

Value Lowering::splat(float value, Type element) {
  return constant({1, 1, 1, 1}, element, value);
}

Value Lowering::integerSplat(int64_t value, Type element) {
  APInt bits(element.getIntOrFloatBitWidth(), uint64_t(value));
  return builder.create<top::WeightOp>(
      location, DenseElementsAttr::get(
                    RankedTensorType::get({1, 1, 1, 1}, element), bits));
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

/// The shape that rank-4 operands broadcast to.
static Shape broadcastShape(ValueRange operands) {
  Shape shape(4, 1);
  for (Value operand : operands)
    for (auto [size, other] : llvm::zip(shape, shapeOf(operand)))
      size = std::max(size, other);
  return shape;
}

Value Lowering::unary(tpu::UnaryKind kind, Value input) {
  return builder.create<tpu::UnaryOp>(location, input.getType(), kind, input);
}

Value Lowering::binary(tpu::BinaryKind kind, Value lhs, Value rhs) {
  return builder.create<tpu::BinaryOp>(
      location, typed(broadcastShape({lhs, rhs}), lhs), kind, lhs, rhs);
}

Value Lowering::scalar(tpu::BinaryKind kind, Value input, double value) {
  return builder.create<tpu::BinaryScalarOp>(
      location, input.getType(), kind, input,
      APFloat(static_cast<float>(value)), /*reversed=*/false);
}

Value Lowering::reversed(tpu::BinaryKind kind, double value, Value input) {
  return builder.create<tpu::BinaryScalarOp>(
      location, input.getType(), kind, input,
      APFloat(static_cast<float>(value)), /*reversed=*/true);
}

Value Lowering::select(tpu::CompareKind kind, Value lhs, Value rhs,
                       Value onTrue, Value onFalse) {
  Shape shape = broadcastShape({lhs, rhs, onTrue, onFalse});
  return builder.create<tpu::SelectOp>(location, typed(shape, onTrue), kind,
                                       lhs, rhs, onTrue, onFalse);
}

Value Lowering::compare(tpu::CompareKind kind, Value lhs, Value rhs,
                        bool negated) {
  auto type = RankedTensorType::get(
      broadcastShape({lhs, rhs}),
      builder.getIntegerType(/*width=*/8, /*isSigned=*/false));
  return builder.create<tpu::CompareOp>(location, type, kind, lhs, rhs,
                                        negated);
}

Value Lowering::where(Value condition, Value onTrue, Value onFalse) {
  Shape shape = broadcastShape({condition, onTrue, onFalse});
  return builder.create<tpu::WhereOp>(location, typed(shape, onTrue), condition,
                                      onTrue, onFalse);
}

Value Lowering::integer(tpu::IntegerKind kind, Value lhs, Value rhs) {
  return builder.create<tpu::IntegerOp>(
      location, typed(broadcastShape({lhs, rhs}), lhs), kind, lhs, rhs);
}

Value Lowering::integerScalar(tpu::IntegerKind kind, Value input,
                              int64_t scalar) {
  if (std::abs(scalar) > kMaxElements) // no number of an attribute
    return integer(kind, input, integerSplat(scalar, elementOf(input)));
  return builder.create<tpu::IntegerScalarOp>(location, input.getType(), kind,
                                              input, scalar);
}

Value Lowering::cast(Value input, Type element) {
  if (elementOf(input) == element)
    return input;
  return builder.create<tpu::CastOp>(
      location, RankedTensorType::get(shapeOf(input), element), input);
}

Value Lowering::relu(Value input, std::optional<APFloat> limit) {
  Value result = max(input, 0);
  return limit ? min(result, limit->convertToFloat()) : result;
}

//===----------------------------------------------------------------------===//
// Windows, lines, matrices
//===----------------------------------------------------------------------===//

Value Lowering::pool(tpu::PoolKind kind, Value input, ShapeRef kernel,
                     ShapeRef strides, ShapeRef pads, double scale) {
  Shape shape(shapeOf(input));
  for (unsigned i = 0; i < 2; ++i)
    shape[2 + i] =
        (shape[2 + i] + pads[i] + pads[2 + i] - kernel[i]) / strides[i] + 1;
  return builder.create<tpu::PoolOp>(
      location, typed(shape, input), kind, input, kernel, strides, pads,
      APFloat(static_cast<float>(scale)), APFloat(0.0f));
}

/// Terms of the longest sum of a product: a lane holds a column of an f32
/// matrix in rows of 64 bytes, twice, or a row of 16 bits.
static int64_t longestSum(Type element) {
  return element.isF32() ? 1536 : 24576;
}

/// Longer sums are those of several products, in f32.
Value Lowering::matmul(Value lhs, Value rhs, bool transposeRhs) {
  Type element = elementOf(lhs);
  int64_t k = shapeOf(lhs)[3];
  int64_t parts = llvm::divideCeil(k, longestSum(element));
  Shape shape(shapeOf(lhs));
  shape[3] = shapeOf(rhs)[transposeRhs ? 1 : 3];
  auto type =
      RankedTensorType::get(shape, parts > 1 ? builder.getF32Type() : element);
  auto product = [&](Value left, Value right) -> Value {
    return builder.create<tpu::MatMulOp>(
        location, type, left, right, transposeRhs, /*lhs_zero_point=*/0,
        /*rhs_zero_point=*/0, APFloat(1.0f), APFloat(0.0f));
  };
  if (parts <= 1)
    return product(lhs, rhs);
  Value sum;
  for (int64_t part = 0; part < parts; ++part) {
    int64_t from = k * part / parts, size = k * (part + 1) / parts - from;
    Value term = product(slice(lhs, 3, from, size),
                         slice(rhs, transposeRhs ? 3 : 1, from, size));
    sum = sum ? add(sum, term) : term;
  }
  return cast(sum, element);
}

Value Lowering::softmax(Value input, bool log) {
  return builder.create<tpu::SoftmaxOp>(location, input.getType(), input,
                                        log ? builder.getUnitAttr()
                                            : UnitAttr());
}

Value Lowering::normalize(Value input, float epsilon) {
  return builder.create<tpu::NormalizeOp>(location, input.getType(), input,
                                          builder.getF32FloatAttr(epsilon));
}

//===----------------------------------------------------------------------===//
// Data movement
//===----------------------------------------------------------------------===//

Value Lowering::reshape(Value input, ShapeRef shape) {
  if (shapeOf(input) == shape)
    return input;
  if (auto view = input.getDefiningOp<tpu::ReshapeOp>())
    if (shapeOf(view.getInput()) == shape)
      return view.getInput();
  return builder.create<tpu::ReshapeOp>(location, typed(shape, input), input);
}

Value Lowering::permute(Value input, ShapeRef order) {
  if (order == ShapeRef{0, 1, 2, 3})
    return input;
  if (auto before = input.getDefiningOp<tpu::PermuteOp>()) {
    Shape both;
    for (int64_t source : order)
      both.push_back(before.getOrder()[source]);
    return permute(before.getInput(), both);
  }
  Shape shape;
  for (int64_t source : order)
    shape.push_back(shapeOf(input)[source]);
  return builder.create<tpu::PermuteOp>(location, typed(shape, input), input,
                                        builder.getDenseI64ArrayAttr(order));
}

Value Lowering::slice(Value input, ShapeRef offsets, ShapeRef sizes,
                      ShapeRef steps) {
  if (sizes == shapeOf(input) &&
      llvm::all_of(llvm::zip(sizes, steps), [](auto pair) {
        return std::get<0>(pair) == 1 || std::get<1>(pair) == 1;
      }))
    return input;
  if (steps[3] > 1 && steps[2] > 0) { // pick from whole rows
    ShapeRef shape = shapeOf(input);
    input = slice(input, {offsets[0], offsets[1], 0, 0},
                  {sizes[0], sizes[1], shape[2], shape[3]},
                  {steps[0], steps[1], 1, 1});
    return builder.create<tpu::SubsampleOp>(
        location, typed(sizes, input), input,
        builder.getDenseI64ArrayAttr({offsets[2], offsets[3]}),
        builder.getDenseI64ArrayAttr({steps[2], steps[3]}));
  }
  return builder.create<tpu::SliceOp>(location, typed(sizes, input), input,
                                      builder.getDenseI64ArrayAttr(offsets),
                                      builder.getDenseI64ArrayAttr(steps));
}

Value Lowering::slice(Value input, unsigned dim, int64_t offset, int64_t size,
                      int64_t step) {
  Shape offsets(4, 0), sizes(shapeOf(input)), steps(4, 1);
  offsets[dim] = offset;
  sizes[dim] = size;
  steps[dim] = step;
  return slice(input, offsets, sizes, steps);
}

Value Lowering::concat(ArrayRef<Value> inputs, unsigned dim) {
  if (inputs.size() == 1)
    return inputs.front();
  Shape shape(shapeOf(inputs.front()));
  shape[dim] = 0;
  for (Value input : inputs)
    shape[dim] += shapeOf(input)[dim];
  return builder.create<tpu::ConcatOp>(location, typed(shape, inputs.front()),
                                       inputs, builder.getI64IntegerAttr(dim));
}

Value Lowering::pad(Value input, ShapeRef low, ShapeRef high, double value) {
  Shape shape(shapeOf(input));
  for (unsigned dim = 0; dim < 4; ++dim)
    shape[dim] += low[dim] + high[dim];
  if (shape == shapeOf(input))
    return input;
  return builder.create<tpu::PadOp>(
      location, typed(shape, input), input, builder.getDenseI64ArrayAttr(low),
      builder.getDenseI64ArrayAttr(high),
      builder.getF32FloatAttr(static_cast<float>(value)));
}

Value Lowering::broadcast(Value input, ShapeRef shape) {
  if (shapeOf(input) == shape)
    return input;
  return builder.create<tpu::BroadcastOp>(location, typed(shape, input), input);
}

Value Lowering::upsample(Value input, ShapeRef scale) {
  Shape shape(shapeOf(input));
  shape[2] *= scale[0];
  shape[3] *= scale[1];
  return builder.create<tpu::UpsampleOp>(location, typed(shape, input), input,
                                         builder.getDenseI64ArrayAttr(scale));
}
