// RUN: tpu-opt %s --top-fuse-pad -split-input-file | FileCheck %s

// CHECK-LABEL: @conv
// CHECK-NOT: top.pad
// CHECK: top.conv %arg0, %{{.*}} strides = [1, 1] pads = [2, 1, 1, 3]
func.func @conv(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x7x8xf32> {
  %f = top.weight dense<5.0> : tensor<1x1x1x1xf32>
  %0 = top.pad constant %x pads = [0, 0, 1, 1, 0, 0, 1, 3] {value = 0.0 : f32} : (tensor<1x1x4x4xf32>) -> tensor<1x1x6x8xf32>
  %1 = top.conv %0, %f strides = [1, 1] pads = [1, 0, 0, 0] dilations = [1, 1] {group = 1 : i64} : (tensor<1x1x6x8xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x7x8xf32>
  return %1 : tensor<1x1x7x8xf32>
}

// -----

// The mean counts what was the input before.
// CHECK-LABEL: @average
// CHECK: top.average_pool %arg0 kernel = [2, 2] strides = [2, 2] pads = [1, 1, 1, 1] dilations = [1, 1] {count_include_pad}
func.func @average(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x3x3xf32> {
  %0 = top.pad constant %x pads = [0, 0, 1, 1, 0, 0, 1, 1] {value = 0.0 : f32} : (tensor<1x1x4x4xf32>) -> tensor<1x1x6x6xf32>
  %1 = top.average_pool %0 kernel = [2, 2] strides = [2, 2] pads = [0, 0, 0, 0] dilations = [1, 1] : (tensor<1x1x6x6xf32>) -> tensor<1x1x3x3xf32>
  return %1 : tensor<1x1x3x3xf32>
}

// -----

// Zeros lose against what relu leaves.
// CHECK-LABEL: @max_of_relu
// CHECK: %[[R:.*]] = top.relu
// CHECK: top.max_pool %[[R]] kernel = [3, 3] strides = [2, 2] pads = [1, 1, 1, 1]
func.func @max_of_relu(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x2x2xf32> {
  %0 = top.relu %x : tensor<1x1x4x4xf32>
  %1 = top.pad constant %0 pads = [0, 0, 1, 1, 0, 0, 1, 1] {value = 0.0 : f32} : (tensor<1x1x4x4xf32>) -> tensor<1x1x6x6xf32>
  %2 = top.max_pool %1 kernel = [3, 3] strides = [2, 2] pads = [0, 0, 0, 0] dilations = [1, 1] : (tensor<1x1x6x6xf32>) -> tensor<1x1x2x2xf32>
  return %2 : tensor<1x1x2x2xf32>
}

// -----

// Zeros may win; the pad holds something else; channels are padded; a window would lie outside.
// CHECK-LABEL: @keep
// CHECK-COUNT-4: top.pad
func.func @keep(%x: tensor<1x1x4x4xf32>) -> (tensor<1x1x2x2xf32>, tensor<1x1x6x6xf32>, tensor<1x1x4x4xf32>, tensor<1x1x4x4xf32>) {
  %f = top.weight dense<5.0> : tensor<1x1x1x1xf32>
  %g = top.weight dense<5.0> : tensor<1x2x1x1xf32>
  %0 = top.pad constant %x pads = [0, 0, 1, 1, 0, 0, 1, 1] {value = 0.0 : f32} : (tensor<1x1x4x4xf32>) -> tensor<1x1x6x6xf32>
  %1 = top.max_pool %0 kernel = [3, 3] strides = [2, 2] pads = [0, 0, 0, 0] dilations = [1, 1] : (tensor<1x1x6x6xf32>) -> tensor<1x1x2x2xf32>
  %2 = top.pad constant %x pads = [0, 0, 1, 1, 0, 0, 1, 1] {value = 1.0 : f32} : (tensor<1x1x4x4xf32>) -> tensor<1x1x6x6xf32>
  %3 = top.conv %2, %f strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64} : (tensor<1x1x6x6xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x6x6xf32>
  %4 = top.pad constant %x pads = [0, 1, 0, 0, 0, 0, 0, 0] {value = 0.0 : f32} : (tensor<1x1x4x4xf32>) -> tensor<1x2x4x4xf32>
  %5 = top.conv %4, %g strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64} : (tensor<1x2x4x4xf32>, tensor<1x2x1x1xf32>) -> tensor<1x1x4x4xf32>
  %6 = top.pad constant %x pads = [0, 0, 2, 2, 0, 0, 2, 2] {value = 0.0 : f32} : (tensor<1x1x4x4xf32>) -> tensor<1x1x8x8xf32>
  %7 = top.average_pool %6 kernel = [2, 2] strides = [2, 2] pads = [0, 0, 0, 0] dilations = [1, 1] : (tensor<1x1x8x8xf32>) -> tensor<1x1x4x4xf32>
  return %1, %3, %5, %7 : tensor<1x1x2x2xf32>, tensor<1x1x6x6xf32>, tensor<1x1x4x4xf32>, tensor<1x1x4x4xf32>
}
