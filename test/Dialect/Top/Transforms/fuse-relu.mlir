// RUN: tpu-opt %s --top-fuse-relu -split-input-file -mlir-print-debuginfo | FileCheck %s

// The convolution takes the name of what it now computes.
// CHECK-LABEL: @limit
// CHECK: top.conv {{.*}} {group = 1 : i64, relu, relu_limit = 6.000000e+00 : f32} {{.*}} loc(#[[LOC:.*]])
// CHECK-NOT: top.clip
// CHECK: #[[LOC]] = loc("clipped")
func.func @limit(%x: tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xf32> {
  %f = top.weight dense<5.0> : tensor<1x1x1x1xf32>
  %0 = top.conv %x, %f strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64} : (tensor<1x1x2x2xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x2x2xf32>
  %1 = top.clip %0 {max = 6.0 : f32, min = 0.0 : f32} : tensor<1x1x2x2xf32> loc("clipped")
  return %1 : tensor<1x1x2x2xf32>
}

// -----

// CHECK-LABEL: @matmul
// CHECK: top.matmul {{.*}} {relu}
// CHECK-NOT: top.relu
func.func @matmul(%x: tensor<3x2xf32>, %y: tensor<2x2xf32>) -> tensor<3x2xf32> {
  %0 = top.matmul %x, %y : (tensor<3x2xf32>, tensor<2x2xf32>) -> tensor<3x2xf32>
  %1 = top.relu %0 : tensor<3x2xf32>
  return %1 : tensor<3x2xf32>
}

// -----

// A clip that does not start at 0, and a value that is needed as it was.
// CHECK-LABEL: @keep
// CHECK: top.clip
// CHECK: top.relu
func.func @keep(%x: tensor<3x2xf32>, %y: tensor<2x2xf32>) -> (tensor<3x2xf32>, tensor<3x2xf32>, tensor<3x2xf32>) {
  %0 = top.matmul %x, %y : (tensor<3x2xf32>, tensor<2x2xf32>) -> tensor<3x2xf32>
  %1 = top.clip %0 {max = 6.0 : f32, min = -1.0 : f32} : tensor<3x2xf32>
  %2 = top.matmul %x, %y {transpose_rhs} : (tensor<3x2xf32>, tensor<2x2xf32>) -> tensor<3x2xf32>
  %3 = top.relu %2 : tensor<3x2xf32>
  return %1, %2, %3 : tensor<3x2xf32>, tensor<3x2xf32>, tensor<3x2xf32>
}
