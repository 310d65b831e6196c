//===- TpuDialect.cpp - Registration of the tpu dialect
//--------------------===//
#include "dialects/Tpu/Tpu.h"

#include "lib/Support/ChipOf.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tpu_mlir;
using namespace tpu_mlir::tpu;

#include "dialects/Tpu/TpuDialect.cpp.inc"
#include "dialects/Tpu/TpuEnums.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/Tpu/TpuAttrs.cpp.inc"
#define GET_OP_CLASSES
#include "dialects/Tpu/TpuOps.cpp.inc"

void TpuDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Tpu/TpuAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Tpu/TpuOps.cpp.inc"
      >();
}

LogicalResult TpuDialect::verifyOperationAttribute(Operation *op,
                                                   NamedAttribute attribute) {
  if (attribute.getName() == kChipAttribute)
    return verifyChip(op, attribute.getValue());
  return success();
}
