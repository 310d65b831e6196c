//===- Quantized.cpp - 8-bit types that stand for floats
//-------------------===//
#include "dialects/Top/Quantized.h"

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;

bool tpu_mlir::top::isQuantized(Type element) {
  auto quantized = dyn_cast<quant::QuantizedType>(element);
  return quantized &&
         isa<quant::UniformQuantizedType, quant::UniformQuantizedPerAxisType>(
             quantized) &&
         quantized.getStorageTypeIntegralWidth() == 8 &&
         quantized.getExpressedType().isF32();
}

IntegerType tpu_mlir::top::storageOf(quant::QuantizedType element) {
  return IntegerType::get(element.getContext(), 8,
                          element.isSigned() ? IntegerType::Signless
                                             : IntegerType::Unsigned);
}

bool tpu_mlir::top::isReal(Type type) {
  Type element = getElementTypeOrSelf(type);
  return isa<FloatType>(element) || isQuantized(element);
}

bool tpu_mlir::top::meet(Type lhs, Type rhs) {
  return lhs == rhs ||
         ((isQuantized(lhs) || isQuantized(rhs)) && isReal(lhs) && isReal(rhs));
}
