// RUN: tpu-opt %s --lower-top-to-tpu -split-input-file | FileCheck %s

// CHECK-LABEL: @layer_norm
// CHECK: %[[N:.*]] = tpu.normalize %{{.*}} {epsilon = 9.99999974E-6 : f32} : tensor<1x197x1x768xf16>
// CHECK: %[[S:.*]] = tpu.binary mul %[[N]], %{{.*}} : (tensor<1x197x1x768xf16>, tensor<1x1x1x768xf16>)
// CHECK: tpu.binary add %[[S]], %{{.*}} : (tensor<1x197x1x768xf16>, tensor<1x1x1x768xf16>)
func.func @layer_norm(%x: tensor<1x197x768xf16>, %s: tensor<768xf16>, %b: tensor<768xf16>) -> tensor<1x197x768xf16> {
  %0 = top.layer_norm %x scale = %s bias = %b {axis = 2 : i64, epsilon = 1.0e-5 : f32}
    : (tensor<1x197x768xf16>, tensor<768xf16>, tensor<768xf16>) -> tensor<1x197x768xf16>
  return %0 : tensor<1x197x768xf16>
}

// -----

// CHECK-LABEL: @instance_norm
// CHECK: tpu.normalize %{{.*}} : tensor<2x8x1x16xf32>
// CHECK: tpu.binary mul %{{.*}}, %{{.*}} : (tensor<2x8x4x4xf32>, tensor<1x8x1x1xf32>)
// CHECK: tpu.binary add %{{.*}}, %{{.*}} : (tensor<2x8x4x4xf32>, tensor<1x8x1x1xf32>)
func.func @instance_norm(%x: tensor<2x8x4x4xf32>, %s: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<2x8x4x4xf32> {
  %0 = top.instance_norm %x, %s, %b {epsilon = 1.0e-5 : f32} : (tensor<2x8x4x4xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<2x8x4x4xf32>
  return %0 : tensor<2x8x4x4xf32>
}

// -----

// CHECK-LABEL: @group_norm
// CHECK: tpu.normalize %{{.*}} : tensor<2x4x1x32xf32>
func.func @group_norm(%x: tensor<2x8x4x4xf32>, %s: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<2x8x4x4xf32> {
  %0 = top.group_norm %x, %s, %b {epsilon = 1.0e-5 : f32, num_groups = 4 : i64} : (tensor<2x8x4x4xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<2x8x4x4xf32>
  return %0 : tensor<2x8x4x4xf32>
}

// -----

// A line of 256 * 256 elements is cut into 16 parts, with which three lines fill 48 lanes.
// CHECK-LABEL: @long_lines
// CHECK-NOT: tpu.normalize
// CHECK: %[[P:.*]] = tpu.reshape %arg0 : tensor<1x3x256x256xf32> -> tensor<1x48x64x64xf32>
// CHECK: %[[M:.*]] = tpu.pool sum %[[P]] {kernel = array<i64: 64, 64>
// CHECK: tpu.binary sub %[[P]], %[[M]]
// CHECK: tpu.unary rsqrt %{{.*}} : tensor<1x3x1x1xf32>
// CHECK: tpu.upsample
func.func @long_lines(%x: tensor<1x3x256x256xf32>, %s: tensor<3xf32>, %b: tensor<3xf32>) -> tensor<1x3x256x256xf32> {
  %0 = top.instance_norm %x, %s, %b {epsilon = 1.0e-5 : f32} : (tensor<1x3x256x256xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<1x3x256x256xf32>
  return %0 : tensor<1x3x256x256xf32>
}

// -----

// scale / sqrt(3.75 + 0.25) = 1, 2; bias - mean * that = 10 - 1, 20 - 4.
// CHECK-LABEL: @batch_norm
// CHECK: %[[F:.*]] = top.weight dense<{{\[\[}}{{\[\[}}1.000000e+00]], {{\[\[}}2.000000e+00]]]]> : tensor<1x2x1x1xf32>
// CHECK: %[[M:.*]] = tpu.binary mul %arg0, %[[F]]
// CHECK: %[[O:.*]] = top.weight dense<{{\[\[}}{{\[\[}}9.000000e+00]], {{\[\[}}1.600000e+01]]]]> : tensor<1x2x1x1xf32>
// CHECK: tpu.binary add %[[M]], %[[O]]
func.func @batch_norm(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %s = top.weight dense<[2.0, 4.0]> : tensor<2xf32>
  %b = top.weight dense<[10.0, 20.0]> : tensor<2xf32>
  %m = top.weight dense<[1.0, 2.0]> : tensor<2xf32>
  %v = top.weight dense<3.75> : tensor<2xf32>
  %0 = top.batch_norm %x, %s, %b, %m, %v {epsilon = 0.25 : f32} : (tensor<1x2x4x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
  return %0 : tensor<1x2x4x4xf32>
}

// -----

// CHECK-LABEL: @rms_norm
// CHECK: %[[Q:.*]] = tpu.binary mul %arg0, %arg0
// CHECK: %[[M:.*]] = tpu.pool sum %[[Q]] {kernel = array<i64: 1, 4>, {{.*}}scale = 2.500000e-01
// CHECK: %[[E:.*]] = tpu.binary_scalar add %[[M]]
// CHECK: %[[R:.*]] = tpu.unary rsqrt %[[E]]
// CHECK: tpu.binary mul %arg0, %[[R]]
func.func @rms_norm(%x: tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32> {
  %0 = top.rms_norm %x {axis = 3 : i64, epsilon = 1.0e-5 : f32} : (tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32>
  return %0 : tensor<1x2x3x4xf32>
}

// -----

// CHECK-LABEL: @lp_normalization
// CHECK: %[[S:.*]] = tpu.pool sum
// CHECK: %[[R:.*]] = tpu.unary sqrt %[[S]]
// CHECK: %[[N:.*]] = tpu.binary_scalar max %[[R]], 1.17549435E-38
// CHECK: tpu.binary div %{{.*}}, %[[N]]
func.func @lp_normalization(%x: tensor<1x512xf32>) -> tensor<1x512xf32> {
  %0 = top.lp_normalization %x {axis = 1 : i64, p = 2 : i64} : (tensor<1x512xf32>) -> tensor<1x512xf32>
  return %0 : tensor<1x512xf32>
}

// -----

// Of size 4 the near channels are one before and two after.
// CHECK-LABEL: @lrn
// CHECK: tpu.pool sum %{{.*}} {kernel = array<i64: 4, 1>, pads = array<i64: 1, 0, 2, 0>, scale = 2.500000e-01 : f32, {{.*}} : tensor<1x1x8x16xf32>
func.func @lrn(%x: tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
  %0 = top.lrn %x {alpha = 1.0 : f32, beta = 0.75 : f32, bias = 1.0 : f32, size = 4 : i64} : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
  return %0 : tensor<1x8x4x4xf32>
}
