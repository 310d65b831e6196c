// RUN: tpu-opt %s --tpu-assign-addresses -split-input-file | FileCheck %s

// Coefficients come first, a page at least; inputs and outputs have pages of their own.
// CHECK: module attributes {tpu.coeff_size = 4096 : i64, tpu.neuron_size = 8192 : i64}
// CHECK: %arg0: tensor<1x8x4x4xf16> {tpu.address = [[IN:[0-9]+]] : i64}
// CHECK: top.weight {tpu.address = 4294967296 : i64}
// CHECK: tpu.concat
// CHECK-SAME: tpu.address = {{[0-9]+}} : i64
func.func @constants(%x: tensor<1x8x4x4xf16>) -> tensor<1x16x4x4xf16> {
  %w = top.weight dense<1.0> : tensor<1x8x4x4xf16>
  %0 = tpu.concat %x, %w {axis = 1 : i64} : (tensor<1x8x4x4xf16>, tensor<1x8x4x4xf16>) -> tensor<1x16x4x4xf16>
  return %0 : tensor<1x16x4x4xf16>
}

// -----

// The operands of a concatenation along the outermost axis lie inside its result.
// CHECK-LABEL: func @concat
// CHECK: tpu.permute {{.*}} tpu.address = [[#FIRST:]] : i64
// CHECK: tpu.permute {{.*}} tpu.address = [[#FIRST + 256]] : i64
// CHECK: tpu.concat {{.*}} tpu.address = [[#FIRST]] : i64
func.func @concat(%x: tensor<1x4x8x4xf16>) -> tensor<1x16x4x4xf16> {
  %0 = tpu.permute %x {order = array<i64: 0, 2, 1, 3>} : tensor<1x4x8x4xf16> -> tensor<1x8x4x4xf16>
  %1 = tpu.permute %x {order = array<i64: 0, 2, 3, 1>} : tensor<1x4x8x4xf16> -> tensor<1x8x4x4xf16>
  %2 = tpu.concat %0, %1 {axis = 1 : i64} : (tensor<1x8x4x4xf16>, tensor<1x8x4x4xf16>) -> tensor<1x16x4x4xf16>
  return %2 : tensor<1x16x4x4xf16>
}

// -----

// A slice of which the rest is still used does not move into a concatenation: that would overwrite the rest.
// CHECK-LABEL: func @slice_stays
// CHECK: tpu.permute {{.*}} tpu.address = [[#WHOLE:]] : i64
// CHECK: tpu.slice {{.*}} tpu.address = [[#WHOLE]] : i64
func.func @slice_stays(%x: tensor<1x4x8x4xf16>, %y: tensor<1x4x4x4xf16>) -> (tensor<1x8x4x4xf16>, tensor<1x8x4x4xf16>) {
  %0 = tpu.permute %x {order = array<i64: 0, 2, 1, 3>} : tensor<1x4x8x4xf16> -> tensor<1x8x4x4xf16>
  %1 = tpu.slice %0 {offsets = array<i64: 0, 0, 0, 0>, steps = array<i64: 1, 1, 1, 1>} : tensor<1x8x4x4xf16> -> tensor<1x4x4x4xf16>
  %2 = tpu.concat %1, %y {axis = 1 : i64} : (tensor<1x4x4x4xf16>, tensor<1x4x4x4xf16>) -> tensor<1x8x4x4xf16>
  %3 = tpu.permute %0 {order = array<i64: 0, 1, 3, 2>} : tensor<1x8x4x4xf16> -> tensor<1x8x4x4xf16>
  return %2, %3 : tensor<1x8x4x4xf16>, tensor<1x8x4x4xf16>
}

// -----

// Memory is used again once its value is dead: of three intermediates, the first and the last share theirs.
// CHECK-LABEL: func @reuse
// CHECK: tpu.permute %arg0 {{.*}} tpu.address = [[#A:]] : i64
// CHECK: tpu.permute {{.*}} tpu.address = [[#B:]] : i64
// CHECK: tpu.permute {{.*}} tpu.address = [[#A]] : i64
func.func @reuse(%x: tensor<1x64x64x64xf16>) -> tensor<1x64x64x64xf16> {
  %0 = tpu.permute %x {order = array<i64: 0, 2, 1, 3>} : tensor<1x64x64x64xf16> -> tensor<1x64x64x64xf16>
  %1 = tpu.permute %0 {order = array<i64: 0, 3, 2, 1>} : tensor<1x64x64x64xf16> -> tensor<1x64x64x64xf16>
  %2 = tpu.permute %1 {order = array<i64: 0, 1, 3, 2>} : tensor<1x64x64x64xf16> -> tensor<1x64x64x64xf16>
  %3 = tpu.permute %2 {order = array<i64: 0, 2, 1, 3>} : tensor<1x64x64x64xf16> -> tensor<1x64x64x64xf16>
  return %3 : tensor<1x64x64x64xf16>
}

// -----

// Constants of equal bytes lie in one place, whatever their shapes; others, and splats of another size, do not.
// CHECK-LABEL: func @equal_constants
// CHECK: top.weight {tpu.address = [[#A:]] : i64} dense<{{.*}}> : tensor<1x1x1x4xf32>
// CHECK: top.weight {tpu.address = [[#A]] : i64} dense<{{.*}}> : tensor<1x4x1x1xf32>
// CHECK: top.weight {tpu.address = [[#A + 256]] : i64} dense<{{.*}}> : tensor<1x1x1x4xf32>
// CHECK: top.weight {tpu.address = [[#A + 512]] : i64} dense<1.000000e+00> : tensor<1x1x1x4xf32>
// CHECK: top.weight {tpu.address = [[#A + 768]] : i64} dense<1.000000e+00> : tensor<1x1x1x8xf32>
func.func @equal_constants() -> (tensor<1x1x1x4xf32>, tensor<1x4x1x1xf32>, tensor<1x1x1x4xf32>, tensor<1x1x1x4xf32>, tensor<1x1x1x8xf32>) {
  %a = top.weight dense<[[[[1.0, 2.0, 3.0, 4.0]]]]> : tensor<1x1x1x4xf32>
  %b = top.weight dense<[[[[1.0]], [[2.0]], [[3.0]], [[4.0]]]]> : tensor<1x4x1x1xf32>
  %c = top.weight dense<[[[[1.0, 2.0, 3.0, 5.0]]]]> : tensor<1x1x1x4xf32>
  %d = top.weight dense<1.0> : tensor<1x1x1x4xf32>
  %e = top.weight dense<1.0> : tensor<1x1x1x8xf32>
  return %a, %b, %c, %d, %e : tensor<1x1x1x4xf32>, tensor<1x4x1x1xf32>, tensor<1x1x1x4xf32>, tensor<1x1x1x4xf32>, tensor<1x1x1x8xf32>
}
