// RUN: tpu-opt %s | tpu-opt | FileCheck %s
// RUN: tpu-opt %s --mlir-print-op-generic | tpu-opt | FileCheck %s

// CHECK-LABEL: func @plain
func.func @plain(%a: tensor<2x8xf32>, %b: tensor<8x4xf32>) {
  // CHECK: top.matmul %{{.*}}, %{{.*}} : (tensor<2x8xf32>, tensor<8x4xf32>) -> tensor<2x4xf32>
  %0 = top.matmul %a, %b : (tensor<2x8xf32>, tensor<8x4xf32>) -> tensor<2x4xf32>
  return
}

// CHECK-LABEL: func @batches
func.func @batches(%a: tensor<5x1x2x8xbf16>, %b: tensor<3x4x8xbf16>, %c: tensor<4xbf16>) {
  // CHECK: top.matmul %{{.*}}, %{{.*}}, %{{.*}} {relu, relu_limit = 6.000000e+00 : f32, transpose_rhs} : (tensor<5x1x2x8xbf16>, tensor<3x4x8xbf16>, tensor<4xbf16>) -> tensor<5x3x2x4xbf16>
  %0 = top.matmul %a, %b, %c {relu, relu_limit = 6.0 : f32, transpose_rhs} : (tensor<5x1x2x8xbf16>, tensor<3x4x8xbf16>, tensor<4xbf16>) -> tensor<5x3x2x4xbf16>
  return
}
