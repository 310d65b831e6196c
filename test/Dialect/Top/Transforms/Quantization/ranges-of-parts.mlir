// RUN: not tpu-opt %s --tpu-quantize="ranges=%S/Inputs/parts.ranges quantize-outputs" 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: tpu-opt %s --tpu-assign-precision="precision=f16 ranges=%S/Inputs/parts.ranges" 2>&1 | FileCheck %s --check-prefix=UNUSED

// UNUSED: warning: {{.*}}parts.ranges: ranges of tensors that became part of others have no effect: 'conv1', part of 'relu1'
// MISSING: warning: {{.*}}parts.ranges: ranges of tensors that became part of others have no effect: 'conv1', part of 'relu1'
// MISSING: error: {{.*}}parts.ranges: expected a range of 'relu1', but found none; 'conv1' of line 2 became part of it; calibrate this model
func.func @net(%x: tensor<1x8xf32> loc("x")) -> tensor<1x8xf32> {
  %0 = top.add %x, %x : (tensor<1x8xf32>, tensor<1x8xf32>) -> tensor<1x8xf32> loc(fused<{parts = ["conv1", "bias1"]}>["relu1"])
  return %0 : tensor<1x8xf32>
}
