//===- GatherRows.cpp - Moves of whole rows as one transfer ---------------===//
#include "lib/Conversion/TopToTpu/GatherRows.h"

#include "dialects/Top/Top.h"
#include "dialects/Tpu/Tpu.h"
#include "lib/Conversion/TopToTpu/Support/Lowering.h"
#include "llvm/ADT/SetVector.h"

#include <numeric>

using namespace mlir;
using namespace tpu_mlir;

/// Shorter rows are not worth a command that gathers them, nor are many of them
/// worth their indices.
static constexpr int64_t kShortestRow = 64; // bytes
static constexpr int64_t kMostRows = 1 << 20;

static bool isMove(Operation *op) {
  return op &&
         isa<tpu::ReshapeOp, tpu::PermuteOp, tpu::SliceOp, tpu::ConcatOp>(op);
}

namespace {

/// Moves that end in one value and begin in one other, which they take apart
/// into rows. Nothing else reads what lies between.
class RowMoves {
public:
  explicit RowMoves(Value end);

  bool isUseful() const {
    int64_t bytes = unit * elementOf(end).getIntOrFloatBitWidth() / 8;
    int64_t rows = product(shapeOf(end)) / unit;
    return isValid && moves > 0 && bytes >= kShortestRow && rows <= kMostRows;
  }

  /// The row of the source that each row of the end is.
  std::vector<int32_t> rows() {
    RowsOf known;
    return rowsOf(end, known);
  }

  const Value end;
  Value source;
  int64_t unit; // elements of a row
  llvm::SetVector<Operation *> ops;

private:
  using RowsOf = llvm::DenseMap<Value, std::vector<int32_t>>;

  bool collect(const llvm::DenseSet<Value> &borders);
  void keep(int64_t elements) { unit = std::gcd(unit, elements); }
  void keepBorders(Operation *op);
  const std::vector<int32_t> &rowsOf(Value value, RowsOf &known) const;
  std::vector<int32_t> concatenate(tpu::ConcatOp op, RowsOf &known) const;

  bool isValid = true;
  unsigned moves = 0; // between lanes; others cost little in local memory
};

} // namespace

/// Finds the ops, back to the borders; returns whether there is one source.
bool RowMoves::collect(const llvm::DenseSet<Value> &borders) {
  ops.clear();
  source = {};
  SmallVector<Value> next = {end};
  while (!next.empty()) {
    Value value = next.pop_back_val();
    Operation *op = value.getDefiningOp();
    if (!isMove(op) || borders.contains(value)) {
      if (source && source != value)
        return false;
      source = value;
    } else if (ops.insert(op)) {
      llvm::append_range(next, op->getOperands());
    }
  }
  return true;
}

RowMoves::RowMoves(Value end) : end(end), unit(shapeOf(end).back()) {
  llvm::DenseSet<Value> borders;
  auto isReadOutside = [&](Operation *op) {
    return op->getResult(0) != end &&
           llvm::any_of(op->getUsers(),
                        [&](Operation *user) { return !ops.contains(user); });
  };
  while ((isValid = collect(borders))) {
    size_t before = borders.size();
    for (Operation *op : ops)
      if (isReadOutside(op))
        borders.insert(op->getResult(0));
    if (borders.size() == before)
      break;
  }
  for (Operation *op : ops)
    keepBorders(op);
}

/// Rows must not reach over what an op cuts or joins; a view does neither.
void RowMoves::keepBorders(Operation *op) {
  if (isa<tpu::ReshapeOp>(op))
    return;
  for (Value operand : op->getOperands())
    keep(shapeOf(operand).back());
  keep(shapeOf(op->getResult(0)).back());
  if (auto permute = dyn_cast<tpu::PermuteOp>(op)) {
    isValid &= permute.getOrder()[3] == 3;
    moves += permute.getOrder()[1] != 1;
  } else if (auto slice = dyn_cast<tpu::SliceOp>(op)) {
    keep(slice.getOffsets()[3]);
    isValid &= slice.getSteps()[3] == 1;
  } else if (auto concat = dyn_cast<tpu::ConcatOp>(op)) {
    moves += concat.getAxis() == 1 && concat.getInputs().size() > 1;
  }
}

/// Walks a box of rows; `strides` in rows.
static void walk(ArrayRef<int64_t> sizes, ArrayRef<int64_t> strides,
                 int64_t start, llvm::function_ref<void(int64_t)> visit) {
  if (sizes.empty())
    return visit(start);
  for (int64_t i = 0; i < sizes.front(); ++i)
    walk(sizes.drop_front(), strides.drop_front(), start + i * strides.front(),
         visit);
}

/// The shape of a value whose last dimension counts rows, and its strides.
static std::pair<Shape, Shape> rowShape(Value value, int64_t unit) {
  Shape shape(shapeOf(value)), strides(shape.size(), 1);
  shape.back() /= unit;
  for (size_t dim = shape.size(); dim-- > 1;)
    strides[dim - 1] = strides[dim] * shape[dim];
  return {shape, strides};
}

std::vector<int32_t> RowMoves::concatenate(tpu::ConcatOp op,
                                           RowsOf &known) const {
  auto [shape, strides] = rowShape(op.getResult(), unit);
  std::vector<int32_t> rows(product(shape));
  int64_t start = 0;
  for (Value input : op.getInputs()) {
    const std::vector<int32_t> &part = rowsOf(input, known);
    Shape sizes = rowShape(input, unit).first;
    size_t next = 0;
    walk(sizes, strides, start, [&](int64_t at) { rows[at] = part[next++]; });
    start += sizes[op.getAxis()] * strides[op.getAxis()];
  }
  return rows;
}

/// Where the elements of a permutation or slice begin in the operand, and the
/// strides by which they are read there.
static std::pair<int64_t, Shape> readingOf(Operation *op, int64_t unit) {
  Shape strides = rowShape(op->getOperand(0), unit).second;
  if (auto permute = dyn_cast<tpu::PermuteOp>(op)) {
    Shape turned;
    for (int64_t dim : permute.getOrder())
      turned.push_back(strides[dim]);
    return {0, turned};
  }
  auto slice = cast<tpu::SliceOp>(op);
  int64_t start = 0;
  for (unsigned dim = 0; dim < 4; ++dim) {
    start += slice.getOffsets()[dim] * strides[dim] / (dim == 3 ? unit : 1);
    strides[dim] *= slice.getSteps()[dim];
  }
  return {start, strides};
}

const std::vector<int32_t> &RowMoves::rowsOf(Value value, RowsOf &known) const {
  if (auto found = known.find(value); found != known.end())
    return found->second;
  Operation *op = value.getDefiningOp();
  std::vector<int32_t> rows;
  if (value == source) {
    rows.resize(product(shapeOf(value)) / unit);
    std::iota(rows.begin(), rows.end(), 0);
  } else if (auto concat = dyn_cast<tpu::ConcatOp>(op)) {
    rows = concatenate(concat, known);
  } else if (isa<tpu::ReshapeOp>(op)) {
    rows = rowsOf(op->getOperand(0), known);
  } else {
    std::vector<int32_t> before = rowsOf(op->getOperand(0), known);
    auto [start, strides] = readingOf(op, unit);
    walk(rowShape(value, unit).first, strides, start,
         [&](int64_t at) { rows.push_back(before[at]); });
  }
  return known[value] = std::move(rows);
}

static void replace(RowMoves &found) {
  Operation *op = found.end.getDefiningOp();
  OpBuilder builder(op);
  std::vector<int32_t> rows = found.rows();
  int64_t count = rows.size(), whole = product(shapeOf(found.source));
  Type element = elementOf(found.end);
  auto view = [&](Value value, ShapeRef shape) -> Value {
    return builder.create<tpu::ReshapeOp>(
        op->getLoc(), RankedTensorType::get(shape, element), value);
  };
  Value table = view(found.source, {1, whole / found.unit, 1, found.unit});
  auto indexType =
      RankedTensorType::get({1, 1, 1, count}, builder.getI32Type());
  Value indices = builder.create<top::WeightOp>(
      op->getLoc(), DenseElementsAttr::get(indexType, ArrayRef(rows)));
  auto type = RankedTensorType::get({1, count, 1, found.unit}, element);
  Value result =
      builder.create<tpu::GatherOp>(op->getLoc(), type, table, indices);
  Value end = found.end;
  end.replaceAllUsesWith(view(result, shapeOf(end)));
}

/// Rows of a kernel as channels (KernelRows.cpp): they are moved within local
/// memory, slice by slice, while the convolution computes.
static bool isForConvolution(Operation *op) {
  return isa<tpu::ConcatOp>(op) &&
         llvm::all_of(op->getUsers(),
                      [](Operation *user) { return isa<tpu::ConvOp>(user); });
}

void tpu_mlir::gatherRows(func::FuncOp function) {
  SmallVector<Operation *> ends;
  function.walk([&](Operation *op) {
    if (isa<tpu::PermuteOp, tpu::ConcatOp>(op) && !isForConvolution(op))
      ends.push_back(op);
  });
  llvm::DenseSet<Operation *> replaced;
  for (Operation *op : llvm::reverse(ends)) {
    if (replaced.contains(op))
      continue;
    RowMoves found(op->getResult(0));
    if (!found.isUseful())
      continue;
    replace(found);
    replaced.insert(found.ops.begin(), found.ops.end());
  }
}
