//===- Kernels.cpp - Registration of the kernels behind tpu ops
//------------===//
#include "lib/Kernels/Kernels.h"

void tpu_mlir::registerKernels(mlir::DialectRegistry &registry) {
  registerActivationKernels(registry);
  registerAttentionKernels(registry);
  registerChoiceKernels(registry);
  registerConvKernels(registry);
  registerCurveKernels(registry);
  registerElementwiseKernels(registry);
  registerGatherKernels(registry);
  registerIntegerKernels(registry);
  registerLocalShapeKernels(registry);
  registerLookupKernels(registry);
  registerMatMulKernels(registry);
  registerNormalizeKernels(registry);
  registerPoolKernels(registry);
  registerQuantizeKernels(registry);
  registerQuantizedBinaryKernels(registry);
  registerShapeKernels(registry);
}
