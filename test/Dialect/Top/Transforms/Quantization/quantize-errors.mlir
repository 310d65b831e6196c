// RUN: not tpu-opt %s --tpu-quantize=ranges=%S/Inputs/absent.ranges 2>&1 | FileCheck %s --check-prefix=ABSENT
// RUN: not tpu-opt %s --tpu-quantize="ranges=%S/Inputs/incomplete.ranges quantize-outputs" 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: not tpu-opt %s --tpu-quantize="ranges=%S/Inputs/broken.ranges quantize-outputs" 2>&1 | FileCheck %s --check-prefix=BROKEN
// RUN: not tpu-opt %s --tpu-quantize="ranges=%S/Inputs/zero.ranges quantize-outputs" 2>&1 | FileCheck %s --check-prefix=ZERO
// RUN: not tpu-opt %s --tpu-quantize="ranges=%S/Inputs/chain.ranges quantize-outputs overrides=%S/Inputs/integer-softmax.txt" 2>&1 | FileCheck %s --check-prefix=SOFTMAX
// RUN: not tpu-opt %s --tpu-quantize="ranges=%S/Inputs/chain.ranges quantize-outputs overrides=%S/Inputs/unknown-name.txt" 2>&1 | FileCheck %s --check-prefix=NAME
// RUN: not tpu-opt %s --tpu-quantize="ranges=%S/Inputs/chain.ranges quantize-outputs overrides=%S/Inputs/unknown-precision.txt" 2>&1 | FileCheck %s --check-prefix=PRECISION

// ABSENT: error: cannot read the table of ranges '{{.*}}absent.ranges': No such file or directory

// Every tensor that is missing is named, where it is computed.
// MISSING-DAG: error: {{.*}}incomplete.ranges: expected a range of 'x', but found none; calibrate this model
// MISSING-DAG: error: {{.*}}incomplete.ranges: expected a range of 'a relu', but found none; calibrate this model

// BROKEN: error: {{.*}}broken.ranges:2: expected 'name threshold min max', but found 'x 1.0 2.0'
// BROKEN: error: {{.*}}broken.ranges:3: the range of 'a relu' is not finite: 'a relu nan -1 1'; calibrate with inputs for which the network computes numbers
// BROKEN: error: {{.*}}broken.ranges:4: expected min <= max and a threshold that is not negative for 'soft', but found 'soft 1 1 -1'
// BROKEN: error: {{.*}}broken.ranges:6: 'y' is in line 5 already

// ZERO: error: {{.*}}zero.ranges:2: the range of 'a relu' is zero, so that it has no scale; calibrate with other inputs, or give it another precision

// SOFTMAX: error: {{.*}}integer-softmax.txt:1: 'top.softmax' cannot be computed in INT8; expected F32, F16 or BF16
// NAME: error: {{.*}}unknown-name.txt:1: no op computes a tensor named 'nowhere'
// PRECISION: error: {{.*}}unknown-precision.txt:1: expected 'name F32|F16|BF16|INT8', but found 'soft F64'
func.func @net(%x: tensor<1x8xf32> loc("x")) -> tensor<1x8xf32> {
  %0 = top.add %x, %x : (tensor<1x8xf32>, tensor<1x8xf32>) -> tensor<1x8xf32> loc("a relu")
  %1 = top.softmax %0 {axis = 1 : i64} : (tensor<1x8xf32>) -> tensor<1x8xf32> loc("soft")
  return %1 : tensor<1x8xf32>
}
