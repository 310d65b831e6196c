// RUN: tpu-opt %s --lower-top-to-tpu -split-input-file | FileCheck %s

// A row times a constant is a convolution of one pixel.
// CHECK-LABEL: @row
// CHECK-DAG: %[[F:.*]] = top.weight dense<{{\[\[}}{{\[\[}}1.000000e+00], [3.000000e+00]], {{\[\[}}2.000000e+00], [4.000000e+00]]]]> : tensor<1x2x2x1xf32>
// CHECK-DAG: %[[X:.*]] = tpu.reshape %arg0 : tensor<1x2xf32> -> tensor<1x2x1x1xf32>
// CHECK: %[[C:.*]] = tpu.conv %[[X]], %[[F]], %{{.*}} relu
// CHECK: tpu.reshape %[[C]] : tensor<1x2x1x1xf32> -> tensor<1x2xf32>
func.func @row(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %w = top.weight dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %b = top.weight dense<[0.5, 0.25]> : tensor<2xf32>
  %0 = top.matmul %x, %w, %b {relu} : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----

// Rows of all batches together; a transposed constant is turned back.
// CHECK-LABEL: @constant_rhs
// CHECK-DAG: %[[W:.*]] = top.weight dense<{{\[\[}}{{\[\[}}1.000000e+00, 3.000000e+00, 5.000000e+00]], {{\[\[}}2.000000e+00, 4.000000e+00, 6.000000e+00]]]]> : tensor<1x2x1x3xf32>
// CHECK-DAG: %[[X:.*]] = tpu.reshape %arg0 : tensor<2x197x2xf32> -> tensor<1x394x1x2xf32>
// CHECK: %[[M:.*]] = tpu.matmul %[[X]], %[[W]] : {{.*}} -> tensor<1x394x1x3xf32>
// CHECK: tpu.binary add %[[M]], %{{.*}} : (tensor<1x394x1x3xf32>, tensor<1x1x1x3xf32>)
func.func @constant_rhs(%x: tensor<2x197x2xf32>) -> tensor<2x197x3xf32> {
  %w = top.weight dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>
  %b = top.weight dense<[0.5, 0.25, 0.125]> : tensor<3xf32>
  %0 = top.matmul %x, %w, %b {transpose_rhs} : (tensor<2x197x2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<2x197x3xf32>
  return %0 : tensor<2x197x3xf32>
}

// -----

// CHECK-LABEL: @batches
// CHECK: tpu.matmul %{{.*}}, %{{.*}} {transpose_rhs} : (tensor<12x5x1x64xf16>, tensor<12x7x1x64xf16>) -> tensor<12x5x1x7xf16>
func.func @batches(%x: tensor<1x12x5x64xf16>, %y: tensor<1x12x7x64xf16>) -> tensor<1x12x5x7xf16> {
  %0 = top.matmul %x, %y {transpose_rhs} : (tensor<1x12x5x64xf16>, tensor<1x12x7x64xf16>) -> tensor<1x12x5x7xf16>
  return %0 : tensor<1x12x5x7xf16>
}

// -----

// The chip has no command for a transposed matrix of f32: it is turned before.
// CHECK-LABEL: @batches_in_f32
// CHECK-DAG: %[[X:.*]] = tpu.reshape %arg0 : tensor<1x12x5x64xf32> -> tensor<12x5x1x64xf32>
// CHECK-DAG: %[[Y:.*]] = tpu.reshape %arg1 : tensor<1x12x7x64xf32> -> tensor<12x7x1x64xf32>
// CHECK-DAG: %[[T:.*]] = tpu.permute %[[Y]] {order = array<i64: 0, 3, 2, 1>} : tensor<12x7x1x64xf32> -> tensor<12x64x1x7xf32>
// CHECK: tpu.matmul %[[X]], %[[T]] : (tensor<12x5x1x64xf32>, tensor<12x64x1x7xf32>) -> tensor<12x5x1x7xf32>
func.func @batches_in_f32(%x: tensor<1x12x5x64xf32>, %y: tensor<1x12x7x64xf32>) -> tensor<1x12x5x7xf32> {
  %0 = top.matmul %x, %y {transpose_rhs} : (tensor<1x12x5x64xf32>, tensor<1x12x7x64xf32>) -> tensor<1x12x5x7xf32>
  return %0 : tensor<1x12x5x7xf32>
}

// -----

// CHECK-LABEL: @broadcast_batches
// CHECK: tpu.broadcast {{.*}} -> tensor<2x4x5x6xf32>
// CHECK: tpu.broadcast {{.*}} tensor<1x4x6x7xf32> -> tensor<2x4x6x7xf32>
// CHECK: tpu.matmul {{.*}} : (tensor<8x5x1x6xf32>, tensor<8x6x1x7xf32>) -> tensor<8x5x1x7xf32>
func.func @broadcast_batches(%x: tensor<2x1x5x6xf32>, %y: tensor<4x6x7xf32>) -> tensor<2x4x5x7xf32> {
  %0 = top.matmul %x, %y : (tensor<2x1x5x6xf32>, tensor<4x6x7xf32>) -> tensor<2x4x5x7xf32>
  return %0 : tensor<2x4x5x7xf32>
}
