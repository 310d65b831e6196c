//===- TpuMlir.cpp - C interface that the Python bindings embed
//------------===//
#include "lib/CAPI/TpuMlir.h"

#include "dialects/Top/Top.h"
#include "lib/Pipelines/Registration.h"
#include "mlir/CAPI/IR.h"
#include "mlir/CAPI/Registration.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/DialectResourceBlobManager.h"

MLIR_DEFINE_CAPI_DIALECT_REGISTRATION(Top, top, tpu_mlir::top::TopDialect)

void tpuMlirRegisterAllDialects(MlirDialectRegistry registry) {
  tpu_mlir::registerAllDialects(*unwrap(registry));
}

void tpuMlirRegisterAllPasses() { tpu_mlir::registerAllPasses(); }

MlirStringRef tpuMlirElementsAttrGetRawData(MlirAttribute attribute) {
  mlir::Attribute elements = unwrap(attribute);
  llvm::ArrayRef<char> bytes;
  if (auto dense = llvm::dyn_cast<mlir::DenseElementsAttr>(elements))
    bytes = dense.getRawData();
  if (auto dense = llvm::dyn_cast<mlir::DenseResourceElementsAttr>(elements))
    if (mlir::AsmResourceBlob *blob = dense.getRawHandle().getBlob())
      bytes = blob->getData();
  return mlirStringRefCreate(bytes.data(), bytes.size());
}
