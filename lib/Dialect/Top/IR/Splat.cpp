//===- Splat.cpp - Constants whose elements are all the same --------------===//
#include "lib/Dialect/Top/IR/Splat.h"

#include "dialects/Top/Top.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;

/// Interprets the bits of one element; i1 is stored as a byte.
static std::optional<double> decode(Type element, uint64_t bits) {
  if (auto type = dyn_cast<FloatType>(element)) {
    APFloat value(type.getFloatSemantics(), APInt(type.getWidth(), bits));
    bool inexact;
    value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                  &inexact);
    return value.convertToDouble();
  }
  if (auto type = dyn_cast<IntegerType>(element)) {
    APInt value(64, bits);
    value = value.trunc(type.getWidth());
    return type.isUnsigned() || type.getWidth() == 1
               ? value.roundToDouble()
               : value.signedRoundToDouble();
  }
  return std::nullopt;
}

std::optional<double> tpu_mlir::top::splatValue(Value value) {
  auto weight = value.getDefiningOp<WeightOp>();
  if (!weight)
    return std::nullopt;
  if (auto dense = dyn_cast<DenseElementsAttr>(weight.getValue())) {
    if (dense.empty() || !dense.isSplat())
      return std::nullopt;
    Type element = dense.getElementType();
    APInt bits = isa<FloatType>(element)
                     ? dense.getSplatValue<APFloat>().bitcastToAPInt()
                     : dense.getSplatValue<APInt>();
    return decode(element, bits.getZExtValue());
  }
  auto resource = dyn_cast<DenseResourceElementsAttr>(weight.getValue());
  AsmResourceBlob *blob =
      resource ? resource.getRawHandle().getBlob() : nullptr;
  if (!blob || !resource.getType().getElementType().isIntOrFloat())
    return std::nullopt;
  Type element = resource.getType().getElementType();
  size_t width = llvm::divideCeil(element.getIntOrFloatBitWidth(), 8); // bytes
  ArrayRef<char> data = blob->getData();
  if (width > sizeof(uint64_t) || data.size() < width)
    return std::nullopt;
  // Every element equals its predecessor.
  if (data.drop_front(width) != data.drop_back(width))
    return std::nullopt;
  uint64_t bits = 0;
  for (size_t byte = width; byte-- > 0;)
    bits = bits << 8 | static_cast<uint8_t>(data[byte]);
  return decode(element, bits);
}
