//===- Normalize.cpp - Kernels of tpu.softmax and tpu.normalize
//------------===//
#include "dialects/Tpu/Tpu.h"
#include "lib/Kernels/Kernels.h"
#include "lib/Kernels/Support/Division.h"
#include "lib/Kernels/Support/Functions.h"
#include "lib/Kernels/Support/RowReduction.h"
#include "lib/Support/ChipOf.h"

using namespace mlir;
using namespace tpu_mlir;

namespace {
/// The f32 tensors of a program over rows: full ones, and columns that hold one
/// value for each row.
class Rows {
public:
  Rows(Operation *operation, Emitter &emitter, const Binding &binding)
      : emitter(emitter), tile(binding.result.tile), column(tile),
        f32(Float32Type::get(operation->getContext())),
        math(emitter, operation->getContext(), tile.size),
        columnMath(math.withShape(columnTile(tile).size)) {
    column = columnTile(tile);
    for (unsigned i = 0; i < binding.scratch.size(); ++i)
      if (i < kColumns)
        scratch.push_back(scratchView(binding, i, column, f32));
      else if (i < kColumns + kFolded)
        folded.push_back(scratchView(
            binding, i, foldedRows(tile, f32, emitter.getChip()), f32));
      else
        scratch.push_back(scratchView(binding, i, tile, f32));
    input = viewOf(binding.operands[0], tile);
    result = viewOf(binding.result);
    if (!input.elementType.isF32()) {
      math.cast(scratch.back(), input);
      input = scratch.back();
    }
  }

  static constexpr unsigned kColumns = 5, kFolded = 2;

  /// Bytes of scratch: columns, those of reductions, then `full` whole tensors,
  /// and one more where the operand has to be converted first.
  static SmallVector<int64_t> request(Operation *operation, const Tile &tile,
                                      unsigned full) {
    Type type = cast<RankedTensorType>(operation->getOperand(0).getType())
                    .getElementType();
    Type f32 = Float32Type::get(operation->getContext());
    Tile rows = foldedRows(tile, f32, chipOf(operation));
    SmallVector<int64_t> bytes(kColumns,
                               scratchBytes(operation, columnTile(tile), f32));
    bytes.append(kFolded, scratchBytes(operation, rows, f32));
    bytes.append(full + !type.isF32(), scratchBytes(operation, tile, f32));
    return bytes;
  }

  /// A column, repeated along w.
  LocalView spread(const LocalView &view) const {
    return view.broadcast(column.size, tile.size);
  }

  /// A column in the place of a whole tensor.
  LocalView columnOf(const LocalView &view) const {
    LocalView column = scratch.front();
    column.address = view.address;
    return column;
  }

  void maxOfRows(const LocalView &to, const LocalView &from) const {
    reduction().max(to, from);
  }
  void sumOfRows(const LocalView &to, const LocalView &from,
                 float scale) const {
    reduction().sum(to, from, scale);
  }

  Emitter &emitter;
  Tile tile, column;
  Type f32;
  Math math, columnMath;
  SmallVector<LocalView> scratch, folded;
  LocalView input, result;

private:
  static Tile columnTile(Tile tile) {
    tile.size[3] = 1;
    return tile;
  }
  RowReduction reduction() const {
    return {emitter, f32.getContext(), tile, folded};
  }
};

/// Ops over w: any other dimension may be cut.
template <typename Model, typename Op>
struct RowsBase : KernelOpInterface::ExternalModel<Model, Op> {
  Tile operandTile(Operation *, unsigned, const Tile &result) const {
    return result;
  }
  bool sliceable(Operation *, unsigned dim) const { return dim < 3; }
  bool readsPart(Operation *, unsigned) const { return false; }
};

struct SoftmaxKernel : RowsBase<SoftmaxKernel, tpu::SoftmaxOp> {
  SmallVector<int64_t> scratch(Operation *operation, const Tile &result) const {
    return Rows::request(operation, result, 5);
  }

  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    Rows rows(operation, emitter, binding);
    const Math &math = rows.math;
    LocalView largest = rows.scratch[0], sum = rows.scratch[1];
    ArrayRef<LocalView> full =
        ArrayRef(rows.scratch).drop_front(Rows::kColumns);
    LocalView shifted = full[0], power = full[1];
    rows.maxOfRows(largest, rows.input);
    math.sub(shifted, rows.input, rows.spread(largest));
    emitExp(math, power, shifted, full.slice(2, 3), /*isNegative=*/true);
    rows.sumOfRows(sum, power, 1.0f);
    bool toF32 = rows.result.elementType.isF32();
    LocalView answer = toF32 ? rows.result : full[2];
    if (cast<tpu::SoftmaxOp>(operation).getLog()) {
      LocalView temporaries[] = {rows.scratch[2], rows.scratch[3],
                                 rows.scratch[4], rows.columnOf(power)};
      emitLog(rows.columnMath, largest, sum, temporaries);
      math.sub(answer, shifted, rows.spread(largest));
    } else { // a division takes as long as 19 to 45 products
      LocalView factor = rows.scratch[2];
      emitReciprocal(rows.columnMath, factor, sum,
                     {rows.scratch[3], rows.scratch[4]});
      math.mul(answer, power, rows.spread(factor));
    }
    if (!toF32)
      math.cast(rows.result, answer);
  }
};

struct NormalizeKernel : RowsBase<NormalizeKernel, tpu::NormalizeOp> {
  SmallVector<int64_t> scratch(Operation *operation, const Tile &result) const {
    return Rows::request(operation, result, 2);
  }

  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    Rows rows(operation, emitter, binding);
    const Math &math = rows.math;
    LocalView mean = rows.scratch[0], variance = rows.scratch[1];
    LocalView factor = rows.scratch[2];
    LocalView centred = rows.scratch[Rows::kColumns];
    LocalView square = rows.scratch[Rows::kColumns + 1];
    float share = 1.0f / rows.tile.size[3];
    rows.sumOfRows(mean, rows.input, share);
    math.sub(centred, rows.input, rows.spread(mean));
    math.mul(square, centred, centred);
    rows.sumOfRows(variance, square, share);
    float epsilon =
        cast<tpu::NormalizeOp>(operation).getEpsilon().convertToFloat();
    rows.columnMath.add(mean, variance, epsilon);
    emitRsqrt(
        rows.columnMath, factor, mean,
        {variance, rows.scratch[3], rows.scratch[4], rows.columnOf(square)});
    if (rows.result.elementType.isF32())
      return math.mul(rows.result, centred, rows.spread(factor));
    math.mul(square, centred, rows.spread(factor));
    math.cast(rows.result, square);
  }
};
} // namespace

void tpu_mlir::registerNormalizeKernels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, tpu::TpuDialect *) {
    tpu::SoftmaxOp::attachInterface<SoftmaxKernel>(*context);
    tpu::NormalizeOp::attachInterface<NormalizeKernel>(*context);
  });
}
