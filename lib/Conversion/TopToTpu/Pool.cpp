//===- Pool.cpp - Pooling over windows ------------------------------------===//
#include "lib/Conversion/TopToTpu/Pattern.h"
#include "lib/Conversion/TopToTpu/Support/Arithmetic.h"
#include "lib/Conversion/TopToTpu/Support/Window.h"

#include <cmath>

using namespace mlir;
using namespace tpu_mlir;
using tpu::BinaryKind;
using tpu::PoolKind;
using tpu::UnaryKind;

template <typename OpTy>
static std::optional<Window> windowOf(OpTy op, Lowering &l) {
  std::optional<Window> window = Window::make(op.getKernel(), op.getStrides(),
                                              op.getPads(), op.getDilations());
  if (!window)
    l.fail("it has " + Twine(op.getKernel().size()) +
           " spatial dimensions, but 1 or 2 can be computed");
  return window;
}

/// What stands around the input: nothing is less.
static double lowest(Type element) {
  auto integer = dyn_cast<IntegerType>(element);
  return !integer ? -INFINITY : integer.isUnsigned() ? 0 : -128;
}

/// Maxima over values of one shape: integers, of which only pools have one, as
/// rows of a window.
static Value largestOf(ArrayRef<Value> values, Lowering &l) {
  if (!isa<IntegerType>(elementOf(values[0]))) {
    Value result = values[0];
    for (Value value : values.drop_front())
      result = l.binary(BinaryKind::max, result, value);
    return result;
  }
  Shape shape(shapeOf(values[0]));
  int64_t count = values.size(), length = shape[2] * shape[3];
  SmallVector<Value> rows;
  for (Value value : values)
    rows.push_back(l.reshape(value, {shape[0], shape[1], 1, length}));
  Value stacked = l.concat(rows, 2);
  return l.reshape(
      l.pool(PoolKind::max, stacked, {count, 1}, {1, 1}, {0, 0, 0, 0}), shape);
}

/// Dilated windows: one strided slice for each tap, combined.
static Value poolTaps(PoolKind kind, Value input, Window window, ShapeRef sizes,
                      double scale, Lowering &l) {
  constexpr int64_t kMostTaps = 256; // more would swamp the network
  if (window.kernel[0] * window.kernel[1] > kMostTaps)
    return l.fail("its window is dilated and has more than 256 elements");
  input = padInput(l, input, window,
                   kind == PoolKind::max ? lowest(elementOf(input)) : 0.0,
                   /*everywhere=*/true);
  SmallVector<Value> taps;
  for (int64_t y = 0; y < window.kernel[0]; ++y)
    for (int64_t x = 0; x < window.kernel[1]; ++x)
      taps.push_back(l.slice(
          input, {0, 0, y * window.dilations[0], x * window.dilations[1]},
          sizes, {1, 1, window.strides[0], window.strides[1]}));
  if (kind == PoolKind::max)
    return largestOf(taps, l);
  Value sum = taps[0];
  for (Value tap : ArrayRef(taps).drop_front())
    sum = l.add(sum, tap);
  return scale == 1 ? sum : l.mul(sum, scale);
}

/// Puts what surrounds the input, where a command cannot, and long strides
/// around the pool that `emit` makes.
static Value fitWindow(Value input, Window window, double padding, Lowering &l,
                       llvm::function_ref<Value(Value, const Window &)> emit) {
  Shape steps = {1, 1, 1, 1}, sizes(shapeOf(input));
  input = padInput(l, input, window, padding);
  for (unsigned i = 0; i < 2; ++i) {
    sizes[2 + i] = window.count(i, shapeOf(input)[2 + i]);
    if (sizes[2 + i] == 1) // the stride leads nowhere
      window.strides[i] = 1;
    // Windows in between are computed and dropped where a stride is too long.
    if (window.strides[i] > l.chip.window.stride)
      std::swap(steps[2 + i], window.strides[i]);
  }
  return l.slice(emit(input, window), {0, 0, 0, 0}, sizes, steps);
}

static Value pool(PoolKind kind, Value input, Window window, double scale,
                  Lowering &l) {
  double padding = kind == PoolKind::max ? lowest(elementOf(input)) : 0.0;
  Shape sizes(shapeOf(input));
  for (unsigned i = 0; i < 2; ++i) {
    sizes[2 + i] = window.count(i, sizes[2 + i]);
    if (window.kernel[i] == 1)
      window.dilations[i] = 1;
  }
  if (window.dilations[0] != 1 || window.dilations[1] != 1)
    return poolTaps(kind, input, window, sizes, scale, l);
  return fitWindow(input, window, padding, l, [&](Value x, const Window &w) {
    return l.pool(kind, x, w.kernel, w.strides, w.pads, scale);
  });
}

static Value lowerMaxPool(top::MaxPoolOp op, top::MaxPoolOp::Adaptor in,
                          Lowering &l) {
  std::optional<Window> window = windowOf(op, l);
  if (!window)
    return {};
  return pool(PoolKind::max, in.getInput(), *window, 1, l);
}

/// Divides f32 sums by the elements of the input that each window covers; if
/// they are rounded to 16 bits afterwards, by products with the reciprocals.
static Value divideByCounts(Value sum, const Window &window, ShapeRef input,
                            bool isRounded, Lowering &l) {
  std::array<std::vector<double>, 2> covered;
  for (unsigned i = 0; i < 2; ++i) {
    int64_t size = input[2 + i];
    for (int64_t o = 0; o < window.count(i, size); ++o) {
      int64_t taps = 0;
      for (int64_t k = 0; k < window.kernel[i]; ++k) {
        int64_t at =
            o * window.strides[i] + k * window.dilations[i] - window.pads[i];
        taps += at >= 0 && at < size;
      }
      covered[i].push_back(taps);
    }
  }
  std::vector<float> map;
  for (double rows : covered[0])
    for (double columns : covered[1])
      map.push_back(isRounded ? 1 / (rows * columns) : rows * columns);
  int64_t height = covered[0].size(), width = covered[1].size();
  Value factors = l.constant({1, 1, height, width}, elementOf(sum), map);
  return isRounded ? l.mul(sum, factors) : l.div(sum, factors);
}

static Value lowerAveragePool(top::AveragePoolOp op,
                              top::AveragePoolOp::Adaptor in, Lowering &l) {
  std::optional<Window> window = windowOf(op, l);
  if (!window)
    return {};
  Value input = in.getInput();
  int64_t count = window->kernel[0] * window->kernel[1];
  bool even = op.getCountIncludePad() || !window->isPadded();
  if (even && (!elementOf(input).isF32() || llvm::isPowerOf2_64(count)))
    return pool(PoolKind::sum, input, *window, 1.0 / static_cast<double>(count),
                l);
  // Sums that are not scaled at once may exceed 16 bits; products with the
  // reciprocal of a count may miss a quotient that f32 has.
  Value sum = pool(PoolKind::sum, l.wide(input), *window, 1, l);
  if (!sum)
    return {};
  return even ? divide(l, sum, static_cast<float>(count))
              : divideByCounts(sum, *window, shapeOf(input),
                               !elementOf(input).isF32(), l);
}

/// Windows that all have one divisor (IntegerForms.cpp).
static Value lowerIntegerAverage(top::AveragePoolOp op,
                                 top::AveragePoolOp::Adaptor in, Lowering &l) {
  std::optional<Window> window = windowOf(op, l);
  std::optional<Quantization> from = quantizationOf(op.getInput());
  std::optional<Quantization> to = quantizationOf(op.getOutput());
  if (!window)
    return {};
  if (!from || !to)
    return l.fail("its operand and result are not both quantized");
  if (window->dilations != std::array<int64_t, 2>{1, 1} ||
      (window->isPadded() && !op.getCountIncludePad()))
    return l.fail("its windows are dilated or have different divisors");
  double count = static_cast<double>(window->kernel[0] * window->kernel[1]);
  return fitWindow(in.getInput(), *window, static_cast<double>(from->zeroPoint),
                   l, [&](Value x, const Window &w) {
                     return sumWindows(l, x, *from, *to, w, 1 / count);
                   });
}

/// (sum of |x|^p)^(1/p), in f32.
static Value lowerLpPool(top::LpPoolOp op, top::LpPoolOp::Adaptor in,
                         Lowering &l) {
  std::optional<Window> window = windowOf(op, l);
  int64_t p = op.getP();
  if (!window)
    return {};
  Value x = l.wide(in.getInput());
  if (p % 2)
    x = l.unary(UnaryKind::abs, x);
  Value sum = pool(PoolKind::sum, power(l, x, p), *window, 1, l);
  return sum ? power(l, sum, 1.0f / p) : Value();
}

void tpu_mlir::addPools(Lowerings &set) {
  set.add<top::MaxPoolOp>(lowerMaxPool);
  set.add<top::AveragePoolOp>(lowerAveragePool, lowerIntegerAverage);
  set.add<top::LpPoolOp>(lowerLpPool);
}
