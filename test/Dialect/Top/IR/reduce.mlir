// RUN: tpu-opt %s | tpu-opt | FileCheck %s
// RUN: tpu-opt %s --mlir-print-op-generic | tpu-opt | FileCheck %s

// CHECK-LABEL: func @kinds
func.func @kinds(%x: tensor<2x3x4xf32>) {
  // CHECK: top.reduce sum %{{.*}} axes = [0, 2] : (tensor<2x3x4xf32>) -> tensor<3xf32>
  %0 = top.reduce sum %x axes = [0, 2] : (tensor<2x3x4xf32>) -> tensor<3xf32>
  // CHECK: top.reduce mean %{{.*}} axes = [0, 2] : (tensor<2x3x4xf32>) -> tensor<3xf32>
  %1 = top.reduce mean %x axes = [0, 2] : (tensor<2x3x4xf32>) -> tensor<3xf32>
  // CHECK: top.reduce max %{{.*}} axes = [0, 2] : (tensor<2x3x4xf32>) -> tensor<3xf32>
  %2 = top.reduce max %x axes = [0, 2] : (tensor<2x3x4xf32>) -> tensor<3xf32>
  // CHECK: top.reduce min %{{.*}} axes = [0, 2] : (tensor<2x3x4xf32>) -> tensor<3xf32>
  %3 = top.reduce min %x axes = [0, 2] : (tensor<2x3x4xf32>) -> tensor<3xf32>
  // CHECK: top.reduce prod %{{.*}} axes = [0, 2] : (tensor<2x3x4xf32>) -> tensor<3xf32>
  %4 = top.reduce prod %x axes = [0, 2] : (tensor<2x3x4xf32>) -> tensor<3xf32>
  // CHECK: top.reduce l1 %{{.*}} axes = [0, 2] : (tensor<2x3x4xf32>) -> tensor<3xf32>
  %5 = top.reduce l1 %x axes = [0, 2] : (tensor<2x3x4xf32>) -> tensor<3xf32>
  // CHECK: top.reduce l2 %{{.*}} axes = [0, 2] : (tensor<2x3x4xf32>) -> tensor<3xf32>
  %6 = top.reduce l2 %x axes = [0, 2] : (tensor<2x3x4xf32>) -> tensor<3xf32>
  // CHECK: top.reduce log_sum %{{.*}} axes = [0, 2] : (tensor<2x3x4xf32>) -> tensor<3xf32>
  %7 = top.reduce log_sum %x axes = [0, 2] : (tensor<2x3x4xf32>) -> tensor<3xf32>
  // CHECK: top.reduce log_sum_exp %{{.*}} axes = [0, 2] : (tensor<2x3x4xf32>) -> tensor<3xf32>
  %8 = top.reduce log_sum_exp %x axes = [0, 2] : (tensor<2x3x4xf32>) -> tensor<3xf32>
  // CHECK: top.reduce sum_square %{{.*}} axes = [0, 2] : (tensor<2x3x4xf32>) -> tensor<3xf32>
  %9 = top.reduce sum_square %x axes = [0, 2] : (tensor<2x3x4xf32>) -> tensor<3xf32>
  return
}

// CHECK-LABEL: func @forms
func.func @forms(%x: tensor<2x3x4xf32>, %i: tensor<5xi32>) {
  // CHECK: top.reduce mean %{{.*}} axes = [1] {keepdims} : (tensor<2x3x4xf32>) -> tensor<2x1x4xf32>
  %0 = top.reduce mean %x axes = [1] {keepdims} : (tensor<2x3x4xf32>) -> tensor<2x1x4xf32>
  // CHECK: top.reduce sum %{{.*}} axes = [0, 1, 2] : (tensor<2x3x4xf32>) -> tensor<f32>
  %1 = top.reduce sum %x axes = [0, 1, 2] : (tensor<2x3x4xf32>) -> tensor<f32>
  // CHECK: top.reduce l1 %{{.*}} axes = [] : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %2 = top.reduce l1 %x axes = [] : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  // CHECK: top.reduce max %{{.*}} axes = [0] : (tensor<5xi32>) -> tensor<i32>
  %3 = top.reduce max %i axes = [0] : (tensor<5xi32>) -> tensor<i32>
  return
}

// CHECK-LABEL: func @arg
func.func @arg(%x: tensor<2x3x4xf32>) {
  // CHECK: top.arg max %{{.*}} {axis = 1 : i64} : (tensor<2x3x4xf32>) -> tensor<2x4xi64>
  %0 = top.arg max %x {axis = 1 : i64} : (tensor<2x3x4xf32>) -> tensor<2x4xi64>
  // CHECK: top.arg min %{{.*}} {axis = 2 : i64, keepdims, select_last_index} : (tensor<2x3x4xf32>) -> tensor<2x3x1xi64>
  %1 = top.arg min %x {axis = 2 : i64, keepdims, select_last_index} : (tensor<2x3x4xf32>) -> tensor<2x3x1xi64>
  return
}

// CHECK-LABEL: func @cumsum
func.func @cumsum(%x: tensor<2x8xf32>) {
  // CHECK: top.cumsum %{{.*}} {axis = 1 : i64} : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %0 = top.cumsum %x {axis = 1 : i64} : (tensor<2x8xf32>) -> tensor<2x8xf32>
  // CHECK: top.cumsum %{{.*}} {axis = 0 : i64, exclusive, reverse} : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %1 = top.cumsum %x {axis = 0 : i64, exclusive, reverse} : (tensor<2x8xf32>) -> tensor<2x8xf32>
  return
}
