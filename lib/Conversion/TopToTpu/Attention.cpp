//===- Attention.cpp - softmax(q k^T + mask) v as one op ------------------===//
//
// Exporters write a transpose for each operand of an attention, which brings
// the heads before the rows, and one for the result. tpu.attention finds the
// heads where the products before it have left them, among the columns.
//===----------------------------------------------------------------------===//
#include "lib/Conversion/TopToTpu/Pattern.h"

#include "lib/Dialect/Top/Transforms/Weights.h"
#include "lib/Support/ChipOf.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tpu_mlir;

namespace {

/// q, k or v [b, heads, rows, columns]: `matrix` is [b, rows, heads, columns],
/// in memory, or with one head [b, 1, rows, columns]. Without its constant
/// factor.
struct Heads {
  Value matrix;
  int64_t batches, heads, rows, columns;
  double factor = 1;
};

/// What a product of weights and values is.
struct Attention {
  Heads query, key, value;
  Type narrow; // f16 or bf16
  /// What is added to the scores, and the shape that those have then.
  SmallVector<std::pair<Value, Shape>> masks;
};

} // namespace

/// Takes products with and quotients by a constant number off a value that
/// nothing else reads; returns their product.
static double takeFactor(Value &value) {
  double factor = 1;
  while (value.hasOneUse()) {
    auto mul = value.getDefiningOp<top::MulOp>();
    auto div = value.getDefiningOp<top::DivOp>();
    if (!mul && !div)
      return factor;
    Value lhs = mul ? mul.getLhs() : div.getLhs();
    Value rhs = mul ? mul.getRhs() : div.getRhs();
    if (mul && top::readSplat(lhs))
      std::swap(lhs, rhs);
    std::optional<float> number = top::readSplat(rhs);
    if (!number || *number == 0 || lhs.getType() != value.getType())
      return factor;
    factor *= mul ? *number : 1.0 / *number;
    value = lhs;
  }
  return factor;
}

/// Heads that a transpose has brought before the rows; without it, or unless
/// `areSplit`, each is a batch.
static Heads headsOf(Value value, bool areSplit) {
  Heads found;
  found.factor = takeFactor(value);
  ShapeRef shape = shapeOf(value);
  auto transpose = value.getDefiningOp<top::TransposeOp>();
  if (areSplit && transpose && transpose.getPerm() == ShapeRef{0, 2, 1, 3}) {
    found.matrix = transpose.getInput();
    found.factor *= takeFactor(found.matrix);
    found.batches = shape[0];
    found.heads = shape[1];
  } else {
    found.matrix = value;
    found.batches = product(shape.drop_back(2));
    found.heads = 1;
  }
  found.rows = shape[shape.size() - 2];
  found.columns = shape.back();
  return found;
}

static ShapeRef withoutLeadingOnes(ShapeRef shape) {
  return shape.drop_while([](int64_t size) { return size == 1; });
}

/// Takes sums and factors off the scores, up to the product of q and k.
static top::MatMulOp findScores(Value value, Attention &found, double &factor) {
  while (value.hasOneUse()) {
    if (auto matmul = value.getDefiningOp<top::MatMulOp>())
      return matmul;
    Value before = value;
    if (auto view = value.getDefiningOp<top::ReshapeOp>()) {
      value = view.getInput();
      if (withoutLeadingOnes(shapeOf(value)) !=
          withoutLeadingOnes(shapeOf(before)))
        return {};
    } else if (auto add = value.getDefiningOp<top::AddOp>()) {
      bool isSwapped = add.getLhs().getType() != value.getType() ||
                       top::weightOf(add.getLhs());
      value = isSwapped ? add.getRhs() : add.getLhs();
      Value mask = isSwapped ? add.getLhs() : add.getRhs();
      if (value.getType() != before.getType() || factor != 1)
        return {};
      found.masks.push_back({mask, Shape(shapeOf(value))});
    } else {
      factor *= takeFactor(value);
      if (value == before)
        return {};
    }
  }
  return {};
}

static bool isPlain(top::MatMulOp op) {
  return !op.getBias() && !op.getRelu() &&
         shapeOf(op.getLhs()).drop_back(2) == shapeOf(op.getRhs()).drop_back(2);
}

/// Whether a head's scores, and the matrices of keys and values, leave room for
/// the slices of others in a lane.
static bool fits(const Attention &found, const Chip &chip) {
  auto laneBytes = [&chip](const Heads &part, int64_t heads) {
    return llvm::divideCeil(part.rows, chip.lanes) *
           llvm::alignTo(heads * part.columns * 2, chip.alignment);
  };
  int64_t bytes = found.key.rows * (4 * 4 + 2); // scores in f32, weights
  for (const Heads &part : {found.key, found.value})
    bytes += laneBytes(part, part.heads) + laneBytes(part, 1);
  return bytes <= chip.laneBytes * 3 / 4;
}

/// Whether a matrix is of a float type, or of integers that can become that.
static bool isOf(Value matrix, Type narrow) {
  return elementOf(matrix) == narrow || quantizationOf(matrix);
}

/// The softmax that a product's left matrix is, in its integers or not.
static top::SoftmaxOp weightsOf(top::MatMulOp op) {
  Value weights = op.getLhs();
  auto cast = weights.getDefiningOp<top::CastOp>();
  if (cast && weights.hasOneUse() && quantizationOf(weights))
    weights = cast.getInput();
  return weights.hasOneUse() ? weights.getDefiningOp<top::SoftmaxOp>()
                             : top::SoftmaxOp();
}

/// Products whose integers the network itself has are computed in those.
static std::optional<Attention> matchAttention(top::MatMulOp op) {
  top::SoftmaxOp softmax = weightsOf(op);
  if (!softmax)
    return std::nullopt;
  Type narrow = elementOf(softmax.getOutput());
  if (!isa<Float16Type, BFloat16Type>(narrow) || !isPlain(op) ||
      op.getTransposeRhs() || op->hasAttr(top::kOwnScales) ||
      softmax.getAxis() + 1 != shapeOf(op.getLhs()).size() ||
      elementOf(softmax.getInput()) != narrow || !isOf(op.getRhs(), narrow))
    return std::nullopt;
  Attention found;
  double factor = 1;
  top::MatMulOp scores = findScores(softmax.getInput(), found, factor);
  if (!scores || !isPlain(scores) || !scores.getTransposeRhs() ||
      scores->hasAttr(top::kOwnScales) ||
      elementOf(scores.getOutput()) != narrow ||
      !isOf(scores.getLhs(), narrow) || !isOf(scores.getRhs(), narrow))
    return std::nullopt;
  found.narrow = narrow;
  for (bool areSplit : {true, false}) {
    found.query = headsOf(scores.getLhs(), areSplit);
    found.key = headsOf(scores.getRhs(), areSplit);
    found.value = headsOf(op.getRhs(), areSplit);
    found.query.factor *= factor * found.key.factor;
    if (found.query.heads == found.key.heads &&
        found.query.heads == found.value.heads && found.value.factor == 1 &&
        fits(found, chipOf(op)))
      return found;
  }
  return std::nullopt;
}

/// [b, heads, rows, keys] of a mask that is added to scores of a shape, with
/// sizes of 1 where it repeats; nothing where it has another form.
static std::optional<Shape> maskShape(Value mask, ShapeRef scores,
                                      bool areSplit) {
  ShapeRef shape = shapeOf(mask);
  if (shape.size() > scores.size() || shape.size() < 2 ||
      shape.back() != scores.back())
    return std::nullopt;
  Shape padded(scores.size() - shape.size(), 1);
  llvm::append_range(padded, shape);
  int64_t rows = padded[padded.size() - 2], keys = padded.back();
  ShapeRef batch = ShapeRef(padded).drop_back(2);
  if (!areSplit)
    return batch == scores.drop_back(2) || product(batch) == 1
               ? std::optional(Shape{product(batch), 1, rows, keys})
               : std::nullopt;
  for (; batch.size() > 2 && scores.front() == 1; scores = scores.drop_front())
    batch = batch.drop_front();
  return batch.size() == 2
             ? std::optional(Shape{batch[0], batch[1], rows, keys})
             : std::nullopt;
}

/// A mask [b, heads, rows, keys] with its rows before the heads.
static Value turnMask(Lowering &l, Value mask, Value lowered, ShapeRef shape) {
  int64_t b = shape[0], heads = shape[1], rows = shape[2], keys = shape[3];
  Shape to = {b, rows, heads, keys};
  if (heads == 1 || rows == 1)
    return l.reshape(lowered, to);
  std::optional<top::FloatData> data = top::FloatData::read(mask);
  if (!data)
    return l.permute(l.reshape(lowered, shape), {0, 2, 1, 3});
  std::vector<float> values(data->size());
  for (int64_t i = 0; i < b * heads; ++i)
    for (int64_t r = 0; r < rows; ++r)
      llvm::copy(data->values().slice((i * rows + r) * keys, keys),
                 values.begin() +
                     ((i / heads * rows + r) * heads + i % heads) * keys);
  return l.constant(to, elementOf(mask), values);
}

namespace {

class AttentionPattern : public OpConversionPattern<top::MatMulOp> {
public:
  AttentionPattern(const TypeConverter &types, MLIRContext *context)
      : OpConversionPattern(types, context, /*benefit=*/2) {}

  LogicalResult
  matchAndRewrite(top::MatMulOp op, OpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    std::optional<Attention> found = matchAttention(op);
    if (!found)
      return rewriter.notifyMatchFailure(op, "it is no attention");
    std::string reason;
    Lowering l(rewriter, partOf(op.getLoc()), chipOf(op), reason);
    SmallVector<Value> masks;
    for (const auto &[mask, scores] : found->masks) {
      auto shape = maskShape(mask, scores, found->query.heads > 1);
      if (!shape)
        return rewriter.notifyMatchFailure(op, "its mask has another form");
      masks.push_back(
          turnMask(l, mask, rewriter.getRemappedValue(mask), *shape));
    }
    Value result = build(op, *found, masks, l, rewriter);
    nameResult(result, op.getLoc(), op.getOutput());
    rewriter.replaceOp(op, result);
    return success();
  }

private:
  static Value build(top::MatMulOp op, const Attention &found, ValueRange masks,
                     Lowering &l, ConversionPatternRewriter &rewriter) {
    auto matrix = [&](const Heads &part) {
      Value view =
          l.reshape(rewriter.getRemappedValue(part.matrix),
                    {part.batches, part.rows, 1, part.heads * part.columns});
      std::optional<Quantization> from = quantizationOf(part.matrix);
      return from ? dequantize(l, view, *from, found.narrow) : view;
    };
    const Heads &value = found.value;
    int64_t heads = value.heads, rows = found.query.rows;
    auto type = RankedTensorType::get(
        {value.batches, rows, 1, heads * value.columns}, found.narrow);
    Value q = matrix(found.query), k = matrix(found.key), v = matrix(value);
    Value result = l.builder.create<tpu::AttentionOp>(
        l.location, type, q, k, v, masks, heads, found.query.columns,
        APFloat(static_cast<float>(found.query.factor)));
    std::optional<Quantization> to = quantizationOf(op.getOutput());
    result = to ? quantize(l, result, *to)
                : l.cast(result, elementOf(op.getOutput()));
    if (heads > 1)
      result = l.permute(
          l.reshape(result, {value.batches, rows, heads, value.columns}),
          {0, 2, 1, 3});
    return l.reshape(result, canonicalShape(shapeOf(op.getOutput())));
  }
};

} // namespace

void tpu_mlir::addAttentions(Lowerings &set) {
  set.addPattern<AttentionPattern>();
}
