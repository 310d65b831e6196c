// RUN: tpu-opt %s | tpu-opt | FileCheck %s
// RUN: tpu-opt %s --mlir-print-op-generic | tpu-opt | FileCheck %s

// CHECK-LABEL: func @conv
func.func @conv(%x: tensor<1x3x224x224xf32>, %w: tensor<64x3x7x7xf32>, %b: tensor<64xf32>) {
  // CHECK: top.conv %{{.*}}, %{{.*}}, %{{.*}} strides = [2, 2] pads = [3, 3, 3, 3] dilations = [1, 1] {group = 1 : i64, relu, relu_limit = 6.000000e+00 : f32}
  // CHECK-SAME: -> tensor<1x64x112x112xf32>
  %0 = top.conv %x, %w, %b strides = [2, 2] pads = [3, 3, 3, 3] dilations = [1, 1]
     {group = 1 : i64, relu, relu_limit = 6.0 : f32}
     : (tensor<1x3x224x224xf32>, tensor<64x3x7x7xf32>, tensor<64xf32>) -> tensor<1x64x112x112xf32>
  return
}

// CHECK-LABEL: func @conv_of_other_ranks
func.func @conv_of_other_ranks(%x: tensor<2x4x10xf32>, %w: tensor<8x2x3xf32>, %v: tensor<1x1x5x6x7xf16>, %f: tensor<2x1x1x2x3xf16>) {
  // CHECK: top.conv %{{.*}}, %{{.*}} strides = [1] pads = [0, 1] dilations = [2] {group = 2 : i64}
  // CHECK-SAME: -> tensor<2x8x7xf32>
  %0 = top.conv %x, %w strides = [1] pads = [0, 1] dilations = [2] {group = 2 : i64}
     : (tensor<2x4x10xf32>, tensor<8x2x3xf32>) -> tensor<2x8x7xf32>
  // CHECK: top.conv {{.*}} -> tensor<1x2x5x3x2xf16>
  %1 = top.conv %v, %f strides = [1, 2, 3] pads = [0, 0, 0, 0, 0, 0] dilations = [1, 1, 1] {group = 1 : i64}
     : (tensor<1x1x5x6x7xf16>, tensor<2x1x1x2x3xf16>) -> tensor<1x2x5x3x2xf16>
  return
}

// CHECK-LABEL: func @conv_transpose
func.func @conv_transpose(%x: tensor<1x8x4x4xf32>, %w: tensor<8x3x3x3xf32>, %b: tensor<6xf32>) {
  // CHECK: top.conv_transpose %{{.*}}, %{{.*}}, %{{.*}} strides = [2, 2] pads = [1, 1, 1, 1] dilations = [1, 1] output_padding = [1, 0] {group = 2 : i64}
  // CHECK-SAME: -> tensor<1x6x8x7xf32>
  %0 = top.conv_transpose %x, %w, %b strides = [2, 2] pads = [1, 1, 1, 1] dilations = [1, 1] output_padding = [1, 0]
     {group = 2 : i64} : (tensor<1x8x4x4xf32>, tensor<8x3x3x3xf32>, tensor<6xf32>) -> tensor<1x6x8x7xf32>
  return
}
