//===- Attention.cpp - tpu.attention --------------------------------------===//
#include "dialects/Tpu/Tpu.h"

using namespace mlir;
using namespace tpu_mlir::tpu;

static LogicalResult verifyMatrix(AttentionOp op, StringRef what, Value value,
                                  int64_t batches, int64_t rows, int64_t offset,
                                  int64_t columns) {
  auto type = cast<RankedTensorType>(value.getType());
  ArrayRef<int64_t> shape = type.getShape();
  if (shape[0] != batches || shape[1] != rows || shape[2] != 1)
    return op.emitOpError()
           << "expects a " << what << " [" << batches << ", " << rows
           << ", 1, ..], but found " << type << " (C1)";
  if (offset < 0 || offset + columns > shape[3])
    return op.emitOpError()
           << "expects the columns of " << what << " from " << offset << " to "
           << offset + columns << " among " << shape[3] << " (C1)";
  return success();
}

LogicalResult AttentionOp::verify() {
  ArrayRef<int64_t> result = getResult().getType().getShape();
  int64_t batches = result[0], rows = result[1], heads = getHeads();
  int64_t keys = getKey().getType().getDimSize(1);
  if (getResult().getType().getElementType().isF32())
    return emitOpError("expects f16 or bf16, but found 'f32' (C2)");
  if (heads < 1 || getSize() < 1 || result[2] != 1 || result[3] % heads != 0)
    return emitOpError() << "expects columns of the result for " << heads
                         << " heads, but found " << result[3] << " (C1)";
  int64_t columns = heads * getSize();
  if (failed(verifyMatrix(*this, "query", getQuery(), batches, rows,
                          getQueryOffset(), columns)) ||
      failed(verifyMatrix(*this, "key", getKey(), batches, keys, getKeyOffset(),
                          columns)) ||
      failed(verifyMatrix(*this, "value", getValue(), batches, keys,
                          getValueOffset(), result[3])))
    return failure();
  std::array<int64_t, 4> whole = {batches, rows, heads, keys};
  for (Value mask : getMasks())
    for (auto [dim, size] :
         llvm::enumerate(cast<RankedTensorType>(mask.getType()).getShape()))
      if (size != whole[dim] && (size != 1 || dim == 3))
        return emitOpError()
               << "expects dimension " << dim << " of the mask to be "
               << whole[dim] << ", but found " << size << " (C1)";
  return success();
}
