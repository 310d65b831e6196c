// RUN: tpu-opt %s --tpu-quantize=ranges=%S/Inputs/chain.ranges -split-input-file | FileCheck %s
// RUN: tpu-opt %s --tpu-quantize="ranges=%S/Inputs/chain.ranges quantize-outputs" -split-input-file | FileCheck %s --check-prefix=ALL
// RUN: tpu-opt %s --tpu-quantize="ranges=%S/Inputs/chain.ranges overrides=%S/Inputs/integer-sum.txt" -split-input-file | FileCheck %s --check-prefix=ASKED

// The convolution multiplies integers and writes floats, since the sum and the sigmoid, which the caller gets, are some.
// CHECK-LABEL: @outputs
// CHECK: top.conv {{.*}}!quant.uniform{{.*}} -> tensor<1x2x4x4xf16>
// CHECK: top.add {{.*}} -> tensor<1x2x4x4xf16>
// CHECK: top.sigmoid {{.*}} : tensor<1x2x4x4xf16>
// ALL-LABEL: @outputs
// ALL: top.conv {{.*}} -> tensor<1x2x4x4x!quant.uniform
// ALL: top.add {{.*}} -> tensor<1x2x4x4x!quant.uniform
// ALL: top.sigmoid {{.*}} -> tensor<1x2x4x4x!quant.uniform
// ASKED-LABEL: @outputs
// ASKED: top.add {{.*}} -> tensor<1x2x4x4x!quant.uniform
// ASKED: top.sigmoid {{.*}} : tensor<1x2x4x4xf16>
func.func @outputs(%x: tensor<1x2x4x4xf32> loc("x")) -> tensor<1x2x4x4xf32> {
  %w = top.weight dense<1.0> : tensor<2x2x1x1xf32>
  %0 = top.conv %x, %w strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64}
    : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x4x4xf32> loc("conv")
  %1 = top.add %0, %x : (tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> loc("sum")
  %2 = top.sigmoid %1 : tensor<1x2x4x4xf32> loc("sigmoid")
  return %2 : tensor<1x2x4x4xf32>
}

// -----

// What a convolution reads, too, is an integer.
// CHECK-LABEL: @needed
// CHECK: top.add {{.*}} -> tensor<1x2x4x4x!quant.uniform
// CHECK: top.conv {{.*}} -> tensor<1x2x4x4xf32>
// CHECK: top.sigmoid {{.*}} : tensor<1x2x4x4xf16>
func.func @needed(%x: tensor<1x2x4x4xf32> loc("x")) -> (tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>) {
  %w = top.weight dense<1.0> : tensor<2x2x1x1xf32>
  %0 = top.add %x, %x : (tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> loc("sum")
  %1 = top.conv %0, %w strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64}
    : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x4x4xf32> loc("conv")
  %2 = top.sigmoid %0 : tensor<1x2x4x4xf32> loc("sigmoid")
  return %1, %2 : tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>
}
