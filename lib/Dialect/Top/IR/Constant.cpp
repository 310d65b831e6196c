//===- Constant.cpp - Values known at compile time ------------------------===//
#include "lib/Dialect/Top/IR/Inference.h"
#include "lib/Dialect/Top/IR/RawBytes.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace tpu_mlir::top;

LogicalResult WeightOp::inferTypes(Emitter emit, Adaptor adaptor,
                                   Types &types) {
  auto type = cast<RankedTensorType>(adaptor.getValue().getShapedType());
  types.push_back(type);
  TypeAttr attribute = adaptor.getQuantizedAttr();
  if (!attribute)
    return success();
  Type element = attribute.getValue();
  if (!isQuantized(element))
    return emit("expects `quantized` to be an 8-bit quantized type, but found ",
                element, " (C1)");
  auto quantized = cast<quant::QuantizedType>(element);
  if (storageOf(quantized) != type.getElementType())
    return emit("expects elements of ", storageOf(quantized), " for ", element,
                ", but found ", type.getElementType(), " (C1)");
  if (auto axes = dyn_cast<quant::UniformQuantizedPerAxisType>(quantized)) {
    int64_t axis = axes.getQuantizedDimension();
    int64_t scales = axes.getScales().size();
    if (axis >= type.getRank() || type.getDimSize(axis) != scales)
      return emit("expects ", scales, " elements in dimension ", axis,
                  ", one for each scale, but found ", type, " (C2)");
  }
  types.back() = type.clone(element);
  return success();
}

ArrayRef<char> tpu_mlir::top::rawBytes(ElementsAttr elements) {
  if (auto dense = dyn_cast<DenseResourceElementsAttr>(elements))
    if (AsmResourceBlob *blob = dense.getRawHandle().getBlob())
      return blob->getData();
  if (auto dense = dyn_cast<DenseElementsAttr>(elements))
    return dense.getRawData();
  return {};
}
