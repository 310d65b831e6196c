// RUN: tpu-opt %s --lower-top-to-tpu -split-input-file | FileCheck %s

// Shapes are aligned at the last dimension before they become rank-4.
// CHECK-LABEL: @align
// CHECK: tpu.binary add %{{.*}}, %{{.*}} : (tensor<1x197x1x768xf16>, tensor<1x1x1x768xf16>) -> tensor<1x197x1x768xf16>
func.func @align(%x: tensor<1x197x768xf16>, %y: tensor<768xf16>) -> tensor<1x197x768xf16> {
  %0 = top.add %x, %y : (tensor<1x197x768xf16>, tensor<768xf16>) -> tensor<1x197x768xf16>
  return %0 : tensor<1x197x768xf16>
}

// -----

// CHECK-LABEL: @two_way
// CHECK: tpu.binary mul %{{.*}}, %{{.*}} : (tensor<1x8x1x1xf32>, tensor<1x1x1x4xf32>) -> tensor<1x8x1x4xf32>
func.func @two_way(%x: tensor<8x1xf32>, %y: tensor<4xf32>) -> tensor<8x4xf32> {
  %0 = top.mul %x, %y : (tensor<8x1xf32>, tensor<4xf32>) -> tensor<8x4xf32>
  return %0 : tensor<8x4xf32>
}

// -----

// Five dimensions: those that repeat alike go together.
// CHECK-LABEL: @five_dimensions
// CHECK: tpu.binary sub %{{.*}}, %{{.*}} : (tensor<2x12x1x30xf32>, tensor<2x1x1x30xf32>) -> tensor<2x12x1x30xf32>
func.func @five_dimensions(%x: tensor<2x3x4x5x6xf32>, %y: tensor<2x1x1x5x6xf32>) -> tensor<2x3x4x5x6xf32> {
  %0 = top.sub %x, %y : (tensor<2x3x4x5x6xf32>, tensor<2x1x1x5x6xf32>) -> tensor<2x3x4x5x6xf32>
  return %0 : tensor<2x3x4x5x6xf32>
}

// -----

// Repeats that alternate five times are written out.
// CHECK-LABEL: @alternating
// CHECK: tpu.broadcast
// CHECK: tpu.binary add %{{.*}}, %{{.*}} : (tensor<6x4x5x6xf32>, tensor<6x4x5x6xf32>)
func.func @alternating(%x: tensor<2x3x4x5x6xf32>, %y: tensor<2x1x4x1x6xf32>) -> tensor<2x3x4x5x6xf32> {
  %0 = top.add %x, %y : (tensor<2x3x4x5x6xf32>, tensor<2x1x4x1x6xf32>) -> tensor<2x3x4x5x6xf32>
  return %0 : tensor<2x3x4x5x6xf32>
}

// -----

// CHECK-LABEL: @scalars
// CHECK: tpu.binary_scalar sub %arg0, 2.000000e+00 reversed
// CHECK: tpu.binary_scalar mul %{{.*}}, 2.500000e-01 :
func.func @scalars(%x: tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32> {
  %two = top.weight dense<2.0> : tensor<f32>
  %four = top.weight dense<4.0> : tensor<1x1xf32>
  %0 = top.sub %two, %x : (tensor<f32>, tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32>
  %1 = top.div %0, %four : (tensor<1x2x3x4xf32>, tensor<1x1xf32>) -> tensor<1x2x3x4xf32>
  return %1 : tensor<1x2x3x4xf32>
}

// -----

// CHECK-LABEL: @divisors
// CHECK: tpu.binary_scalar div %arg0, 3.000000e+00 : tensor<1x2x3x4xf32>
// CHECK: tpu.cast %arg1
// CHECK: tpu.binary_scalar mul %{{.*}}, 0.333333343 : tensor<1x2x3x4xf32>
func.func @divisors(%x: tensor<1x2x3x4xf32>, %y: tensor<1x2x3x4xf16>) -> (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf16>) {
  %three = top.weight dense<3.0> : tensor<f32>
  %half = top.weight dense<3.0> : tensor<f16>
  %0 = top.div %x, %three : (tensor<1x2x3x4xf32>, tensor<f32>) -> tensor<1x2x3x4xf32>
  %1 = top.div %y, %half : (tensor<1x2x3x4xf16>, tensor<f16>) -> tensor<1x2x3x4xf16>
  return %0, %1 : tensor<1x2x3x4xf32>, tensor<1x2x3x4xf16>
}

// -----

// CHECK-LABEL: @powers
// CHECK: %[[S:.*]] = tpu.binary mul %arg0, %arg0
// CHECK: %[[C:.*]] = tpu.binary mul %[[S]], %[[S]]
// CHECK: %[[R:.*]] = tpu.unary sqrt %[[C]]
// CHECK: %[[L:.*]] = tpu.unary log %[[R]]
// CHECK: %[[M:.*]] = tpu.binary_scalar mul %[[L]], 2.500000e+00
// CHECK: tpu.unary exp %[[M]]
func.func @powers(%x: tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32> {
  %four = top.weight dense<4.0> : tensor<f32>
  %half = top.weight dense<0.5> : tensor<f32>
  %other = top.weight dense<2.5> : tensor<f32>
  %0 = top.pow %x, %four : (tensor<1x2x3x4xf32>, tensor<f32>) -> tensor<1x2x3x4xf32>
  %1 = top.pow %0, %half : (tensor<1x2x3x4xf32>, tensor<f32>) -> tensor<1x2x3x4xf32>
  %2 = top.pow %1, %other : (tensor<1x2x3x4xf32>, tensor<f32>) -> tensor<1x2x3x4xf32>
  return %2 : tensor<1x2x3x4xf32>
}

// -----

// CHECK-LABEL: @clip
// CHECK: %[[A:.*]] = tpu.binary_scalar max %arg0, 0.000000e+00
// CHECK: %[[B:.*]] = tpu.binary_scalar min %[[A]], 6.000000e+00
// CHECK-NOT: 0x7F800000
// CHECK: return %{{.*}}
func.func @clip(%x: tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32> {
  %0 = top.clip %x {max = 6.0 : f32, min = 0.0 : f32} : tensor<1x2x3x4xf32>
  %1 = top.clip %0 {max = 0x7F800000 : f32, min = -1.0 : f32} : tensor<1x2x3x4xf32>
  return %1 : tensor<1x2x3x4xf32>
}

// -----

// CHECK-LABEL: @casts
// CHECK: %[[H:.*]] = tpu.cast %arg0 : tensor<1x2x3x4xf32> -> tensor<1x2x3x4xf16>
// CHECK: tpu.unary exp %[[H]] : tensor<1x2x3x4xf16>
func.func @casts(%x: tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32> {
  %0 = top.cast %x {to = f16} : (tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf16>
  %1 = top.exp %0 : tensor<1x2x3x4xf16>
  %2 = top.cast %1 {to = f32} : (tensor<1x2x3x4xf16>) -> tensor<1x2x3x4xf32>
  return %2 : tensor<1x2x3x4xf32>
}
