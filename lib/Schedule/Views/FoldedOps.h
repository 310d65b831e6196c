//===- FoldedOps.h - Ops on values whose rows are channels ----------------===//
//
// A value [n, c, H, w] folded to the height h is [n, c * H / h, h, w]: row r of
// channel i is row r / b of channel i * b + r % b, where b = H / h.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "dialects/Tpu/Tpu.h"
#include "mlir/IR/Builders.h"

namespace tpu_mlir::tpu {

/// What becomes of an operand of a folded op.
enum class FoldedOperand : uint8_t {
  Value,    // it is folded, too
  Filter,   // of a convolution: its taps are distributed
  Channels, // a constant [1, c, 1, k]: repeated for the rows of a channel
  Same,     // it belongs to no place
};

/// The part that the operand has; nothing if that does not fold.
std::optional<FoldedOperand> foldedOperand(mlir::OpOperand &operand);

/// Whether the op computes the same on values folded to the height.
bool canFold(mlir::Operation *op, int64_t height);

mlir::RankedTensorType foldedType(mlir::Type type, int64_t height);
/// The type that the operand of an op that folds has then.
mlir::RankedTensorType foldedOperandType(mlir::OpOperand &operand,
                                         int64_t height);
/// The constant that the operand of an op that folds becomes.
mlir::Value foldConstant(mlir::OpBuilder &builder, mlir::OpOperand &operand,
                         int64_t height);
/// The op on folded operands.
mlir::Operation *createFolded(mlir::OpBuilder &builder, mlir::Operation *op,
                              mlir::ValueRange operands, int64_t height);

} // namespace tpu_mlir::tpu
