//===- Tpu.h - The tpu dialect in C++ -------------------------------------===//
#pragma once

#include "dialects/Interfaces/Kernel.h"
#include "dialects/Interfaces/Sizes.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace tpu_mlir::tpu {
/// The trait of the same name in TpuBase.td.
template <typename ConcreteType>
class ElementByElement
    : public mlir::OpTrait::TraitBase<ConcreteType, ElementByElement> {};
} // namespace tpu_mlir::tpu

#include "dialects/Tpu/TpuDialect.h.inc"
#include "dialects/Tpu/TpuEnums.h.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/Tpu/TpuAttrs.h.inc"
#define GET_OP_CLASSES
#include "dialects/Tpu/TpuOps.h.inc"
