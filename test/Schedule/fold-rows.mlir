// RUN: tpu-opt %s --tpu-fold-rows -split-input-file | FileCheck %s

// Of four rows each: result row 4i + p reads rows 4i + p - 1 to 4i + p + 1, of the fours i - 1 to i + 1. The relu and the
// biases are folded, too.
// CHECK-LABEL: func @chain
// CHECK: %[[ROWS:.*]] = tpu.reshape %arg0 : tensor<1x4x256x256xf16> -> tensor<4x64x4x256xf16>
// CHECK: %[[TURNED:.*]] = tpu.permute %[[ROWS]] {order = array<i64: 0, 2, 1, 3>}
// CHECK: %[[X:.*]] = tpu.reshape %[[TURNED]] : tensor<4x4x64x256xf16> -> tensor<1x16x64x256xf16>
// CHECK: top.weight {{.*}} : tensor<1x64x9x32xf16>
// CHECK: top.weight {{.*}} : tensor<1x64x1x1xf32>
// CHECK: tpu.conv %[[X]]{{.*}}kernel = array<i64: 3, 3>, pads = array<i64: 1, 1, 1, 1>
// CHECK-NOT: tpu.permute
// CHECK: tpu.binary_scalar max
// CHECK-NOT: tpu.permute
// CHECK: tpu.conv
// CHECK: tpu.permute
// CHECK-NOT: tpu.permute
// CHECK: return
func.func @chain(%x: tensor<1x4x256x256xf16>) -> tensor<1x4x256x256xf16> {
  %f = top.weight dense<1.0> : tensor<1x16x9x32xf16>
  %b = top.weight dense<2.0> : tensor<1x16x1x1xf32>
  %g = top.weight dense<1.0> : tensor<1x4x9x32xf16>
  %0 = tpu.conv %x, %f, %b {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x256x256xf16>, tensor<1x16x9x32xf16>, tensor<1x16x1x1xf32>) -> tensor<1x16x256x256xf16>
  %1 = tpu.binary_scalar max %0, 0.0 : tensor<1x16x256x256xf16>
  %2 = tpu.conv %1, %g {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x16x256x256xf16>, tensor<1x4x9x32xf16>) -> tensor<1x4x256x256xf16>
  return %2 : tensor<1x4x256x256xf16>
}

// -----

// All lanes and multipliers are busy.
// CHECK-LABEL: func @wide
// CHECK-NOT: tpu.permute
func.func @wide(%x: tensor<1x64x128x128xf16>) -> tensor<1x64x128x128xf16> {
  %f = top.weight dense<1.0> : tensor<1x64x18x32xf16>
  %0 = tpu.conv %x, %f {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x64x128x128xf16>, tensor<1x64x18x32xf16>) -> tensor<1x64x128x128xf16>
  return %0 : tensor<1x64x128x128xf16>
}

// -----

// Work of an instant: the way in and out takes longer.
// CHECK-LABEL: func @small
// CHECK-NOT: tpu.permute
func.func @small(%x: tensor<1x16x32x8xf16>) -> tensor<1x16x32x8xf16> {
  %f = top.weight dense<1.0> : tensor<1x16x1x32xf16>
  %0 = tpu.conv %x, %f {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x16x32x8xf16>, tensor<1x16x1x32xf16>) -> tensor<1x16x32x8xf16>
  return %0 : tensor<1x16x32x8xf16>
}
