// RUN: tpu-opt %s --lower-top-to-tpu -split-input-file | FileCheck %s

// ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|), in f32.
// CHECK-LABEL: @softplus
// CHECK: %[[X:.*]] = tpu.cast %arg0 : tensor<1x2x3x4xf16> -> tensor<1x2x3x4xf32>
// CHECK: %[[A:.*]] = tpu.unary abs %[[X]]
// CHECK: %[[N:.*]] = tpu.unary neg %[[A]]
// CHECK: %[[E:.*]] = tpu.unary exp %[[N]]
// CHECK: %[[S:.*]] = tpu.binary_scalar add %[[E]], 1.000000e+00
// CHECK: %[[ROUNDED:.*]] = tpu.binary_scalar add %[[S]], -1.000000e+00
// CHECK: %[[LOST:.*]] = tpu.binary sub %[[E]], %[[ROUNDED]]
// CHECK: %[[L:.*]] = tpu.unary log %[[S]]
// CHECK: %[[LOG:.*]] = tpu.binary add %[[L]], %[[LOST]]
// CHECK: %[[M:.*]] = tpu.binary_scalar max %[[X]], 0.000000e+00
// CHECK: %[[R:.*]] = tpu.binary add %[[M]], %[[LOG]]
// CHECK: tpu.cast %[[R]] : tensor<1x2x3x4xf32> -> tensor<1x2x3x4xf16>
func.func @softplus(%x: tensor<1x2x3x4xf16>) -> tensor<1x2x3x4xf16> {
  %0 = top.softplus %x : tensor<1x2x3x4xf16>
  return %0 : tensor<1x2x3x4xf16>
}

// -----

// CHECK-LABEL: @leaky
// CHECK: %[[S:.*]] = tpu.binary_scalar mul %arg0, 1.000000e-01
// CHECK: tpu.binary max %arg0, %[[S]]
func.func @leaky(%x: tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32> {
  %0 = top.leaky_relu %x {alpha = 0.1 : f32} : tensor<1x2x3x4xf32>
  return %0 : tensor<1x2x3x4xf32>
}

// -----

// A slope above 1 makes the product larger where it must not be taken.
// CHECK-LABEL: @steep
// CHECK: %[[N:.*]] = tpu.binary_scalar min %arg0, 0.000000e+00
// CHECK: %[[S:.*]] = tpu.binary_scalar mul %[[N]], 2.000000e+00
// CHECK: tpu.binary add %{{.*}}, %[[S]]
func.func @steep(%x: tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32> {
  %0 = top.leaky_relu %x {alpha = 2.0 : f32} : tensor<1x2x3x4xf32>
  return %0 : tensor<1x2x3x4xf32>
}

// -----

// CHECK-LABEL: @gelu
// CHECK: tpu.unary gelu %arg0
// CHECK: tpu.unary gelu_tanh
// CHECK: tpu.unary silu
func.func @gelu(%x: tensor<1x2x3x4xf16>) -> tensor<1x2x3x4xf16> {
  %0 = top.gelu none %x : tensor<1x2x3x4xf16>
  %1 = top.gelu tanh %0 : tensor<1x2x3x4xf16>
  %2 = top.silu %1 : tensor<1x2x3x4xf16>
  return %2 : tensor<1x2x3x4xf16>
}

// -----

// A slope at run time may be infinite, beside which no positive x counts.
// CHECK-LABEL: @prelu
// CHECK: %[[M:.*]] = tpu.binary mul %{{.*}}, %{{.*}} : (tensor<1x2x3x4xf32>, tensor<1x2x1x1xf32>)
// CHECK: tpu.select gt %{{.*}}, %{{.*}}, %[[M]], %{{.*}}
func.func @prelu(%x: tensor<1x2x3x4xf32>, %s: tensor<2x1x1xf32>) -> tensor<1x2x3x4xf32> {
  %0 = top.prelu %x, %s : (tensor<1x2x3x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x3x4xf32>
  return %0 : tensor<1x2x3x4xf32>
}

// CHECK-LABEL: @prelu_finite
// CHECK-NOT: tpu.select
// CHECK: tpu.binary add
func.func @prelu_finite(%x: tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32> {
  %s = top.weight dense<[[[0.5]], [[-2.0]]]> : tensor<2x1x1xf32>
  %0 = top.prelu %x, %s : (tensor<1x2x3x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x3x4xf32>
  return %0 : tensor<1x2x3x4xf32>
}

// CHECK-LABEL: @prelu_infinite
// CHECK: tpu.select gt
func.func @prelu_infinite(%x: tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32> {
  %s = top.weight dense<[[[0.5]], [[0x7f800000]]]> : tensor<2x1x1xf32>
  %0 = top.prelu %x, %s : (tensor<1x2x3x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x3x4xf32>
  return %0 : tensor<1x2x3x4xf32>
}

// -----

// Short rows: 280 of them in each of 60 lanes, so that transfers are long.
// CHECK-LABEL: @softmax_short
// CHECK: tpu.softmax %{{.*}} : tensor<1x60x280x2xf32>
func.func @softmax_short(%x: tensor<1x16800x2xf32>) -> tensor<1x16800x2xf32> {
  %0 = top.softmax %x {axis = 2 : i64} : (tensor<1x16800x2xf32>) -> tensor<1x16800x2xf32>
  return %0 : tensor<1x16800x2xf32>
}

// -----

// Rows stand in lanes, of all matrices where those of one leave lanes empty.
// CHECK-LABEL: @softmax_last
// CHECK-NOT: tpu.permute
// CHECK: tpu.softmax %{{.*}} : tensor<1x60x1x5xf32>
func.func @softmax_last(%x: tensor<1x12x5x5xf32>) -> tensor<1x12x5x5xf32> {
  %0 = top.softmax %x {axis = 3 : i64} : (tensor<1x12x5x5xf32>) -> tensor<1x12x5x5xf32>
  return %0 : tensor<1x12x5x5xf32>
}

// -----

// CHECK-LABEL: @softmax_matrices
// CHECK: tpu.softmax %{{.*}} : tensor<12x64x1x5xf32>
func.func @softmax_matrices(%x: tensor<3x4x64x5xf32>) -> tensor<3x4x64x5xf32> {
  %0 = top.softmax %x {axis = 3 : i64} : (tensor<3x4x64x5xf32>) -> tensor<3x4x64x5xf32>
  return %0 : tensor<3x4x64x5xf32>
}

// -----

// Channels of single pixels are a line already.
// CHECK-LABEL: @softmax_pixels
// CHECK-NOT: tpu.permute
// CHECK: tpu.softmax %{{.*}} : tensor<1x2x1x1000xf32>
func.func @softmax_pixels(%x: tensor<2x1000x1x1xf32>) -> tensor<2x1000x1x1xf32> {
  %0 = top.softmax %x {axis = 1 : i64} : (tensor<2x1000x1x1xf32>) -> tensor<2x1000x1x1xf32>
  return %0 : tensor<2x1000x1x1xf32>
}

// -----

// Rows that are too long for one kernel, over as many lanes as divide them: partial maxima and sums meet in one lane.
// CHECK-LABEL: @softmax_long
// CHECK-NOT: tpu.softmax
// CHECK: %[[X:.*]] = tpu.reshape %{{.*}} -> tensor<2x64x32x32xf32>
// CHECK: tpu.pool max {{.*}} -> tensor<2x64x32x1xf32>
// CHECK: tpu.pool max {{.*}} -> tensor<2x64x1x1xf32>
// CHECK: tpu.pool max {{.*}} -> tensor<1x2x1x1xf32>
// CHECK: %[[M:.*]] = tpu.reshape {{.*}} -> tensor<2x1x1x1xf32>
// CHECK: %[[D:.*]] = tpu.binary sub %[[X]], %[[M]]
// CHECK: %[[E:.*]] = tpu.unary exp %[[D]]
// CHECK: tpu.pool sum {{.*}} -> tensor<1x2x1x1xf32>
// CHECK: %[[R:.*]] = tpu.binary_scalar div {{.*}} reversed
// CHECK: tpu.binary mul %[[E]], %[[R]]
func.func @softmax_long(%x: tensor<2x65536xf32>) -> tensor<2x65536xf32> {
  %0 = top.softmax %x {axis = 1 : i64} : (tensor<2x65536xf32>) -> tensor<2x65536xf32>
  return %0 : tensor<2x65536xf32>
}

// -----

// As many rows as lanes: each in one.
// CHECK-LABEL: @softmax_long_rows
// CHECK: tpu.pool max {{.*}} -> tensor<1x70x64x1xf32>
// CHECK: tpu.pool max {{.*}} -> tensor<1x70x1x1xf32>
func.func @softmax_long_rows(%x: tensor<70x8192xf32>) -> tensor<70x8192xf32> {
  %0 = top.softmax %x {axis = 1 : i64} : (tensor<70x8192xf32>) -> tensor<70x8192xf32>
  return %0 : tensor<70x8192xf32>
}

// -----

// CHECK-LABEL: @softmax_channels
// CHECK: tpu.permute %{{.*}} {order = array<i64: 0, 3, 2, 1>} : tensor<2x21x1x64xf32> -> tensor<2x64x1x21xf32>
// CHECK: tpu.softmax %{{.*}} {log} : tensor<2x64x1x21xf32>
// CHECK: tpu.permute {{.*}} -> tensor<2x21x1x64xf32>
func.func @softmax_channels(%x: tensor<2x21x8x8xf32>) -> tensor<2x21x8x8xf32> {
  %0 = top.log_softmax %x {axis = 1 : i64} : (tensor<2x21x8x8xf32>) -> tensor<2x21x8x8xf32>
  return %0 : tensor<2x21x8x8xf32>
}

// -----

// asin(x) = 2 * atan(x / (1 + sqrt(1 - x^2)))
// CHECK-LABEL: @asin
// CHECK: %[[Q:.*]] = tpu.binary mul %arg0, %arg0
// CHECK: %[[C:.*]] = tpu.binary_scalar sub %[[Q]], 1.000000e+00 reversed
// CHECK: %[[R:.*]] = tpu.unary sqrt %[[C]]
// CHECK: %[[B:.*]] = tpu.binary_scalar add %[[R]], 1.000000e+00
// CHECK: %[[D:.*]] = tpu.binary div %arg0, %[[B]]
// CHECK: %[[T:.*]] = tpu.unary atan %[[D]]
// CHECK: tpu.binary_scalar mul %[[T]], 2.000000e+00
func.func @asin(%x: tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32> {
  %0 = top.asin %x : tensor<1x2x3x4xf32>
  return %0 : tensor<1x2x3x4xf32>
}
