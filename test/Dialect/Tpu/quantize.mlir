// RUN: tpu-opt %s | tpu-opt | FileCheck %s

// CHECK-LABEL: func @conv
func.func @conv(%x: tensor<1x40x8x8xui8>, %f: tensor<1x64x9x64xi8>, %t: tensor<1x64x1x2xf32>) -> tensor<1x64x8x8xi8> {
  // CHECK: tpu.conv %{{.*}}, %{{.*}} requant %{{.*}} {dilations = array<i64: 1, 1>, input_zero_point = 3 : i64, kernel
  %y = tpu.conv %x, %f requant %t {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>,
    dilations = array<i64: 1, 1>, input_zero_point = 3 : i64} : (tensor<1x40x8x8xui8>, tensor<1x64x9x64xi8>, tensor<1x64x1x2xf32>) -> tensor<1x64x8x8xi8>
  return %y : tensor<1x64x8x8xi8>
}

// CHECK-LABEL: func @depthwise
func.func @depthwise(%x: tensor<1x40x8x8xi8>, %f: tensor<1x40x3x3xi8>, %t: tensor<1x40x1x2xf32>) -> tensor<1x40x8x8xf16> {
  // CHECK: tpu.depthwise %{{.*}}, %{{.*}} requant %{{.*}} -> tensor<1x40x8x8xf16>
  %y = tpu.depthwise %x, %f requant %t {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>,
    dilations = array<i64: 1, 1>} : (tensor<1x40x8x8xi8>, tensor<1x40x3x3xi8>, tensor<1x40x1x2xf32>) -> tensor<1x40x8x8xf16>
  return %y : tensor<1x40x8x8xf16>
}

// CHECK-LABEL: func @matmul
func.func @matmul(%a: tensor<1x8x1x4xui8>, %b: tensor<1x6x1x4xi8>) -> tensor<1x8x1x6xi8> {
  // CHECK: tpu.matmul %{{.*}}, %{{.*}} {lhs_zero_point = 128 : i64, offset = 2.000000e+00 : f32, scale = 5.000000e-01 : f32, transpose_rhs}
  %y = tpu.matmul %a, %b {lhs_zero_point = 128 : i64, offset = 2.0 : f32, scale = 0.5 : f32, transpose_rhs}
    : (tensor<1x8x1x4xui8>, tensor<1x6x1x4xi8>) -> tensor<1x8x1x6xi8>
  return %y : tensor<1x8x1x6xi8>
}

// CHECK-LABEL: func @pool
func.func @pool(%x: tensor<1x8x8x8xi8>) -> tensor<1x8x4x4xui8> {
  // CHECK: tpu.pool sum %{{.*}} {input_zero_point = -7 : i64, {{.*}} tensor<1x8x8x8xi8> -> tensor<1x8x4x4xui8>
  %y = tpu.pool sum %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, scale = 0.25 : f32,
    offset = 7.0 : f32, input_zero_point = -7 : i64} : tensor<1x8x8x8xi8> -> tensor<1x8x4x4xui8>
  return %y : tensor<1x8x4x4xui8>
}

// CHECK-LABEL: func @scales
func.func @scales(%x: tensor<1x8x4x4xf16>) -> tensor<1x8x4x4xbf16> {
  // CHECK: tpu.quantize %{{.*}} {scale = 5.000000e-01 : f32, zero_point = 3 : i64} : tensor<1x8x4x4xf16> -> tensor<1x8x4x4xi8>
  %0 = tpu.quantize %x {scale = 0.5 : f32, zero_point = 3 : i64} : tensor<1x8x4x4xf16> -> tensor<1x8x4x4xi8>
  // CHECK: tpu.requant %{{.*}} {input_zero_point = 3 : i64, scale = 7.500000e-01 : f32} : tensor<1x8x4x4xi8> -> tensor<1x8x4x4xui8>
  %1 = tpu.requant %0 {scale = 0.75 : f32, input_zero_point = 3 : i64} : tensor<1x8x4x4xi8> -> tensor<1x8x4x4xui8>
  // CHECK: tpu.dequantize %{{.*}} {scale = 2.500000e-01 : f32} : tensor<1x8x4x4xui8> -> tensor<1x8x4x4xbf16>
  %2 = tpu.dequantize %1 {scale = 0.25 : f32} : tensor<1x8x4x4xui8> -> tensor<1x8x4x4xbf16>
  return %2 : tensor<1x8x4x4xbf16>
}

// CHECK-LABEL: func @curve
func.func @curve(%x: tensor<1x8x4x4xi8>) -> tensor<1x8x4x4xi8> {
  // CHECK: tpu.curve %{{.*}} {argument_shift = 7 : i64, centre = -3 : i64, limit = 90 : i64, offset = 5 : i64, p = array<f32: 0.000000e+00, -2.500000e+00>, slope = 64 : i64, slope_shift = 0 : i64} : tensor<1x8x4x4xi8>
  %0 = tpu.curve %x {centre = -3 : i64, limit = 90 : i64, argument_shift = 7 : i64, p = array<f32: 0.0, -2.5>, slope = 64 : i64,
    slope_shift = 0 : i64, offset = 5 : i64} : tensor<1x8x4x4xi8>
  return %0 : tensor<1x8x4x4xi8>
}

// CHECK-LABEL: func @binary
func.func @binary(%a: tensor<1x8x4x4xi8>, %b: tensor<1x1x4x4xui8>, %t: tensor<1x1x1x256xui8>) -> tensor<1x8x4x4xui8> {
  // CHECK: tpu.quantized_binary add %{{.*}}, %{{.*}} {lhs_scale = 5.000000e-01 : f32, rhs_scale = 7.500000e-01 : f32, zero_point = -1 : i64}
  %0 = tpu.quantized_binary add %a, %b {lhs_scale = 0.5 : f32, rhs_scale = 0.75 : f32, zero_point = -1 : i64}
    : (tensor<1x8x4x4xi8>, tensor<1x1x4x4xui8>) -> tensor<1x8x4x4xi8>
  // CHECK: tpu.lookup
  %1 = tpu.lookup %0, %t : (tensor<1x8x4x4xi8>, tensor<1x1x1x256xui8>) -> tensor<1x8x4x4xui8>
  // CHECK: tpu.pad
  %2 = tpu.pad %1 {low = array<i64: 0, 0, 1, 1>, high = array<i64: 0, 0, 1, 1>, value = 255.0 : f32} : tensor<1x8x4x4xui8> -> tensor<1x8x6x6xui8>
  // CHECK: tpu.subsample
  %3 = tpu.subsample %2 {offsets = array<i64: 0, 0>, steps = array<i64: 3, 3>} : tensor<1x8x6x6xui8> -> tensor<1x8x2x2xui8>
  // CHECK: tpu.upsample
  %4 = tpu.upsample %3 {scale = array<i64: 2, 2>} : tensor<1x8x2x2xui8> -> tensor<1x8x4x4xui8>
  return %4 : tensor<1x8x4x4xui8>
}
