//===- Quantized.h - 8-bit types that stand for floats
//---------------------===//
#pragma once

#include "mlir/Dialect/Quant/QuantTypes.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/TypeUtilities.h"

namespace tpu_mlir::top {

/// Whether `element` is a `!quant.uniform` of 8-bit integers that stand for
/// f32, with one scale or one for each index of an axis.
bool isQuantized(mlir::Type element);

/// Unit attribute of a convolution or product whose integers and scales the
/// network itself has: its bias counts whole products of both scales and is
/// added to their sum before that is scaled, as ONNX's QLinearConv does.
inline constexpr llvm::StringLiteral kOwnScales = "top.own_scales";

/// What a quantized element is stored as: i8 or ui8.
mlir::IntegerType storageOf(mlir::quant::QuantizedType element);

/// Whether a tensor or element type is a float or quantized one.
bool isReal(mlir::Type type);

/// Whether values of the two element types can meet in one op: equal ones,
/// and a quantized one with any real one, whatever their scales.
bool meet(mlir::Type lhs, mlir::Type rhs);

/// Every op's operands have element types that meet.
template <typename ConcreteType>
class OneElementType
    : public mlir::OpTrait::TraitBase<ConcreteType, OneElementType> {
public:
  static llvm::LogicalResult verifyTrait(mlir::Operation *op) {
    for (mlir::Type type : op->getOperandTypes())
      if (!meet(mlir::getElementTypeOrSelf(type),
                mlir::getElementTypeOrSelf(op->getOperand(0).getType())))
        return op->emitOpError(
            "requires the same element type for all operands");
    return mlir::success();
  }
};

/// Operands may be integers and truth values that are no quantized floats.
template <typename ConcreteType>
class TakesIntegers
    : public mlir::OpTrait::TraitBase<ConcreteType, TakesIntegers> {};

} // namespace tpu_mlir::top
