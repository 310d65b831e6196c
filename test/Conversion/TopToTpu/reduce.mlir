// RUN: tpu-opt %s --lower-top-to-tpu -split-input-file | FileCheck %s

// CHECK-LABEL: @image
// CHECK-NOT: tpu.permute
// CHECK: tpu.pool sum %arg0 {kernel = array<i64: 8, 8>, {{.*}}scale = 1.562500e-02 : f32{{.*}} -> tensor<1x64x1x1xf32>
func.func @image(%x: tensor<1x64x8x8xf32>) -> tensor<1x64xf32> {
  %0 = top.reduce mean %x axes = [2, 3] : (tensor<1x64x8x8xf32>) -> tensor<1x64xf32>
  return %0 : tensor<1x64xf32>
}

// -----

// CHECK-LABEL: @rows
// CHECK-NOT: tpu.permute
// CHECK: tpu.pool max %{{.*}} {kernel = array<i64: 1, 48>
func.func @rows(%x: tensor<1x320x48xf32>) -> tensor<1x320x1xf32> {
  %0 = top.reduce max %x axes = [2] {keepdims} : (tensor<1x320x48xf32>) -> tensor<1x320x1xf32>
  return %0 : tensor<1x320x1xf32>
}

// -----

// CHECK-LABEL: @channels
// CHECK: tpu.permute %arg0 {order = array<i64: 0, 2, 3, 1>}
// CHECK: tpu.pool sum %{{.*}} {kernel = array<i64: 1, 16>{{.*}} : tensor<1x128x1x16xf32> -> tensor<1x128x1x1xf32>
func.func @channels(%x: tensor<2x16x8x8xf32>) -> tensor<2x1x8x8xf32> {
  %0 = top.reduce sum %x axes = [1] {keepdims} : (tensor<2x16x8x8xf32>) -> tensor<2x1x8x8xf32>
  return %0 : tensor<2x1x8x8xf32>
}

// -----

// What can be reduced in place goes first; both means are scaled.
// CHECK-LABEL: @everything
// CHECK: tpu.pool sum %arg0 {kernel = array<i64: 4, 16>, {{.*}}scale = 1.562500e-02 : f32{{.*}} -> tensor<1x64x1x1xf32>
// CHECK: tpu.pool sum %{{.*}} {kernel = array<i64: 1, 64>, {{.*}}scale = 1.562500e-02 : f32{{.*}} -> tensor<1x1x1x1xf32>
func.func @everything(%x: tensor<1x64x4x16xf32>) -> tensor<f32> {
  %0 = top.reduce mean %x axes = [0, 1, 2, 3] : (tensor<1x64x4x16xf32>) -> tensor<f32>
  return %0 : tensor<f32>
}

// -----

// CHECK-LABEL: @large
// CHECK: tpu.pool sum %arg0 {kernel = array<i64: 1, 256>
// CHECK: tpu.pool sum %{{.*}} {kernel = array<i64: 256, 1>
func.func @large(%x: tensor<1x3x256x256xf32>) -> tensor<1x3x1x1xf32> {
  %0 = top.reduce sum %x axes = [2, 3] {keepdims} : (tensor<1x3x256x256xf32>) -> tensor<1x3x1x1xf32>
  return %0 : tensor<1x3x1x1xf32>
}

// -----

// CHECK-LABEL: @min
// CHECK: %[[N:.*]] = tpu.unary neg
// CHECK: %[[M:.*]] = tpu.pool max %[[N]]
// CHECK: tpu.unary neg %[[M]]
func.func @min(%x: tensor<8xf32>) -> tensor<f32> {
  %0 = top.reduce min %x axes = [0] : (tensor<8xf32>) -> tensor<f32>
  return %0 : tensor<f32>
}

// -----

// Five elements: two and two, then the odd one.
// CHECK-LABEL: @prod
// CHECK: tpu.binary mul {{.*}} -> tensor<1x1x1x2xf32>
// CHECK: tpu.concat {{.*}} -> tensor<1x1x1x3xf32>
// CHECK: tpu.binary mul {{.*}} -> tensor<1x1x1x1xf32>
// CHECK: tpu.concat {{.*}} -> tensor<1x1x1x2xf32>
// CHECK: tpu.binary mul {{.*}} -> tensor<1x1x1x1xf32>
func.func @prod(%x: tensor<5xf32>) -> tensor<f32> {
  %0 = top.reduce prod %x axes = [0] : (tensor<5xf32>) -> tensor<f32>
  return %0 : tensor<f32>
}

// -----

// CHECK-LABEL: @log_sum_exp
// CHECK: %[[POOL:.*]] = tpu.pool max
// CHECK: %[[M:.*]] = tpu.binary_scalar min %[[POOL]], 3.40282347E+38
// CHECK: %[[D:.*]] = tpu.binary sub %{{.*}}, %[[M]]
// CHECK: %[[E:.*]] = tpu.unary exp %[[D]]
// CHECK: %[[S:.*]] = tpu.pool sum %[[E]]
// CHECK: %[[L:.*]] = tpu.unary log %[[S]]
// CHECK: tpu.binary add %[[L]], %[[M]]
func.func @log_sum_exp(%x: tensor<4x8xf32>) -> tensor<4xf32> {
  %0 = top.reduce log_sum_exp %x axes = [1] : (tensor<4x8xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// Element (from, to) is 1 where `from` comes before `to`.
// CHECK-LABEL: @cumsum
// CHECK: %[[T:.*]] = top.weight dense<{{\[\[}}{{\[\[}}0.000000e+00, 1.000000e+00, 1.000000e+00]], {{\[\[}}0.000000e+00, 0.000000e+00, 1.000000e+00]], {{\[\[}}0.000000e+00, 0.000000e+00, 0.000000e+00]]]]>
// CHECK: tpu.matmul %{{.*}}, %[[T]]
func.func @cumsum(%x: tensor<4x3xf32>) -> tensor<4x3xf32> {
  %0 = top.cumsum %x {axis = 1 : i64, exclusive} : (tensor<4x3xf32>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}

// -----

// A prime number of elements, too many for one pool: rows of them and the rest, whose means count by their lengths.
// CHECK-LABEL: @long_prime
// CHECK: tpu.slice {{.*}} -> tensor<1x1x1x65536xf16>
// CHECK: tpu.reshape {{.*}} -> tensor<1x1x512x128xf16>
// CHECK-DAG: tpu.slice {{.*}} {offsets = array<i64: 0, 0, 0, 65536>, {{.*}} -> tensor<1x1x1x1xf16>
// CHECK-DAG: tpu.binary_scalar mul {{.*}}, 0.999984{{.*}} : tensor<1x1x1x1xf16>
// CHECK-DAG: tpu.binary_scalar mul {{.*}}, 1.52585{{.*}}E-5 : tensor<1x1x1x1xf16>
// CHECK: tpu.binary add
func.func @long_prime(%x: tensor<65537xf16>) -> tensor<1xf16> {
  %0 = top.reduce mean %x axes = [0] {keepdims} : (tensor<65537xf16>) -> tensor<1xf16>
  return %0 : tensor<1xf16>
}
