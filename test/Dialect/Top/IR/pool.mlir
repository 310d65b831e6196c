// RUN: tpu-opt %s | tpu-opt | FileCheck %s
// RUN: tpu-opt %s --mlir-print-op-generic | tpu-opt | FileCheck %s

// CHECK-LABEL: func @pool
func.func @pool(%x: tensor<1x8x112x112xf32>) {
  // CHECK: top.max_pool %{{.*}} kernel = [3, 3] strides = [2, 2] pads = [1, 1, 1, 1] dilations = [1, 1] : (tensor<1x8x112x112xf32>) -> tensor<1x8x56x56xf32>
  %0 = top.max_pool %x kernel = [3, 3] strides = [2, 2] pads = [1, 1, 1, 1] dilations = [1, 1] : (tensor<1x8x112x112xf32>) -> tensor<1x8x56x56xf32>
  // CHECK: top.average_pool %{{.*}} kernel = [3, 3] strides = [2, 2] pads = [1, 1, 1, 1] dilations = [1, 1] {count_include_pad} : (tensor<1x8x112x112xf32>) -> tensor<1x8x56x56xf32>
  %1 = top.average_pool %x kernel = [3, 3] strides = [2, 2] pads = [1, 1, 1, 1] dilations = [1, 1] {count_include_pad} : (tensor<1x8x112x112xf32>) -> tensor<1x8x56x56xf32>
  // CHECK: top.lp_pool %{{.*}} kernel = [3, 3] strides = [2, 2] pads = [1, 1, 1, 1] dilations = [1, 1] {p = 2 : i64} : (tensor<1x8x112x112xf32>) -> tensor<1x8x56x56xf32>
  %2 = top.lp_pool %x kernel = [3, 3] strides = [2, 2] pads = [1, 1, 1, 1] dilations = [1, 1] {p = 2 : i64} : (tensor<1x8x112x112xf32>) -> tensor<1x8x56x56xf32>
  return
}

// CHECK-LABEL: func @other_ranks
func.func @other_ranks(%x: tensor<2x3x10xf32>, %y: tensor<1x2x4x5x6xf16>) {
  // CHECK: top.max_pool %{{.*}} kernel = [2] strides = [1] pads = [0, 1] dilations = [3] : (tensor<2x3x10xf32>) -> tensor<2x3x8xf32>
  %0 = top.max_pool %x kernel = [2] strides = [1] pads = [0, 1] dilations = [3] : (tensor<2x3x10xf32>) -> tensor<2x3x8xf32>
  // CHECK: top.average_pool %{{.*}} kernel = [1, 2, 3] strides = [2, 2, 3] pads = [0, 0, 0, 0, 1, 0] dilations = [1, 1, 1] : (tensor<1x2x4x5x6xf16>) -> tensor<1x2x2x3x2xf16>
  %1 = top.average_pool %y kernel = [1, 2, 3] strides = [2, 2, 3] pads = [0, 0, 0, 0, 1, 0] dilations = [1, 1, 1] : (tensor<1x2x4x5x6xf16>) -> tensor<1x2x2x3x2xf16>
  return
}
