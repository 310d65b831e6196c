// RUN: tpu-opt %s | tpu-opt | FileCheck %s
// RUN: tpu-opt %s --mlir-print-op-generic | tpu-opt | FileCheck %s

// CHECK-LABEL: func @slice
func.func @slice(%x: tensor<2x8xf32>) {
  // CHECK: top.slice %{{.*}} offsets = [0, 1] sizes = [1, 4] strides = [1, 2] : (tensor<2x8xf32>) -> tensor<1x4xf32>
  %0 = top.slice %x offsets = [0, 1] sizes = [1, 4] strides = [1, 2] : (tensor<2x8xf32>) -> tensor<1x4xf32>
  // CHECK: top.slice %{{.*}} offsets = [1, 7] sizes = [2, 8] strides = [-1, -1] : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %1 = top.slice %x offsets = [1, 7] sizes = [2, 8] strides = [-1, -1] : (tensor<2x8xf32>) -> tensor<2x8xf32>
  return
}

// CHECK-LABEL: func @pad
func.func @pad(%x: tensor<2x8xf32>) {
  // CHECK: top.pad constant %{{.*}} pads = [0, 1, 2, 3] {value = 5.000000e-01 : f32} : (tensor<2x8xf32>) -> tensor<4x12xf32>
  %0 = top.pad constant %x pads = [0, 1, 2, 3] {value = 0.5 : f32} : (tensor<2x8xf32>) -> tensor<4x12xf32>
  // CHECK: top.pad reflect %{{.*}} pads = [0, 1, 1, 7]
  %1 = top.pad reflect %x pads = [0, 1, 1, 7] {value = 0.0 : f32} : (tensor<2x8xf32>) -> tensor<3x16xf32>
  // CHECK: top.pad edge %{{.*}} pads = [0, 1, 1, 7]
  %2 = top.pad edge %x pads = [0, 1, 1, 7] {value = 0.0 : f32} : (tensor<2x8xf32>) -> tensor<3x16xf32>
  // CHECK: top.pad wrap %{{.*}} pads = [0, 1, 1, 7]
  %3 = top.pad wrap %x pads = [0, 1, 1, 7] {value = 0.0 : f32} : (tensor<2x8xf32>) -> tensor<3x16xf32>
  return
}
