// RUN: tpu-opt %s --lower-top-to-tpu -split-input-file | FileCheck %s

// CHECK-LABEL: @max
// CHECK: tpu.pool max %arg0 {kernel = array<i64: 3, 3>, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>}
func.func @max(%x: tensor<1x8x8x8xf32>) -> tensor<1x8x4x4xf32> {
  %0 = top.max_pool %x kernel = [3, 3] strides = [2, 2] pads = [1, 1, 1, 1] dilations = [1, 1] : (tensor<1x8x8x8xf32>) -> tensor<1x8x4x4xf32>
  return %0 : tensor<1x8x4x4xf32>
}

// -----

// CHECK-LABEL: @average
// CHECK: tpu.pool sum %arg0 {{.*}}scale = 2.500000e-01 : f32
func.func @average(%x: tensor<1x8x8x8xf16>) -> tensor<1x8x4x4xf16> {
  %0 = top.average_pool %x kernel = [2, 2] strides = [2, 2] pads = [0, 0, 0, 0] dilations = [1, 1] : (tensor<1x8x8x8xf16>) -> tensor<1x8x4x4xf16>
  return %0 : tensor<1x8x4x4xf16>
}

// -----

// Windows of 2 elements cover 1, 2 and 1 of the input.
// CHECK-LABEL: @average_of_covered
// CHECK-DAG: %[[R:.*]] = top.weight dense<{{\[\[}}{{\[\[}}1.000000e+00, 2.000000e+00, 1.000000e+00]]]]> : tensor<1x1x1x3xf32>
// CHECK-DAG: %[[S:.*]] = tpu.pool sum %arg0 {kernel = array<i64: 1, 2>, pads = array<i64: 0, 1, 0, 1>, strides = array<i64: 1, 1>}
// CHECK: tpu.binary div %[[S]], %[[R]]
func.func @average_of_covered(%x: tensor<1x8x1x2xf32>) -> tensor<1x8x1x3xf32> {
  %0 = top.average_pool %x kernel = [1, 2] strides = [1, 1] pads = [0, 1, 0, 1] dilations = [1, 1] : (tensor<1x8x1x2xf32>) -> tensor<1x8x1x3xf32>
  return %0 : tensor<1x8x1x3xf32>
}

// -----

// CHECK-LABEL: @average_with_padding
// CHECK-NOT: tpu.binary
// CHECK: tpu.pool sum %{{.*}} {{.*}}scale = 5.000000e-01 : f32
func.func @average_with_padding(%x: tensor<1x8x2xf32>) -> tensor<1x8x3xf32> {
  %0 = top.average_pool %x kernel = [2] strides = [1] pads = [1, 1] dilations = [1] {count_include_pad} : (tensor<1x8x2xf32>) -> tensor<1x8x3xf32>
  return %0 : tensor<1x8x3xf32>
}

// -----

// A stride of 16 has no field: every window, then each 16th.
// CHECK-LABEL: @long_stride
// CHECK: %[[P:.*]] = tpu.pool max %arg0 {{.*}}strides = array<i64: 1, 1>{{.*}} -> tensor<1x8x1x17xf32>
// CHECK: tpu.subsample %[[P]] {offsets = array<i64: 0, 0>, steps = array<i64: 1, 16>} : tensor<1x8x1x17xf32> -> tensor<1x8x1x2xf32>
func.func @long_stride(%x: tensor<1x8x1x32xf32>) -> tensor<1x8x1x2xf32> {
  %0 = top.max_pool %x kernel = [1, 16] strides = [1, 16] pads = [0, 0, 0, 0] dilations = [1, 1] : (tensor<1x8x1x32xf32>) -> tensor<1x8x1x2xf32>
  return %0 : tensor<1x8x1x2xf32>
}

// -----

// CHECK-LABEL: @dilated
// CHECK: %[[P:.*]] = tpu.pad %arg0 {{.*}}value = 0xFF800000 : f32
// CHECK: %[[A:.*]] = tpu.slice %[[P]] {offsets = array<i64: 0, 0, 0, 0>
// CHECK: %[[B:.*]] = tpu.slice %[[P]] {offsets = array<i64: 0, 0, 0, 2>
// CHECK: tpu.binary max %[[A]], %[[B]]
func.func @dilated(%x: tensor<1x8x1x8xf32>) -> tensor<1x8x1x7xf32> {
  %0 = top.max_pool %x kernel = [1, 2] strides = [1, 1] pads = [0, 1, 0, 0] dilations = [1, 2] : (tensor<1x8x1x8xf32>) -> tensor<1x8x1x7xf32>
  return %0 : tensor<1x8x1x7xf32>
}

// -----

// CHECK-LABEL: @lp
// CHECK: %[[W:.*]] = tpu.cast %arg0 : {{.*}} -> tensor<1x8x4x4xf32>
// CHECK: %[[Q:.*]] = tpu.binary mul %[[W]], %[[W]]
// CHECK: %[[S:.*]] = tpu.pool sum %[[Q]]
// CHECK: %[[R:.*]] = tpu.unary sqrt %[[S]]
// CHECK: tpu.cast %[[R]]
func.func @lp(%x: tensor<1x8x4x4xf16>) -> tensor<1x8x2x2xf16> {
  %0 = top.lp_pool %x kernel = [2, 2] strides = [2, 2] pads = [0, 0, 0, 0] dilations = [1, 1] {p = 2 : i64} : (tensor<1x8x4x4xf16>) -> tensor<1x8x2x2xf16>
  return %0 : tensor<1x8x2x2xf16>
}
