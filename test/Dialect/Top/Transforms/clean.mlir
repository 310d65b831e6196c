// RUN: tpu-opt %s --tpu-clean | FileCheck %s

// Padding, convolution, normalisation and activation are one op.
// CHECK-LABEL: @block
// CHECK: %[[C:.*]] = top.conv %arg0, %{{.*}}, %{{.*}} strides = [1, 1] pads = [1, 1, 1, 1] dilations = [1, 1] {group = 1 : i64, relu, relu_limit = 6.000000e+00 : f32}
// CHECK-NEXT: return %[[C]]
func.func @block(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32> {
  %f = top.weight dense<5.0> : tensor<1x1x3x3xf32>
  %one = top.weight dense<1.0> : tensor<1xf32>
  %0 = top.pad constant %x pads = [0, 0, 1, 1, 0, 0, 1, 1] {value = 0.0 : f32} : (tensor<1x1x4x4xf32>) -> tensor<1x1x6x6xf32>
  %1 = top.conv %0, %f strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64} : (tensor<1x1x6x6xf32>, tensor<1x1x3x3xf32>) -> tensor<1x1x4x4xf32>
  %2 = top.batch_norm %1, %one, %one, %one, %one {epsilon = 0.25 : f32} : (tensor<1x1x4x4xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x4x4xf32>
  %3 = top.clip %2 {max = 6.0 : f32, min = 0.0 : f32} : tensor<1x1x4x4xf32>
  return %3 : tensor<1x1x4x4xf32>
}
