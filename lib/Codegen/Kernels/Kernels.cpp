//===- Kernels.cpp - Registration of the kernels behind tpu ops
//------------===//
#include "lib/Codegen/Kernels/Kernels.h"

void tpu_mlir::registerKernels(mlir::DialectRegistry &registry) {
  registerActivationKernels(registry);
  registerConvKernels(registry);
  registerElementwiseKernels(registry);
  registerMatMulKernels(registry);
  registerNormalizeKernels(registry);
  registerPoolKernels(registry);
  registerShapeKernels(registry);
}
