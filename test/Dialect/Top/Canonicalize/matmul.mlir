// RUN: tpu-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func @transposed
// CHECK-NEXT: %[[P:.*]] = top.matmul %arg0, %arg1 {transpose_rhs} : (tensor<2x3x5xf32>, tensor<2x7x5xf32>)
// CHECK-NEXT: return %[[P]]
func.func @transposed(%x: tensor<2x3x5xf32>, %y: tensor<2x7x5xf32>) -> tensor<2x3x7xf32> {
  %0 = top.transpose %y perm = [0, 2, 1] : (tensor<2x7x5xf32>) -> tensor<2x5x7xf32>
  %1 = top.matmul %x, %0 : (tensor<2x3x5xf32>, tensor<2x5x7xf32>) -> tensor<2x3x7xf32>
  return %1 : tensor<2x3x7xf32>
}

// CHECK-LABEL: func @twice
// CHECK-NEXT: top.matmul %arg0, %arg1 : (tensor<3x5xf32>, tensor<5x7xf32>)
func.func @twice(%x: tensor<3x5xf32>, %y: tensor<5x7xf32>) -> tensor<3x7xf32> {
  %0 = top.transpose %y perm = [1, 0] : (tensor<5x7xf32>) -> tensor<7x5xf32>
  %1 = top.matmul %x, %0 {transpose_rhs} : (tensor<3x5xf32>, tensor<7x5xf32>) -> tensor<3x7xf32>
  return %1 : tensor<3x7xf32>
}

// Heads of keys, as attention has them: what stays moves whole rows.
// CHECK-LABEL: func @heads
// CHECK-NEXT: %[[K:.*]] = top.transpose %arg1 perm = [0, 2, 1, 3] : (tensor<1x9x4x5xf32>) -> tensor<1x4x9x5xf32>
// CHECK-NEXT: top.matmul %arg0, %[[K]] {transpose_rhs}
func.func @heads(%q: tensor<1x4x9x5xf32>, %k: tensor<1x9x4x5xf32>) -> tensor<1x4x9x9xf32> {
  %0 = top.transpose %k perm = [0, 2, 3, 1] : (tensor<1x9x4x5xf32>) -> tensor<1x4x5x9xf32>
  %1 = top.matmul %q, %0 : (tensor<1x4x9x5xf32>, tensor<1x4x5x9xf32>) -> tensor<1x4x9x9xf32>
  return %1 : tensor<1x4x9x9xf32>
}

// CHECK-LABEL: func @kept
// CHECK-NEXT: top.transpose
// CHECK-NEXT: top.matmul %arg0, %{{.*}} : (tensor<2x3x5xf32>, tensor<2x5x7xf32>)
func.func @kept(%x: tensor<2x3x5xf32>, %y: tensor<5x2x7xf32>) -> tensor<2x3x7xf32> {
  %0 = top.transpose %y perm = [1, 0, 2] : (tensor<5x2x7xf32>) -> tensor<2x5x7xf32>
  %1 = top.matmul %x, %0 : (tensor<2x3x5xf32>, tensor<2x5x7xf32>) -> tensor<2x3x7xf32>
  return %1 : tensor<2x3x7xf32>
}
