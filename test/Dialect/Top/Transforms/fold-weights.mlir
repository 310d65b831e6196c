// RUN: tpu-opt %s --top-fold-weights -split-input-file | FileCheck %s

// CHECK-LABEL: @arithmetic
// CHECK: %[[W:.*]] = top.weight dense<{{\[\[}}3.000000e+00, 4.000000e+00], [4.000000e+00, 5.000000e+00]]> : tensor<2x2xf32>
// CHECK: top.add %arg0, %[[W]]
func.func @arithmetic(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %a = top.weight dense<[[1.0], [4.0]]> : tensor<2x1xf32>
  %b = top.weight dense<[2, 3]> : tensor<2xi64>
  %0 = top.sqrt %a : tensor<2x1xf32>
  %1 = top.cast %b {to = f32} : (tensor<2xi64>) -> tensor<2xf32>
  %2 = top.add %0, %1 : (tensor<2x1xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %3 = top.add %x, %2 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  return %3 : tensor<2x2xf32>
}

// -----

// CHECK-LABEL: @movement
// CHECK: top.weight dense<{{\[\[}}4.000000e+00, 1.000000e+00, 7.000000e+00], [6.000000e+00, 3.000000e+00, 7.000000e+00]]> : tensor<2x3xf32>
func.func @movement(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %a = top.weight dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %b = top.weight dense<7.0> : tensor<1x1xf32>
  %0 = top.transpose %a perm = [1, 0] : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %1 = top.slice %0 offsets = [0, 1] sizes = [2, 2] strides = [2, -1] : (tensor<3x2xf32>) -> tensor<2x2xf32>
  %2 = top.expand %b shape = [2, 1] : (tensor<1x1xf32>) -> tensor<2x1xf32>
  %3 = top.concat %1, %2 {axis = 1 : i64} : (tensor<2x2xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
  %4 = top.add %x, %3 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return %4 : tensor<2x3xf32>
}

// -----

// CHECK-LABEL: @keep
// CHECK: top.add %arg0
// CHECK: top.cast
func.func @keep(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xi64>) {
  %a = top.weight dense<[1.0, 2.0]> : tensor<2xf32>
  %0 = top.add %x, %a : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %1 = top.cast %a {to = i64} : (tensor<2xf32>) -> tensor<2xi64>
  return %0, %1 : tensor<2xf32>, tensor<2xi64>
}
