//===- MatMul.cpp - Matrix products ---------------------------------------===//
#include "lib/Conversion/TopToTpu/Pattern.h"
#include "lib/Conversion/TopToTpu/Support/Convolution.h"
#include "lib/Conversion/TopToTpu/Support/View.h"
#include "lib/Dialect/Top/Transforms/Weights.h"

using namespace mlir;
using namespace tpu_mlir;

/// A product with at most this many rows is a convolution of single pixels: a
/// matrix product spreads rows over lanes and would leave most of them idle.
static constexpr int64_t kFewRows = 8;
static constexpr int64_t kLargestChannels = 65535; // 16-bit field of a command

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
                       const top::FloatData &rhs, Lowering &l) {
  Convolution conv;
  conv.input =
      l.reshape(lhs, {product(sizes.lhsBatch) * sizes.m, sizes.k, 1, 1});
  conv.filter = op.getTransposeRhs() ? std::vector<float>(rhs.values())
                                     : turn(rhs.values(), sizes.k, sizes.n);
  if (std::optional<top::FloatData> bias = top::FloatData::read(op.getBias()))
    conv.bias.assign(bias->values().begin(), bias->values().end());
  conv.oc = sizes.n;
  conv.relu = op.getRelu();
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

static Value lowerMatMul(top::MatMulOp op, top::MatMulOp::Adaptor in,
                         Lowering &l) {
  Sizes sizes = sizesOf(op);
  bool shared = product(sizes.rhsBatch) == 1; // one rhs for all rows
  std::optional<top::FloatData> constant = top::FloatData::read(op.getRhs());
  bool constantBias = !op.getBias() || top::weightOf(op.getBias());
  if (shared && constant && constantBias && sizes.k <= kLargestChannels &&
      product(sizes.lhsBatch) * sizes.m <= kFewRows)
    return lowerRows(op, in.getLhs(), sizes, *constant, l);

  Value lhs = in.getLhs(), rhs = in.getRhs();
  Shape rhsMatrix =
      op.getTransposeRhs() ? Shape{sizes.n, sizes.k} : Shape{sizes.k, sizes.n};
  bool turned = op.getTransposeRhs();
  int64_t batch = 1, rows = product(sizes.lhsBatch) * sizes.m;
  if (shared && constant && turned) {
    rhs = l.constant({1, sizes.k, 1, sizes.n}, elementOf(lhs),
                     turn(constant->values(), sizes.n, sizes.k));
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
  Value result =
      l.matmul(l.reshape(lhs, {batch, rows, 1, sizes.k}),
               l.reshape(rhs, {batch, rhsMatrix[0], 1, rhsMatrix[1]}), turned);
  if (Value bias = viewBias(op, in, l))
    result = l.add(result, bias);
  return op.getRelu() ? l.relu(result, op.getReluLimit()) : result;
}

void tpu_mlir::addMatMuls(Lowerings &set) {
  set.add<top::MatMulOp>(lowerMatMul);
}
