//===- TopDialect.cpp - Registration of the top dialect -------------------===//
#include "dialects/Top/Top.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tpu_mlir::top;

#include "dialects/Top/TopDialect.cpp.inc"
#include "dialects/Top/TopEnums.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/Top/TopAttrs.cpp.inc"

void TopDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Top/TopAttrs.cpp.inc"
      >();
  registerTopDialectOperations(this);
}
