// RUN: tpu-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func @identities
func.func @identities(%x: tensor<2x8xf32>) -> (tensor<2x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>) {
  // CHECK-NEXT: return %arg0, %arg0, %arg0
  %0 = top.slice %x offsets = [0, 0] sizes = [2, 8] strides = [1, 1] : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %1 = top.pad reflect %x pads = [0, 0, 0, 0] {value = 0.0 : f32} : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %2 = top.reduce mean %x axes = [] : (tensor<2x8xf32>) -> tensor<2x8xf32>
  return %0, %1, %2 : tensor<2x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>
}

// CHECK-LABEL: func @kept
func.func @kept(%x: tensor<2x8xf32>) -> (tensor<2x8xf32>, tensor<2x9xf32>, tensor<2x8xf32>) {
  // CHECK: top.slice %arg0 offsets = [0, 7] sizes = [2, 8] strides = [1, -1]
  %0 = top.slice %x offsets = [0, 7] sizes = [2, 8] strides = [1, -1] : (tensor<2x8xf32>) -> tensor<2x8xf32>
  // CHECK: top.pad constant
  %1 = top.pad constant %x pads = [0, 0, 0, 1] {value = 0.0 : f32} : (tensor<2x8xf32>) -> tensor<2x9xf32>
  // The square of each element.
  // CHECK: top.reduce sum_square
  %2 = top.reduce sum_square %x axes = [] : (tensor<2x8xf32>) -> tensor<2x8xf32>
  return %0, %1, %2 : tensor<2x8xf32>, tensor<2x9xf32>, tensor<2x8xf32>
}

// Elements 1, 3, 5, 7, of which the last and the second last but one: 7, 3.
// CHECK-LABEL: func @slice_of_slice
func.func @slice_of_slice(%x: tensor<8xf32>) -> tensor<2xf32> {
  // CHECK-NEXT: %[[S:.*]] = top.slice %arg0 offsets = [7] sizes = [2] strides = [-4]
  // CHECK-NEXT: return %[[S]]
  %0 = top.slice %x offsets = [1] sizes = [4] strides = [2] : (tensor<8xf32>) -> tensor<4xf32>
  %1 = top.slice %0 offsets = [3] sizes = [2] strides = [-2] : (tensor<4xf32>) -> tensor<2xf32>
  return %1 : tensor<2xf32>
}

// Twice backwards is forwards.
// CHECK-LABEL: func @reversed_twice
func.func @reversed_twice(%x: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK-NEXT: return %arg0
  %0 = top.slice %x offsets = [7] sizes = [8] strides = [-1] : (tensor<8xf32>) -> tensor<8xf32>
  %1 = top.slice %0 offsets = [7] sizes = [8] strides = [-1] : (tensor<8xf32>) -> tensor<8xf32>
  return %1 : tensor<8xf32>
}
