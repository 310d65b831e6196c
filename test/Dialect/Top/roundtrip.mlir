// RUN: tpu-opt %s | tpu-opt | FileCheck %s

// CHECK-LABEL: func @activation
func.func @activation(%x: tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
  // CHECK: top.relu %{{.*}} : tensor<1x8x4x4xf32>
  %y = top.relu %x : tensor<1x8x4x4xf32>
  return %y : tensor<1x8x4x4xf32>
}
