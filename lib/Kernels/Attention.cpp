//===- Attention.cpp - Kernel of tpu.attention ----------------------------===//
//
// Heads are copied apart, since a command's matrices have no strides; some of
// them at once go through products, softmax and products, so that scores never
// leave local memory. The weights are not divided by their sum, which a product
// with ones gives, but the products with the values are.
//===----------------------------------------------------------------------===//
#include "dialects/Tpu/Tpu.h"
#include "lib/Kernels/Kernels.h"
#include "lib/Kernels/Support/Division.h"
#include "lib/Kernels/Support/ElementwiseKernel.h"
#include "lib/Kernels/Support/Functions.h"
#include "lib/Kernels/Support/RowReduction.h"
#include "lib/Support/ChipOf.h"
#include "lib/Support/TypeOf.h"

using namespace mlir;
using namespace tpu_mlir;

namespace {
/// The heads of some batches that are worked on at once: of several batches all
/// heads.
struct Portion {
  int64_t batch, batches, head, heads;

  int64_t count() const { return batches * heads; }
};

/// Scratch of one portion. Matrices [batches * heads, rows, 1, columns].
struct Buffers {
  enum Name : unsigned {
    Query,
    Key,
    Value,
    Ones,
    Mask,
    Weights,
    Score,
    Products = Score + 4,
    Column = Products + 2,
    Folded = Column + 5,
    Coefficients = Folded + 2,
    Count
  };

  Buffers(tpu::AttentionOp op, const Tile &result, const Portion &portion);

  int64_t bytes(unsigned name) const {
    return bytesPerLane(tiles[name], Layout::Aligned, types[name], chip);
  }
  int64_t allBytes() const {
    int64_t sum = 0;
    for (unsigned name = 0; name < Count; ++name)
      sum += bytes(name);
    return sum;
  }

  const Chip &chip;
  std::array<Tile, Count> tiles;
  std::array<Type, Count> types;
};
} // namespace

static Tile tileOf(int64_t n, int64_t c, int64_t h, int64_t w) {
  return {{0, 0, 0, 0}, {n, c, h, w}};
}

/// Operands from here on are masks.
static constexpr unsigned kFirstMask = 3;

/// The part of a mask that a portion reads; one row lies in all lanes.
static Tile maskTile(Value mask, int64_t rows, const Portion &portion,
                     const Chip &chip) {
  ArrayRef<int64_t> whole = typeOf(mask).getShape();
  return tileOf(whole[0] == 1 ? 1 : portion.batches,
                whole[1] == 1 ? chip.lanes : rows,
                whole[2] == 1 ? 1 : portion.heads, whole[3]);
}

/// Coefficients of 2^f for f from -1/2 to 1/2, with a relative error of 4e-6.
static constexpr float kPower[] = {1.0f, 0.69314718f, 0.24022651f,
                                   5.5502127e-2f, 9.6715132e-3f};

Buffers::Buffers(tpu::AttentionOp op, const Tile &result,
                 const Portion &portion)
    : chip(chipOf(op)) {
  Type narrow = typeOf(op.getQuery()).getElementType();
  types.fill(Float32Type::get(op.getContext()));
  types[Query] = types[Key] = types[Value] = types[Ones] = types[Weights] =
      narrow;
  int64_t count = portion.count(), rows = result.size[1];
  int64_t keys = typeOf(op.getKey()).getDimSize(1);
  int64_t values = typeOf(op.getResult()).getDimSize(3) / op.getHeads();
  Tile scores = tileOf(count, rows, 1, keys);
  tiles[Query] = tileOf(count, rows, 1, op.getSize());
  tiles[Key] = tileOf(count, keys, 1, op.getSize());
  tiles[Value] = tileOf(count, keys, 1, values);
  tiles[Ones] = tileOf(1, keys, 1, 1);
  tiles[Mask] = tileOf(1, 1, 1, 1);
  for (mlir::Value mask : op.getMasks()) {
    Tile part = maskTile(mask, rows, portion, chip);
    auto bytesOf = [&](const Tile &tile) {
      return bytesPerLane(tile, Layout::Aligned, types[Mask], chip);
    };
    if (!typeOf(mask).getElementType().isF32() &&
        bytesOf(part) > bytesOf(tiles[Mask]))
      tiles[Mask] = part;
  }
  tiles[Weights] = scores;
  for (unsigned name = Score; name < Products; ++name)
    tiles[name] = scores;
  for (unsigned name = Products; name < Column; ++name)
    tiles[name] = tileOf(count, rows, 1, values);
  for (unsigned name = Column; name < Folded; ++name)
    tiles[name] = tileOf(count, rows, 1, 1);
  tiles[Folded] = tiles[Folded + 1] = foldedRows(scores, types[Score], chip);
  tiles[Coefficients] = tileOf(1, chip.lanes, 1, std::size(kPower));
}

/// The most heads, then batches, whose scratch leaves room for operands, and
/// for the constants of later products to be loaded meanwhile.
static Portion firstPortion(tpu::AttentionOp op, const Tile &result) {
  const int64_t room = chipOf(op).laneBytes / 4;
  Portion portion{0, 1, 0, 1};
  auto grow = [&](int64_t &size, int64_t most) {
    while (size < most) {
      ++size;
      if (Buffers(op, result, portion).allBytes() > room) {
        --size;
        return false;
      }
    }
    return true;
  };
  if (grow(portion.heads, op.getHeads()))
    grow(portion.batches, result.size[0]);
  return portion;
}

namespace {
/// Emits one portion.
class Heads {
public:
  Heads(tpu::AttentionOp op, Emitter &emitter, const Binding &binding,
        const Portion &portion)
      : op(op), emitter(emitter), binding(binding), portion(portion),
        buffers(op, binding.result.tile, portion) {}

  void emit();
  /// What all portions read: ones, and coefficients.
  void emitConstants();

private:
  LocalView view(unsigned name) {
    return scratchView(binding, name, buffers.tiles[name], buffers.types[name]);
  }
  Math math(unsigned name) {
    return Math(emitter, op.getContext(), buffers.tiles[name].size);
  }
  /// The shape in which h counts heads, and a buffer's view of it.
  Quad headsShape(unsigned name) {
    const Tile &tile = buffers.tiles[name];
    return {portion.batches, tile.size[1], portion.heads, tile.size[3]};
  }
  LocalView headsView(unsigned name);
  LocalView columnsOf(const LocalBuffer &buffer, const Tile &tile,
                      int64_t offset, int64_t width);

  void split(unsigned name, unsigned operand, int64_t offset, float factor);
  void multiply(unsigned target, unsigned left, unsigned right, int64_t columns,
                int64_t inner, bool isTurned);
  LocalView addMasks();
  LocalView maskView(unsigned operand);
  void softmax(const LocalView &scores);
  void power(const LocalView &x, ArrayRef<LocalView> free);
  void join();

  tpu::AttentionOp op;
  Emitter &emitter;
  const Binding &binding;
  Portion portion;
  Buffers buffers;
};
} // namespace

LocalView Heads::headsView(unsigned name) {
  LocalView heads = view(name);
  heads.mode = LocalView::Strided;
  heads.strides[2] = heads.strides[0];
  heads.strides[0] *= portion.heads;
  return heads;
}

/// The columns of a portion's heads in a matrix of all heads.
LocalView Heads::columnsOf(const LocalBuffer &buffer, const Tile &tile,
                           int64_t offset, int64_t width) {
  Tile part = tile;
  part.offset[0] = binding.result.tile.offset[0] + portion.batch;
  part.size[0] = portion.batches;
  LocalView columns = viewOf(buffer, part);
  columns.mode = LocalView::Strided;
  columns.address += (offset + portion.head * width) *
                     columns.elementType.getIntOrFloatBitWidth() / 8;
  columns.strides[2] = width;
  return columns;
}

/// Copies the heads of an operand apart, multiplied by a factor.
void Heads::split(unsigned name, unsigned operand, int64_t offset,
                  float factor) {
  const LocalBuffer &buffer = binding.operands[operand];
  Tile tile = buffer.tile;
  if (operand == 0) {
    tile.offset[1] = binding.result.tile.offset[1];
    tile.size[1] = binding.result.tile.size[1];
  }
  Quad shape = headsShape(name);
  LocalView from = columnsOf(buffer, tile, offset, shape[3]);
  Math copies(emitter, op.getContext(), shape);
  if (factor == 1.0f)
    copies.copy(headsView(name), from);
  else
    copies.mul(headsView(name), from, factor);
}

/// Multiplies the matrices of each head; a right matrix may serve all.
void Heads::multiply(unsigned target, unsigned left, unsigned right,
                     int64_t columns, int64_t inner, bool isTurned) {
  LocalView to = view(target), from = view(left), by = view(right);
  int64_t rows = buffers.tiles[target].size[1];
  auto next = [](LocalView &matrix) {
    matrix.address +=
        matrix.strides[0] * matrix.elementType.getIntOrFloatBitWidth() / 8;
  };
  for (int64_t i = 0; i < portion.count(); ++i) {
    MatrixProduct product{to, rows, columns, from, by, {inner, columns}};
    if (isTurned)
      product.rightSize = {columns, inner};
    product.transposed = isTurned;
    verbsOf(emitter).multiply(emitter, product);
    next(to);
    next(from);
    if (buffers.tiles[right].size[0] > 1)
      next(by);
  }
}

/// A mask in f32, as a tensor of the scores' shape that repeats.
LocalView Heads::maskView(unsigned operand) {
  const LocalBuffer &buffer = binding.operands[operand];
  ArrayRef<int64_t> whole = typeOf(op->getOperand(operand)).getShape();
  std::array<std::pair<int64_t, int64_t>, 3> parts = {
      {{binding.result.tile.offset[0] + portion.batch, portion.batches},
       {binding.result.tile.offset[1], binding.result.tile.size[1]},
       {portion.head, portion.heads}}};
  Tile part = buffer.tile;
  for (unsigned dim = 0; dim < 3; ++dim)
    if (whole[dim] > 1)
      std::tie(part.offset[dim], part.size[dim]) = parts[dim];
  LocalView mask = viewOf(buffer, part);
  if (!mask.elementType.isF32()) {
    Tile tile = maskTile(op->getOperand(operand), part.size[1], portion,
                         emitter.getChip());
    LocalView wide =
        scratchView(binding, Buffers::Mask, tile, buffers.types[Buffers::Mask]);
    mask.mode = LocalView::Strided;
    Math(emitter, op.getContext(), tile.size).cast(wide, mask);
    mask = wide;
  }
  mask.mode = LocalView::Strided;
  for (unsigned dim = 0; dim < 3; ++dim)
    if (whole[dim] == 1)
      mask.strides[dim] = 0;
  return mask;
}

/// Returns the masked scores, in one of the first two buffers.
LocalView Heads::addMasks() {
  unsigned from = Buffers::Score, to = Buffers::Score + 1;
  for (unsigned operand = kFirstMask; operand < op->getNumOperands();
       ++operand) {
    Math(emitter, op.getContext(), headsShape(Buffers::Score))
        .add(headsView(to), headsView(from), maskView(operand));
    std::swap(from, to);
  }
  return view(from);
}

/// weights = e^x for x of 0 or less, to be rounded to 16 bits: 2^k 2^f with
/// k + f = x / ln 2. Adding `kWhole` leaves k + 127 in the lowest bits, which
/// are shifted to the exponent's place.
void Heads::power(const LocalView &x, ArrayRef<LocalView> free) {
  constexpr float kWhole = 12582912.0f + 127.0f; // 1.5 * 2^23
  constexpr float kLowest = -87.3f;              // 2^-126
  Math m = math(Buffers::Score);
  LocalView power = x;
  m.max(free[0], kLowest, x);
  m.mul(free[1], free[0], 1.44269504f); // 1 / ln 2
  m.add(free[0], free[1], kWhole);
  m.sub(free[2], free[0], kWhole);
  m.sub(power, free[1], free[2]);
  m.series(free[1], power, std::size(kPower), view(Buffers::Coefficients));
  m.bitwise(ArithOp::LogicShift, free[2], free[0], 23u);
  m.mul(power, free[1], free[2]);
  m.cast(view(Buffers::Weights), power);
}

/// Leaves e^(x - the largest of the row) in Weights.
void Heads::softmax(const LocalView &scores) {
  Tile tile = buffers.tiles[Buffers::Score];
  LocalView largest = view(Buffers::Column);
  LocalView folded[] = {view(Buffers::Folded), view(Buffers::Folded + 1)};
  RowReduction(emitter, op.getContext(), tile, folded).max(largest, scores);
  SmallVector<LocalView> free;
  for (unsigned name = Buffers::Score; name < Buffers::Score + 4; ++name)
    if (view(name).address != scores.address)
      free.push_back(view(name));
  LocalView shifted = free.pop_back_val();
  math(Buffers::Score)
      .sub(shifted, scores,
           largest.broadcast(buffers.tiles[Buffers::Column].size, tile.size));
  free.push_back(scores);
  power(shifted, free);
}

/// Divides the products with values by the sum of the weights.
void Heads::join() {
  LocalView sum = view(Buffers::Column + 1), factor = view(Buffers::Column + 2);
  emitRoughReciprocal(math(Buffers::Column), factor, sum,
                      {view(Buffers::Column + 3), view(Buffers::Column + 4)});
  math(Buffers::Products)
      .mul(view(Buffers::Products + 1), view(Buffers::Products),
           factor.broadcast(buffers.tiles[Buffers::Column].size,
                            buffers.tiles[Buffers::Products].size));
  LocalView to = columnsOf(binding.result, binding.result.tile, 0,
                           buffers.tiles[Buffers::Products].size[3]);
  Math(emitter, op.getContext(), headsShape(Buffers::Products))
      .cast(to, headsView(Buffers::Products + 1));
}

void Heads::emitConstants() {
  math(Buffers::Ones).fill(view(Buffers::Ones), 1.0f);
  LocalView coefficient = view(Buffers::Coefficients);
  Math one(emitter, op.getContext(), {1, emitter.getChip().lanes, 1, 1});
  for (float value : kPower) {
    one.fill(coefficient, value);
    coefficient.address += sizeof(float);
  }
}

void Heads::emit() {
  int64_t keys = buffers.tiles[Buffers::Key].size[1];
  int64_t values = buffers.tiles[Buffers::Value].size[3];
  split(Buffers::Query, 0, op.getQueryOffset(), op.getScale().convertToFloat());
  split(Buffers::Key, 1, op.getKeyOffset(), 1.0f);
  split(Buffers::Value, 2, op.getValueOffset(), 1.0f);
  multiply(Buffers::Score, Buffers::Query, Buffers::Key, keys, op.getSize(),
           /*isTurned=*/true);
  softmax(addMasks());
  multiply(Buffers::Column + 1, Buffers::Weights, Buffers::Ones, 1, keys,
           /*isTurned=*/false);
  multiply(Buffers::Products, Buffers::Weights, Buffers::Value, values, keys,
           /*isTurned=*/false);
  join();
}

namespace {
struct AttentionKernel
    : KernelOpInterface::ExternalModel<AttentionKernel, tpu::AttentionOp> {
  /// Rows of the query and the mask are rows of the result; of the batches each
  /// operand has its own.
  Tile operandTile(Operation *operation, unsigned operand,
                   const Tile &result) const {
    Tile tile = Tile::whole(operation->getOperand(operand));
    auto take = [&](unsigned dim) {
      if (tile.size[dim] == 1)
        return;
      tile.offset[dim] = result.offset[dim];
      tile.size[dim] = result.size[dim];
    };
    take(0);
    if (operand == 0 || operand >= kFirstMask)
      take(1);
    return tile;
  }

  bool sliceable(Operation *, unsigned dim) const { return dim < 2; }

  Layout operandLayout(Operation *operation, unsigned operand) const {
    bool repeats = operand >= kFirstMask &&
                   typeOf(operation->getOperand(operand)).getDimSize(1) == 1;
    return repeats ? Layout::Replicated : Layout::Aligned;
  }

  SmallVector<int64_t> scratch(Operation *operation, const Tile &result) const {
    auto op = cast<tpu::AttentionOp>(operation);
    Buffers buffers(op, result, firstPortion(op, result));
    SmallVector<int64_t> bytes;
    for (unsigned name = 0; name < Buffers::Count; ++name)
      bytes.push_back(buffers.bytes(name));
    return bytes;
  }

  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    auto op = cast<tpu::AttentionOp>(operation);
    const Tile &result = binding.result.tile;
    Portion portion = firstPortion(op, result);
    Heads(op, emitter, binding, portion).emitConstants();
    int64_t batches = portion.batches, heads = portion.heads;
    for (int64_t b = 0; b < result.size[0]; b += batches)
      for (int64_t h = 0; h < op.getHeads(); h += heads) {
        portion = {b, std::min(batches, result.size[0] - b), h,
                   std::min(heads, int64_t(op.getHeads()) - h)};
        Heads(op, emitter, binding, portion).emit();
      }
  }
};
} // namespace

void tpu_mlir::registerAttentionKernels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, tpu::TpuDialect *) {
    tpu::AttentionOp::attachInterface<AttentionKernel>(*context);
  });
}
