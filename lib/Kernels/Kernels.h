//===- Kernels.h - Registration of the kernels behind tpu ops
//--------------===//
#pragma once

namespace mlir {
class DialectRegistry;
}

namespace tpu_mlir {

/// Attaches to every tpu op the interface that its kernel implements.
void registerKernels(mlir::DialectRegistry &registry);

void registerActivationKernels(mlir::DialectRegistry &registry);
void registerAttentionKernels(mlir::DialectRegistry &registry);
void registerChoiceKernels(mlir::DialectRegistry &registry);
void registerConvKernels(mlir::DialectRegistry &registry);
void registerCurveKernels(mlir::DialectRegistry &registry);
void registerElementwiseKernels(mlir::DialectRegistry &registry);
void registerGatherKernels(mlir::DialectRegistry &registry);
void registerIntegerKernels(mlir::DialectRegistry &registry);
void registerLocalShapeKernels(mlir::DialectRegistry &registry);
void registerLookupKernels(mlir::DialectRegistry &registry);
void registerMatMulKernels(mlir::DialectRegistry &registry);
void registerNormalizeKernels(mlir::DialectRegistry &registry);
void registerPoolKernels(mlir::DialectRegistry &registry);
void registerQuantizeKernels(mlir::DialectRegistry &registry);
void registerQuantizedBinaryKernels(mlir::DialectRegistry &registry);
void registerShapeKernels(mlir::DialectRegistry &registry);

} // namespace tpu_mlir
