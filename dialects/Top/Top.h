//===- Top.h - The top dialect in C++ -------------------------------------===//
#pragma once

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/Interfaces/Sizes.h"
#include "dialects/Top/Emitter.h"
#include "dialects/Top/Magnitude.h"
#include "dialects/Top/Quantized.h"

#include "dialects/Top/TopDialect.h.inc"
#include "dialects/Top/TopEnums.h.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/Top/TopAttrs.h.inc"
#define GET_OP_CLASSES
#include "dialects/Top/TopOps.h.inc"
