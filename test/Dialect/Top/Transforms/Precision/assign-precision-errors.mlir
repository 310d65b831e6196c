// RUN: tpu-opt %s --tpu-assign-precision="precision=f16 overrides=%S/Inputs/sum-f16.txt" 2>&1 | FileCheck %s --check-prefix=OVERFLOW
// RUN: not tpu-opt %s --tpu-assign-precision="overrides=%S/Inputs/unknown-name.txt" 2>&1 | FileCheck %s --check-prefix=NAME
// RUN: not tpu-opt %s --tpu-assign-precision="overrides=%S/Inputs/unknown-precision.txt" 2>&1 | FileCheck %s --check-prefix=PRECISION
// RUN: not tpu-opt %s --tpu-assign-precision="overrides=%S/Inputs/absent.txt" 2>&1 | FileCheck %s --check-prefix=FILE

// OVERFLOW: warning: {{.*}}constant 'large' holds 70000.000000, which becomes infinite in 'f16'
// NAME: error: {{.*}}unknown-name.txt:2: no op computes a tensor named 'nowhere'
// PRECISION: error: {{.*}}unknown-precision.txt:2: expected 'name F32|F16|BF16', but found 'a relu F64'
// FILE: error: cannot read overrides '{{.*}}absent.txt': No such file or directory
func.func @net(%x: tensor<2xf32>) -> tensor<2xf32> {
  %w = top.weight dense<[1.0, 7.0e4]> : tensor<2xf32> loc("large")
  %0 = top.relu %x : tensor<2xf32> loc("a relu")
  %1 = top.add %0, %w : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32> loc("sum")
  return %1 : tensor<2xf32>
}
