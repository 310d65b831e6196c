// RUN: tpu-opt %s --lower-top-to-tpu -split-input-file | FileCheck %s

// Channel o is multiplied by s * s[o] / s' = 0.5 * {0.25, 0.5} / 0.125 and gets
// (bias[o] - z * s * s[o] * sum of the filter) / s' + z' = ({1, 2} - 3 * {0.125, 0.25} * {3, -1}) / 0.125 + 5.
// CHECK-LABEL: @conv
// CHECK-DAG: %[[F:.*]] = top.weight dense_resource<{{.*}}> : tensor<1x2x1x64xi8>
// CHECK-DAG: %[[T:.*]] = top.weight dense<{{\[\[}}{{\[\[}}1.000000e+00, 4.000000e+00]], {{\[\[}}2.000000e+00, 2.700000e+01]]]]> : tensor<1x2x1x2xf32>
// CHECK: tpu.conv %{{.*}}, %[[F]] requant %[[T]] {{.*}}input_zero_point = 3 : i64{{.*}} : (tensor<1x2x4x4xi8>, {{.*}}) -> tensor<1x2x4x4xi8>
!x = !quant.uniform<i8:f32, 0.5:3>
!y = !quant.uniform<i8:f32, 0.125:5>
!w = !quant.uniform<i8:f32:0, {0.25, 0.5}>
func.func @conv(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %0 = top.cast %x {to = !x} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4x!x>
  %w = top.weight dense<[[[[1]], [[2]]], [[[-3]], [[2]]]]> : tensor<2x2x1x1xi8> as !w
  %b = top.weight dense<[1.0, 2.0]> : tensor<2xf32>
  %1 = top.conv %0, %w, %b strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64}
    : (tensor<1x2x4x4x!x>, tensor<2x2x1x1x!w>, tensor<2xf32>) -> tensor<1x2x4x4x!y>
  %2 = top.cast %1 {to = f32} : (tensor<1x2x4x4x!y>) -> tensor<1x2x4x4xf32>
  return %2 : tensor<1x2x4x4xf32>
}

// -----

// To floats: s' = 1 and z' = 0. A long pad is written out, in zero points.
// CHECK-LABEL: @conv_to_floats
// CHECK: %[[Q:.*]] = tpu.quantize %{{.*}} {scale = 5.000000e-01 : f32, {{.*}}zero_point = 3 : i64{{.*}}}
// CHECK: %[[P:.*]] = tpu.pad %[[Q]] {{.*}}value = 3.000000e+00 : f32{{.*}}}
// CHECK: dense<{{\[\[}}{{\[\[}}1.250000e-01, 6.250000e-01]]]]> : tensor<1x1x1x2xf32>
// CHECK: tpu.conv %[[P]], {{.*}}relu{{.*}} -> tensor<1x1x1x21xf16>
!x = !quant.uniform<u8:f32, 0.5:3>
!w = !quant.uniform<i8:f32, 0.25>
func.func @conv_to_floats(%x: tensor<1x1x4xf32>) -> tensor<1x1x21xf16> {
  %0 = top.cast %x {to = !x} : (tensor<1x1x4xf32>) -> tensor<1x1x4x!x>
  %w = top.weight dense<[[[1]]]> : tensor<1x1x1xi8> as !w
  %b = top.weight dense<[1.0]> : tensor<1xf32>
  %1 = top.conv %0, %w, %b strides = [1] pads = [17, 0] dilations = [1] {group = 1 : i64, relu}
    : (tensor<1x1x4x!x>, tensor<1x1x1x!w>, tensor<1xf32>) -> tensor<1x1x21xf16>
  return %1 : tensor<1x1x21xf16>
}

// -----

// Storing in u8 cuts off what is negative, and at the limit what is more; otherwise a table does.
// CHECK-LABEL: @relu
// CHECK: %[[C:.*]] = tpu.conv {{.*}} -> tensor<1x1x4x4xui8>
// CHECK-NOT: tpu.lookup
// CHECK: %[[D:.*]] = tpu.conv %[[C]], {{.*}} relu{{.*}} -> tensor<1x1x4x4xi8>
// CHECK: %[[L:.*]] = tpu.lookup %[[D]], %{{.*}} -> tensor<1x1x4x4xi8>
// CHECK: tpu.dequantize %[[L]]
!x = !quant.uniform<u8:f32, 0.0078125>
!y = !quant.uniform<i8:f32, 0.0625>
!w = !quant.uniform<i8:f32, 0.25>
func.func @relu(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32> {
  %0 = top.cast %x {to = !x} : (tensor<1x1x4x4xf32>) -> tensor<1x1x4x4x!x>
  %w = top.weight dense<[[[[1]]]]> : tensor<1x1x1x1xi8> as !w
  %1 = top.conv %0, %w strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64, relu, relu_limit = 6.0 : f32}
    : (tensor<1x1x4x4x!x>, tensor<1x1x1x1x!w>) -> tensor<1x1x4x4x!x>
  %2 = top.relu %1 : tensor<1x1x4x4x!x>
  %3 = top.conv %2, %w strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64, relu, relu_limit = 6.0 : f32}
    : (tensor<1x1x4x4x!x>, tensor<1x1x1x1x!w>) -> tensor<1x1x4x4x!y>
  %4 = top.cast %3 {to = f32} : (tensor<1x1x4x4x!y>) -> tensor<1x1x4x4xf32>
  return %4 : tensor<1x1x4x4xf32>
}

// -----

// Scales relative to the result's; a product has one. A constant of one value makes a table, or nothing where the
// integers stay.
// CHECK-LABEL: @arithmetic
// CHECK: %[[A:.*]] = tpu.quantized_binary add %{{.*}}, %{{.*}} {lhs_scale = 2.000000e+00 : f32, rhs_scale = 2.000000e+00 : f32, {{.*}}zero_point = 7 : i64{{.*}}}
// CHECK: %[[M:.*]] = tpu.quantized_binary mul %[[A]], %{{.*}} {lhs_scale = 1.250000e-01 : f32, lhs_zero_point = 7 : i64{{.*}}}
// CHECK: %[[L:.*]] = tpu.lookup %[[M]]
// CHECK: tpu.dequantize %[[L]] {scale = 5.000000e-01
!x = !quant.uniform<u8:f32, 0.5>
!s = !quant.uniform<i8:f32, 0.25:7>
!y = !quant.uniform<u8:f32, 1.0>
func.func @arithmetic(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %0 = top.cast %x {to = !x} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4x!x>
  %1 = top.add %0, %0 : (tensor<1x2x4x4x!x>, tensor<1x2x4x4x!x>) -> tensor<1x2x4x4x!s>
  %2 = top.mul %1, %0 : (tensor<1x2x4x4x!s>, tensor<1x2x4x4x!x>) -> tensor<1x2x4x4x!y>
  %w = top.weight dense<0.5> : tensor<1xf32>
  %3 = top.mul %2, %w : (tensor<1x2x4x4x!y>, tensor<1xf32>) -> tensor<1x2x4x4x!x>
  %quarter = top.weight dense<0.25> : tensor<1xf32>
  %4 = top.mul %3, %quarter : (tensor<1x2x4x4x!x>, tensor<1xf32>) -> tensor<1x2x4x4x!x>
  %5 = top.cast %4 {to = f32} : (tensor<1x2x4x4x!x>) -> tensor<1x2x4x4xf32>
  return %5 : tensor<1x2x4x4xf32>
}

// -----

// The table of max(x, 1), steps of 0.5 to steps of 0.25: entry q holds 4 * max(q / 2, 1), at most 255.
// CHECK-LABEL: @table
// CHECK: tpu.lookup
// CHECK: : "0x{{[0-9A-F][0-9A-F][0-9A-F][0-9A-F][0-9A-F][0-9A-F][0-9A-F][0-9A-F]}}04040406080A{{.*}}FCFEFFFF{{F*}}"
!x = !quant.uniform<u8:f32, 0.5>
!y = !quant.uniform<u8:f32, 0.25>
func.func @table(%x: tensor<1x8xf32>) -> tensor<1x8xf32> {
  %0 = top.cast %x {to = !x} : (tensor<1x8xf32>) -> tensor<1x8x!x>
  %1 = top.clip %0 {min = 1.0 : f32, max = 1000.0 : f32} : (tensor<1x8x!x>) -> tensor<1x8x!y>
  %2 = top.cast %1 {to = f32} : (tensor<1x8x!y>) -> tensor<1x8xf32>
  return %2 : tensor<1x8xf32>
}

// -----

// The chip has no maximum of two integers: the taps become rows of a window.
// CHECK-LABEL: @dilated
// CHECK: %[[C:.*]] = tpu.concat {{.*}} -> tensor<1x2x4x12xui8>
// CHECK: tpu.pool max %[[C]] {kernel = array<i64: 4, 1>, {{.*}} : tensor<1x2x4x12xui8> -> tensor<1x2x1x12xui8>
!u = !quant.uniform<u8:f32, 0.5:128>
func.func @dilated(%x: tensor<1x2x5x6xf32>) -> tensor<1x2x3x4xf32> {
  %0 = top.cast %x {to = !u} : (tensor<1x2x5x6xf32>) -> tensor<1x2x5x6x!u>
  %1 = top.max_pool %0 kernel = [2, 2] strides = [1, 1] pads = [0, 0, 0, 0] dilations = [2, 2]
    : (tensor<1x2x5x6x!u>) -> tensor<1x2x3x4x!u>
  %2 = top.cast %1 {to = f32} : (tensor<1x2x3x4x!u>) -> tensor<1x2x3x4xf32>
  return %2 : tensor<1x2x3x4xf32>
}

// -----

// The mean of four steps of 0.5 - 3 * 0.5 each, in steps of 0.25: sum / 2 - 6.
// CHECK-LABEL: @pools
// CHECK: %[[M:.*]] = tpu.pool max {{.*}} : tensor<1x2x4x4xi8> -> tensor<1x2x2x2xi8>
// CHECK: %[[A:.*]] = tpu.pool sum %[[M]] {input_zero_point = 3 : i64, {{.*}}offset = -6.000000e+00 : f32, {{.*}}scale = 5.000000e-01 : f32
// CHECK: tpu.pool sum %[[A]]
!x = !quant.uniform<i8:f32, 0.5:3>
!y = !quant.uniform<u8:f32, 0.25>
func.func @pools(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x1x1xf32> {
  %0 = top.cast %x {to = !x} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4x!x>
  %1 = top.max_pool %0 kernel = [2, 2] strides = [2, 2] pads = [0, 0, 0, 0] dilations = [1, 1]
    : (tensor<1x2x4x4x!x>) -> tensor<1x2x2x2x!x>
  %2 = top.average_pool %1 kernel = [2, 2] strides = [2, 2] pads = [1, 1, 1, 1] dilations = [1, 1] {count_include_pad}
    : (tensor<1x2x2x2x!x>) -> tensor<1x2x2x2x!y>
  %3 = top.reduce mean %2 axes = [2, 3] {keepdims} : (tensor<1x2x2x2x!y>) -> tensor<1x2x1x1x!y>
  %4 = top.cast %3 {to = f32} : (tensor<1x2x1x1x!y>) -> tensor<1x2x1x1xf32>
  return %4 : tensor<1x2x1x1xf32>
}

// -----

// Elements move as they are; values of another scale are converted first, and padding is stored.
// CHECK-LABEL: @move
// CHECK-DAG: %[[X:.*]] = tpu.quantize
// CHECK-DAG: %[[R:.*]] = tpu.requant %[[X]] {{.*}}scale = 2.000000e+00 : f32
// CHECK: %[[C:.*]] = tpu.concat %[[R]], %{{.*}} -> tensor<1x4x4x4xi8>
// CHECK: tpu.pad %[[C]] {{.*}}value = 9.000000e+00 : f32
!x = !quant.uniform<u8:f32, 0.5>
!y = !quant.uniform<i8:f32, 0.25:5>
func.func @move(%x: tensor<1x2x4x4xf32>) -> tensor<1x4x4x5xf32> {
  %0 = top.cast %x {to = !x} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4x!x>
  %1 = top.cast %x {to = !y} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4x!y>
  %2 = top.concat %0, %1 {axis = 1 : i64} : (tensor<1x2x4x4x!x>, tensor<1x2x4x4x!y>) -> tensor<1x4x4x4x!y>
  %3 = top.pad constant %2 pads = [0, 0, 0, 0, 0, 0, 0, 1] {value = 1.0 : f32} : (tensor<1x4x4x4x!y>) -> tensor<1x4x4x5x!y>
  %4 = top.cast %3 {to = f32} : (tensor<1x4x4x5x!y>) -> tensor<1x4x4x5xf32>
  return %4 : tensor<1x4x4x5xf32>
}

// -----

// One command has one scale: columns of others, and a bias, are computed in f32 behind it.
// CHECK-LABEL: @matmul
// CHECK-DAG: %[[S:.*]] = top.weight dense<{{\[\[}}{{\[\[}}5.000000e-01, 1.000000e+00]]]]> : tensor<1x1x1x2xf32>
// CHECK-DAG: %[[P:.*]] = tpu.matmul %{{.*}}, %{{.*}} {lhs_zero_point = 3 : i64, scale = 2.500000e-01 : f32{{.*}}} : (tensor<1x16x1x4xi8>, tensor<1x4x1x2xi8>) -> tensor<1x16x1x2xf32>
// CHECK: %[[M:.*]] = tpu.binary mul %[[P]], %[[S]]
// CHECK: %[[A:.*]] = tpu.binary add %[[M]], %{{.*}}
// CHECK: %[[Q:.*]] = tpu.quantize %[[A]] {scale = 5.000000e-01 : f32, {{.*}}zero_point = 3 : i64{{.*}}}
// CHECK: tpu.matmul %{{.*}}, %{{.*}} {lhs_zero_point = 3 : i64, offset = 3.000000e+00 : f32, rhs_zero_point = 3 : i64, scale = 5.000000e-01 : f32, {{.*}}transpose_rhs} : {{.*}} -> tensor<1x16x1x16xi8>
!x = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8:f32:1, {0.25, 0.5}>
func.func @matmul(%x: tensor<16x4xf32>) -> tensor<16x16xf32> {
  %0 = top.cast %x {to = !x} : (tensor<16x4xf32>) -> tensor<16x4x!x>
  %w = top.weight dense<[[1, 2], [3, 4], [5, 6], [7, 8]]> : tensor<4x2xi8> as !w
  %b = top.weight dense<[1.0, 2.0]> : tensor<2xf32>
  %1 = top.matmul %0, %w, %b : (tensor<16x4x!x>, tensor<4x2x!w>, tensor<2xf32>) -> tensor<16x2x!x>
  %2 = top.matmul %1, %1 {transpose_rhs} : (tensor<16x2x!x>, tensor<16x2x!x>) -> tensor<16x16x!x>
  %3 = top.cast %2 {to = f32} : (tensor<16x16x!x>) -> tensor<16x16xf32>
  return %3 : tensor<16x16xf32>
}

// -----

// Channels with steps of their own: the convolution stores each by its factor, 0.5 * 0.25 / {0.125, 0.25}, a table of
// each channel computes the function, and the multiplication leaves the integers as they are.
// CHECK-LABEL: @channels
// CHECK: top.weight dense<{{\[\[}}{{\[\[}}1.000000e+00, 3.000000e+00]], {{\[\[}}5.000000e-01, 0.000000e+00]]]]> : tensor<1x2x1x2xf32>
// CHECK: %[[C:.*]] = tpu.conv {{.*}} -> tensor<1x2x4x4xi8>
// CHECK: %[[T:.*]] = top.weight dense_resource<{{.*}}> : tensor<1x2x1x256xi8>
// CHECK: %[[L:.*]] = tpu.lookup %[[C]], %[[T]] : (tensor<1x2x4x4xi8>, tensor<1x2x1x256xi8>) -> tensor<1x2x4x4xi8>
// CHECK-NEXT: tpu.dequantize %[[L]] {scale = 2.500000e-01
!x = !quant.uniform<i8:f32, 0.5>
!c = !quant.uniform<i8:f32:1, {0.125:3, 0.25}>
!s = !quant.uniform<i8:f32:1, {0.25, 0.0625}>
!y = !quant.uniform<i8:f32, 0.25>
!w = !quant.uniform<i8:f32, 0.25>
func.func @channels(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %0 = top.cast %x {to = !x} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4x!x>
  %w = top.weight dense<1> : tensor<2x2x1x1xi8> as !w
  %1 = top.conv %0, %w strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64}
    : (tensor<1x2x4x4x!x>, tensor<2x2x1x1x!w>) -> tensor<1x2x4x4x!c>
  %2 = top.silu %1 : (tensor<1x2x4x4x!c>) -> tensor<1x2x4x4x!s>
  %f = top.weight dense<[[[1.0]], [[4.0]]]> : tensor<2x1x1xf32>
  %3 = top.mul %2, %f : (tensor<1x2x4x4x!s>, tensor<2x1x1xf32>) -> tensor<1x2x4x4x!y>
  %4 = top.cast %3 {to = f32} : (tensor<1x2x4x4x!y>) -> tensor<1x2x4x4xf32>
  return %4 : tensor<1x2x4x4xf32>
}

// -----

// Integers of scale 1 can be passed: they are the numbers themselves.
// CHECK-LABEL: @pixels
// CHECK-SAME: (%[[X:.*]]: tensor<1x2x4x3xui8>)
// CHECK: tpu.permute %[[X]] {{.*}} -> tensor<1x3x2x4xui8>
// CHECK: tpu.depthwise {{.*}} : (tensor<1x3x2x4xui8>, {{.*}}) -> tensor<1x3x2x4xf16>
!x = !quant.uniform<u8:f32, 1.0>
!w = !quant.uniform<i8:f32, 0.25>
func.func @pixels(%x: tensor<1x2x4x3x!x>) -> tensor<1x3x2x4xf16> {
  %0 = top.transpose %x perm = [0, 3, 1, 2] : (tensor<1x2x4x3x!x>) -> tensor<1x3x2x4x!x>
  %w = top.weight dense<1> : tensor<3x1x1x1xi8> as !w
  %b = top.weight dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %1 = top.conv %0, %w, %b strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 3 : i64}
    : (tensor<1x3x2x4x!x>, tensor<3x1x1x1x!w>, tensor<3xf32>) -> tensor<1x3x2x4xf16>
  return %1 : tensor<1x3x2x4xf16>
}
