//===- Constant.cpp - Values known at compile time ------------------------===//
#include "lib/Dialect/Top/IR/Inference.h"
#include "lib/Dialect/Top/IR/RawBytes.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace tpu_mlir::top;

LogicalResult WeightOp::inferTypes(Emitter, Adaptor adaptor, Types &types) {
  types.push_back(adaptor.getValue().getShapedType());
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
