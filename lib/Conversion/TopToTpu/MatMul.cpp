//===- MatMul.cpp - Matrix products ---------------------------------------===//
#include "lib/Conversion/TopToTpu/Pattern.h"
#include "lib/Conversion/TopToTpu/Support/Convolution.h"
#include "lib/Conversion/TopToTpu/Support/View.h"
#include "lib/Dialect/Top/Transforms/Weights.h"
#include "lib/Support/ChipOf.h"
#include "llvm/Support/MathExtras.h"

#include <cmath>

using namespace mlir;
using namespace tpu_mlir;

/// A product with at most this many rows is a convolution of single pixels: a
/// matrix product spreads rows over lanes and would leave most of them idle.
static constexpr int64_t kFewRows = 8;

/// Transposes a [rows, columns] matrix.
static std::vector<float> turn(ArrayRef<float> matrix, int64_t rows,
                               int64_t columns) {
  std::vector<float> turned(matrix.size());
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t c = 0; c < columns; ++c)
      turned[c * rows + r] = matrix[r * columns + c];
  return turned;
}

/// Dimensions of a product: [batch.., m, k] x [batch.., k, n].
struct Sizes {
  Shape batch; // of the result
  ShapeRef lhsBatch, rhsBatch;
  int64_t m, k, n;
};

static Sizes sizesOf(top::MatMulOp op) {
  ShapeRef lhs = shapeOf(op.getLhs()), rhs = shapeOf(op.getRhs());
  ShapeRef output = shapeOf(op.getOutput());
  return {Shape(output.drop_back(2)), lhs.drop_back(2), rhs.drop_back(2),
          lhs[lhs.size() - 2],        lhs.back(),       output.back()};
}

/// One or a few rows: the channels of pixels, convolved.
static Value lowerRows(top::MatMulOp op, Value lhs, const Sizes &sizes,
                       ArrayRef<float> rhs, Lowering &l) {
  Convolution conv;
  conv.input =
      l.reshape(lhs, {product(sizes.lhsBatch) * sizes.m, sizes.k, 1, 1});
  conv.filter = op.getTransposeRhs() ? std::vector<float>(rhs)
                                     : turn(rhs, sizes.k, sizes.n);
  if (std::optional<top::FloatData> bias = top::FloatData::read(op.getBias()))
    conv.bias.assign(bias->values().begin(), bias->values().end());
  conv.oc = sizes.n;
  conv.relu = op.getRelu();
  if (isQuantizedOp(op))
    return emitQuantized(l, conv,
                         {op.getLhs(), op.getRhs(), op.getOutput(),
                          op.getRelu(), op.getReluLimit(),
                          op->hasAttr(top::kOwnScales)});
  Value result = emitConvolution(l, conv);
  std::optional<APFloat> limit = op.getReluLimit();
  return limit ? l.min(result, limit->convertToFloat()) : result;
}

static Value repeatBatch(Lowering &l, Value value, ShapeRef batch,
                         ShapeRef matrix, ShapeRef to) {
  Shape shape(batch), wanted(to);
  llvm::append_range(shape, matrix);
  llvm::append_range(wanted, matrix);
  return shape == wanted ? value : expand(l, value, shape, wanted);
}

/// [1, 1, 1, n] in the element type of the product.
static Value viewBias(top::MatMulOp op, top::MatMulOp::Adaptor in,
                      Lowering &l) {
  if (!in.getBias())
    return {};
  Type element = elementOf(in.getLhs());
  Shape shape = {1, 1, 1, shapeOf(op.getBias())[0]};
  if (std::optional<top::FloatData> bias = top::FloatData::read(op.getBias()))
    return l.constant(shape, element, bias->values());
  return l.cast(l.reshape(in.getBias(), shape), element);
}

/// What multiplies matrices [batch, m, 1, k] and [batch, k, 1, n], or
/// [batch, n, 1, k] where turned.
using Multiply = llvm::function_ref<Value(Value lhs, Value rhs, bool turned)>;

/// Whether matrices with one right side stay apart, in the view of the rows
/// that others have, rather than being one: where a lane with no row costs less
/// than the transfers that such a view spares.
static bool staysApart(top::MatMulOp op, const Sizes &sizes) {
  int64_t bytes = elementOf(op.getLhs()).getIntOrFloatBitWidth() / 8;
  if (bytes != 2 || sizes.lhsBatch.size() != 1)
    return false;
  constexpr int64_t kAtOnce = 4 * 32, kRate = 50; // docs/targets/bm1684x.md
  int64_t batch = sizes.lhsBatch[0];
  int64_t rounds = batch * llvm::divideCeil(sizes.m, chipOf(op).lanes);
  int64_t array = rounds * sizes.k * sizes.n / kAtOnce;
  int64_t moved = batch * sizes.m * (sizes.k + sizes.n) * bytes;
  return array <= moved / kRate;
}

/// The operands as the matrices of one command, multiplied.
static Value multiplyMatrices(top::MatMulOp op, Value lhs, Value rhs,
                              const Sizes &sizes,
                              const std::optional<std::vector<float>> &constant,
                              Lowering &l, Multiply multiply) {
  bool shared = product(sizes.rhsBatch) == 1; // one rhs for all rows
  Shape rhsMatrix =
      op.getTransposeRhs() ? Shape{sizes.n, sizes.k} : Shape{sizes.k, sizes.n};
  bool turned = op.getTransposeRhs();
  int64_t batch = 1, rows = product(sizes.lhsBatch) * sizes.m;
  if (shared && staysApart(op, sizes)) {
    batch = sizes.lhsBatch[0];
    rows = sizes.m;
  }
  if (shared && constant && turned) {
    rhs = l.constant({1, sizes.k, 1, sizes.n}, elementOf(rhs),
                     turn(*constant, sizes.n, sizes.k));
    rhsMatrix = {sizes.k, sizes.n};
    turned = false;
  }
  if (turned && elementOf(lhs).isF32()) { // no command turns matrices of f32
    rhs = transpose(l, rhs, {product(sizes.rhsBatch), sizes.n, sizes.k},
                    {0, 2, 1});
    rhsMatrix = {sizes.k, sizes.n};
    turned = false;
  }
  if (!shared) {
    batch = product(sizes.batch);
    rows = sizes.m;
    lhs = repeatBatch(l, lhs, sizes.lhsBatch, {sizes.m, sizes.k}, sizes.batch);
    rhs = repeatBatch(l, rhs, sizes.rhsBatch, rhsMatrix, sizes.batch);
  }
  return multiply(
      l.reshape(lhs, {batch, rows, 1, sizes.k}),
      l.reshape(rhs, {shared ? 1 : batch, rhsMatrix[0], 1, rhsMatrix[1]}),
      turned);
}

//===----------------------------------------------------------------------===//
// Of 8-bit integers
//===----------------------------------------------------------------------===//

/// [1, 1, 1, n]: what each column of the sum is multiplied by, relative to
/// `scale`; null if all are 1.
static Value columnScales(top::MatMulOp op, double scale, Type element,
                          Lowering &l) {
  auto axes =
      dyn_cast<quant::UniformQuantizedPerAxisType>(elementOf(op.getRhs()));
  if (!axes)
    return {};
  std::vector<float> ratios;
  for (double own : axes.getScales())
    ratios.push_back(static_cast<float>(own / scale));
  if (llvm::all_of(ratios, [](float ratio) { return ratio == 1; }))
    return {};
  return l.constant({1, 1, 1, int64_t(ratios.size())}, element, ratios);
}

static Value multiplyIntegers(Lowering &l, Value lhs,
                              const Quantization &lhsType, Value rhs,
                              int64_t rhsZeroPoint, bool turned, double scale,
                              int64_t zeroPoint, Type element) {
  Shape shape(shapeOf(lhs));
  shape[3] = shapeOf(rhs)[turned ? 1 : 3];
  return l.builder.create<tpu::MatMulOp>(
      l.location, RankedTensorType::get(shape, element), lhs, rhs, turned,
      lhsType.zeroPoint, rhsZeroPoint, APFloat(static_cast<float>(scale)),
      APFloat(static_cast<float>(zeroPoint)));
}

static double highOf(top::MatMulOp op) {
  std::optional<APFloat> limit = op.getReluLimit();
  return limit ? limit->convertToFloat() : INFINITY;
}

/// One command has one scale: columns of different scales, and a bias, are
/// multiplied and added in floats behind it.
static Value lowerIntegers(top::MatMulOp op, top::MatMulOp::Adaptor in,
                           const Sizes &sizes,
                           const std::optional<std::vector<float>> &constant,
                           Lowering &l) {
  std::optional<Quantization> lhsType = quantizationOf(op.getLhs());
  std::optional<Quantization> rhsType = quantizationOf(op.getRhs());
  std::optional<Quantization> to = quantizationOf(op.getOutput());
  auto axes =
      dyn_cast<quant::UniformQuantizedPerAxisType>(elementOf(op.getRhs()));
  if (!lhsType || (!rhsType && !axes))
    return l.fail("its operands are not both quantized");
  double rhsScale =
      axes ? *llvm::max_element(axes.getScales()) : rhsType->scale;
  double scale = lhsType->scale * rhsScale;
  Type f32 = l.builder.getF32Type();
  Value columns = columnScales(op, rhsScale, f32, l);
  bool inFloats = columns || op.getBias() || !to;
  Type element = inFloats ? f32 : Type(to->storage);
  Value result = multiplyMatrices(
      op, in.getLhs(), in.getRhs(), sizes, constant, l,
      [&](Value lhs, Value rhs, bool turned) {
        return multiplyIntegers(l, lhs, *lhsType, rhs,
                                rhsType ? rhsType->zeroPoint : 0, turned,
                                inFloats ? scale : scale / to->scale,
                                inFloats ? 0 : to->zeroPoint, element);
      });
  if (!inFloats)
    return clamp(l, result, *to, op.getRelu() ? 0 : -INFINITY, highOf(op));
  if (columns)
    result = l.mul(result, columns);
  if (op.getBias()) {
    std::optional<top::FloatData> bias = top::FloatData::read(op.getBias());
    if (!bias)
      return l.fail("its bias is not a constant whose elements are present");
    result = l.add(result, l.constant({1, 1, 1, sizes.n}, f32, bias->values()));
  }
  if (op.getRelu())
    result = l.relu(result, op.getReluLimit());
  return to ? quantize(l, result, *to) : result;
}

static Value lowerMatMul(top::MatMulOp op, top::MatMulOp::Adaptor in,
                         Lowering &l) {
  Sizes sizes = sizesOf(op);
  std::optional<std::vector<float>> constant = elementsOf(op.getRhs());
  bool constantBias = !op.getBias() || top::weightOf(op.getBias());
  if (product(sizes.rhsBatch) == 1 && constant && constantBias &&
      sizes.k <= l.chip.maxSize &&
      product(sizes.lhsBatch) * sizes.m <= kFewRows)
    return lowerRows(op, in.getLhs(), sizes, *constant, l);
  if (isQuantizedOp(op))
    return lowerIntegers(op, in, sizes, constant, l);
  Value result = multiplyMatrices(op, in.getLhs(), in.getRhs(), sizes, constant,
                                  l, [&](Value lhs, Value rhs, bool turned) {
                                    return l.matmul(lhs, rhs, turned);
                                  });
  if (Value bias = viewBias(op, in, l))
    result = l.add(result, bias);
  return op.getRelu() ? l.relu(result, op.getReluLimit()) : result;
}

void tpu_mlir::addMatMuls(Lowerings &set) {
  set.add<top::MatMulOp>(lowerMatMul, lowerMatMul);
}
