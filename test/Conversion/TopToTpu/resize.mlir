// RUN: tpu-opt %s --lower-top-to-tpu -split-input-file | FileCheck %s

// CHECK-LABEL: @upsample
// CHECK: tpu.upsample %arg0 {scale = array<i64: 2, 3>} : tensor<1x8x4x4xf32> -> tensor<1x8x8x12xf32>
func.func @upsample(%x: tensor<1x8x4x4xf32>) -> tensor<1x8x8x12xf32> {
  %0 = top.resize nearest %x scales = [1.0, 1.0, 2.0, 3.0] sizes = [1, 8, 8, 12] coordinate_transformation = asymmetric
    nearest_mode = floor {cubic_coeff = -0.75 : f32}
    : (tensor<1x8x4x4xf32>) -> tensor<1x8x8x12xf32>
  return %0 : tensor<1x8x8x12xf32>
}

// -----

// Every second element is a slice.
// CHECK-LABEL: @downsample
// CHECK: tpu.subsample {{.*}} steps = array<i64: 1, 2>
// CHECK-NOT: tpu.matmul
// CHECK: return
func.func @downsample(%x: tensor<1x8x4x4xf32>) -> tensor<1x8x4x2xf32> {
  %0 = top.resize nearest %x scales = [1.0, 1.0, 1.0, 0.5] sizes = [1, 8, 4, 2] coordinate_transformation = asymmetric
    nearest_mode = floor {cubic_coeff = -0.75 : f32}
    : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x2xf32>
  return %0 : tensor<1x8x4x2xf32>
}

// -----

// Outputs 0, 1, 2 of two elements lie at 0, 2/3, 4/3: elements 0, 1, 1 (round prefers floor).
// CHECK-LABEL: @nearest
// CHECK: %[[M:.*]] = top.weight dense<{{\[\[}}{{\[\[}}1.000000e+00, 0.000000e+00, 0.000000e+00]], {{\[\[}}0.000000e+00, 1.000000e+00, 1.000000e+00]]]]>
// CHECK: tpu.matmul %{{.*}}, %[[M]]
func.func @nearest(%x: tensor<1x1x1x2xf32>) -> tensor<1x1x1x3xf32> {
  %0 = top.resize nearest %x scales = [1.0, 1.0, 1.0, 1.5] sizes = [1, 1, 1, 3] coordinate_transformation = asymmetric
    nearest_mode = round_prefer_floor {cubic_coeff = -0.75 : f32}
    : (tensor<1x1x1x2xf32>) -> tensor<1x1x1x3xf32>
  return %0 : tensor<1x1x1x3xf32>
}

// -----

// Half-pixel centres at -1/4, 1/4, 3/4, 5/4.
// CHECK-LABEL: @linear
// CHECK: %[[M:.*]] = top.weight dense<{{\[\[}}{{\[\[}}1.000000e+00, 7.500000e-01, 2.500000e-01, 0.000000e+00]], {{\[\[}}0.000000e+00, 2.500000e-01, 7.500000e-01, 1.000000e+00]]]]>
// CHECK: tpu.matmul %{{.*}}, %[[M]]
func.func @linear(%x: tensor<1x1x1x2xf32>) -> tensor<1x1x1x4xf32> {
  %0 = top.resize linear %x scales = [1.0, 1.0, 1.0, 2.0] sizes = [1, 1, 1, 4] coordinate_transformation = half_pixel
    nearest_mode = floor {cubic_coeff = -0.75 : f32}
    : (tensor<1x1x1x2xf32>) -> tensor<1x1x1x4xf32>
  return %0 : tensor<1x1x1x4xf32>
}

// -----

// With corners aligned, 0, 1/2, 1; w first, then h between two permutes.
// CHECK-LABEL: @both
// CHECK: %[[M:.*]] = top.weight dense<{{\[\[}}{{\[\[}}1.000000e+00, 5.000000e-01, 0.000000e+00]], {{\[\[}}0.000000e+00, 5.000000e-01, 1.000000e+00]]]]>
// CHECK: tpu.matmul %{{.*}}, %[[M]] : (tensor<1x16x1x2xf32>
// CHECK: tpu.permute
// CHECK: tpu.matmul
// CHECK: tpu.permute
func.func @both(%x: tensor<1x8x2x2xf32>) -> tensor<1x8x3x3xf32> {
  %0 = top.resize linear %x scales = [1.0, 1.0, 1.5, 1.5] sizes = [1, 8, 3, 3] coordinate_transformation = align_corners
    nearest_mode = floor {cubic_coeff = -0.75 : f32}
    : (tensor<1x8x2x2xf32>) -> tensor<1x8x3x3xf32>
  return %0 : tensor<1x8x3x3xf32>
}

// -----

// 0.5 / 0.1 - 0.5 is 4.5 in f32, as ONNX Runtime computes it, and less in double.
// CHECK-LABEL: @tie
// CHECK: tpu.slice {{.*}}offsets = array<i64: 0, 0, 0, 5>
func.func @tie(%x: tensor<1x1x1x10xf32>) -> tensor<1x1x1x1xf32> {
  %0 = top.resize nearest %x scales = [1.0, 1.0, 1.0, 0.1] sizes = [1, 1, 1, 1] coordinate_transformation = half_pixel
    nearest_mode = round_prefer_ceil {cubic_coeff = -0.75 : f32} : (tensor<1x1x1x10xf32>) -> tensor<1x1x1x1xf32>
  return %0 : tensor<1x1x1x1xf32>
}

// -----

// Whole factors of many channels: an element, three zeros, an element; the ends are there twice.
// CHECK-LABEL: @stretch
// CHECK-DAG: %[[FIRST:.*]] = tpu.slice %arg0 {offsets = array<i64: 0, 0, 0, 0>
// CHECK-DAG: %[[LAST:.*]] = tpu.slice %arg0 {offsets = array<i64: 0, 0, 0, 7>
// CHECK: %[[X:.*]] = tpu.concat %[[FIRST]], %arg0, %[[LAST]] {axis = 3 : i64}
// CHECK: tpu.depthwise %[[X]]{{.*}}insertion = array<i64: 0, 3>{{.*}}kernel = array<i64: 1, 8>, pads = array<i64: 0, 1, 0, 1>
// CHECK-NOT: tpu.matmul
func.func @stretch(%x: tensor<1x16x2x8xf32>) -> tensor<1x16x2x32xf32> {
  %0 = top.resize linear %x scales = [1.0, 1.0, 1.0, 4.0] sizes = [1, 16, 2, 32] coordinate_transformation = half_pixel
    nearest_mode = floor {cubic_coeff = -0.75 : f32}
    : (tensor<1x16x2x8xf32>) -> tensor<1x16x2x32xf32>
  return %0 : tensor<1x16x2x32xf32>
}
