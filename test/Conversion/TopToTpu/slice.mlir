// RUN: tpu-opt %s --lower-top-to-tpu -split-input-file | FileCheck %s

// CHECK-LABEL: @slice
// CHECK: tpu.slice %arg0 {offsets = array<i64: 0, 1, 7, 0>, steps = array<i64: 1, 1, -2, 1>} : tensor<1x4x8x8xf32> -> tensor<1x2x4x8xf32>
func.func @slice(%x: tensor<1x4x8x8xf32>) -> tensor<1x2x4x8xf32> {
  %0 = top.slice %x offsets = [0, 1, 7, 0] sizes = [1, 2, 4, 8] strides = [1, 1, -2, 1] : (tensor<1x4x8x8xf32>) -> tensor<1x2x4x8xf32>
  return %0 : tensor<1x2x4x8xf32>
}

// -----

// CHECK-LABEL: @slice_leading
// CHECK: tpu.slice %{{.*}} {offsets = array<i64: 0, 1, 0, 0>, steps = array<i64: 1, 1, 1, 1>} : tensor<2x3x1x120xf32> -> tensor<2x2x1x120xf32>
// CHECK: tpu.subsample %{{.*}} {offsets = array<i64: 0, 1>, steps = array<i64: 1, 2>} : tensor<4x4x5x6xf32> -> tensor<4x4x5x3xf32>
func.func @slice_leading(%x: tensor<2x3x4x5x6xf32>) -> tensor<2x2x4x5x3xf32> {
  %0 = top.slice %x offsets = [0, 1, 0, 0, 1] sizes = [2, 2, 4, 5, 3] strides = [1, 1, 1, 1, 2] : (tensor<2x3x4x5x6xf32>) -> tensor<2x2x4x5x3xf32>
  return %0 : tensor<2x2x4x5x3xf32>
}

// -----

// CHECK-LABEL: @pad
// CHECK: tpu.pad %{{.*}} {high = array<i64: 0, 0, 0, 3>, low = array<i64: 0, 1, 0, 2>, value = 5.000000e-01 : f32} : tensor<1x2x1x8xf32> -> tensor<1x3x1x13xf32>
func.func @pad(%x: tensor<2x8xf32>) -> tensor<3x13xf32> {
  %0 = top.pad constant %x pads = [1, 2, 0, 3] {value = 0.5 : f32} : (tensor<2x8xf32>) -> tensor<3x13xf32>
  return %0 : tensor<3x13xf32>
}

// -----

// Elements 2, 1 before and 6, 5, 4 after those of 0 to 7.
// CHECK-LABEL: @reflect
// CHECK-DAG: %[[L:.*]] = tpu.slice %[[X:.*]] {offsets = array<i64: 0, 0, 0, 2>, steps = array<i64: 1, 1, 1, -1>} : {{.*}} -> tensor<1x2x1x2xf32>
// CHECK-DAG: %[[R:.*]] = tpu.slice %{{.*}} {offsets = array<i64: 0, 0, 0, 6>, steps = array<i64: 1, 1, 1, -1>} : {{.*}} -> tensor<1x2x1x3xf32>
// CHECK: tpu.concat %[[L]], %{{.*}}, %[[R]] {axis = 3 : i64}
func.func @reflect(%x: tensor<2x8xf32>) -> tensor<2x13xf32> {
  %0 = top.pad reflect %x pads = [0, 2, 0, 3] {value = 0.0 : f32} : (tensor<2x8xf32>) -> tensor<2x13xf32>
  return %0 : tensor<2x13xf32>
}

// -----

// CHECK-LABEL: @edge
// CHECK: %[[E:.*]] = tpu.slice %{{.*}} {offsets = array<i64: 0, 0, 0, 7>, {{.*}} -> tensor<1x2x1x1xf32>
// CHECK: %[[B:.*]] = tpu.broadcast %[[E]] : tensor<1x2x1x1xf32> -> tensor<1x2x1x3xf32>
// CHECK: tpu.concat %{{.*}}, %[[B]] {axis = 3 : i64}
func.func @edge(%x: tensor<2x8xf32>) -> tensor<2x11xf32> {
  %0 = top.pad edge %x pads = [0, 0, 0, 3] {value = 0.0 : f32} : (tensor<2x8xf32>) -> tensor<2x11xf32>
  return %0 : tensor<2x11xf32>
}

// -----

// The last two before, the first three after.
// CHECK-LABEL: @wrap
// CHECK-DAG: %[[L:.*]] = tpu.slice %{{.*}} {offsets = array<i64: 0, 0, 0, 6>, {{.*}} -> tensor<1x2x1x2xf32>
// CHECK-DAG: %[[R:.*]] = tpu.slice %{{.*}} {offsets = array<i64: 0, 0, 0, 0>, {{.*}} -> tensor<1x2x1x3xf32>
// CHECK: tpu.concat %[[L]], %{{.*}}, %[[R]] {axis = 3 : i64}
func.func @wrap(%x: tensor<2x8xf32>) -> tensor<2x13xf32> {
  %0 = top.pad wrap %x pads = [0, 2, 0, 3] {value = 0.0 : f32} : (tensor<2x8xf32>) -> tensor<2x13xf32>
  return %0 : tensor<2x13xf32>
}

// -----

// Indices 0, 2, 4 and 7, 6 (as -1, -2): two runs.
// CHECK-LABEL: @gather
// CHECK: %[[A:.*]] = tpu.slice %{{.*}} {offsets = array<i64: 0, 0, 0, 0>, steps = array<i64: 1, 2, 1, 1>} : tensor<1x8x1x4xf32> -> tensor<1x3x1x4xf32>
// CHECK: %[[B:.*]] = tpu.slice %{{.*}} {offsets = array<i64: 0, 7, 0, 0>, steps = array<i64: 1, -1, 1, 1>} : tensor<1x8x1x4xf32> -> tensor<1x2x1x4xf32>
// CHECK: tpu.concat %[[A]], %[[B]] {axis = 1 : i64}
func.func @gather(%x: tensor<8x4xf32>) -> tensor<5x4xf32> {
  %i = top.weight dense<[0, 2, 4, -1, -2]> : tensor<5xi64>
  %0 = top.gather %x, %i {axis = 0 : i64} : (tensor<8x4xf32>, tensor<5xi64>) -> tensor<5x4xf32>
  return %0 : tensor<5x4xf32>
}
