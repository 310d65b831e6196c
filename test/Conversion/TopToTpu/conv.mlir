// RUN: tpu-opt %s --lower-top-to-tpu -split-input-file | FileCheck %s

// One input channel at a time in f32; taps stay in order within a channel.
// CHECK-LABEL: @pack_f32
// CHECK: %[[F:.*]] = top.weight dense<{{\[\[}}{{\[\[}}1.000000e+00], [2.000000e+00], [3.000000e+00], [4.000000e+00]]]]> : tensor<1x1x4x1xf32>
// CHECK: %[[B:.*]] = top.weight dense<5.000000e-01> : tensor<1x1x1x1xf32>
// CHECK: tpu.conv %arg0, %[[F]], %[[B]]
// CHECK-SAME: dilations = array<i64: 1, 1>, kernel = array<i64: 1, 2>, pads = array<i64: 0, 1, 0, 0>, relu, strides = array<i64: 2, 1>
// CHECK-SAME: -> tensor<1x1x2x4xf32>
func.func @pack_f32(%x: tensor<1x2x4x4xf32>) -> tensor<1x1x2x4xf32> {
  %f = top.weight dense<[[[[1.0, 2.0]], [[3.0, 4.0]]]]> : tensor<1x2x1x2xf32>
  %b = top.weight dense<0.5> : tensor<1xf32>
  %0 = top.conv %x, %f, %b strides = [2, 1] pads = [0, 1, 0, 0] dilations = [1, 1] {group = 1 : i64, relu}
    : (tensor<1x2x4x4xf32>, tensor<1x2x1x2xf32>, tensor<1xf32>) -> tensor<1x1x2x4xf32>
  return %0 : tensor<1x1x2x4xf32>
}

// -----

// 32 input channels together in 16 bits, missing ones zero; the bias is f32 and a limit becomes a minimum.
// CHECK-LABEL: @pack_f16
// CHECK: %[[F:.*]] = top.weight dense_resource<y> : tensor<1x1x1x32xf16>
// CHECK: %[[B:.*]] = top.weight dense<5.000000e-01> : tensor<1x1x1x1xf32>
// CHECK: %[[C:.*]] = tpu.conv %arg0, %[[F]], %[[B]]
// CHECK: tpu.binary_scalar min %[[C]], 6.000000e+00
// CHECK: y: "0x{{[0-9A-F]*}}003C0040{{0+}}"
func.func @pack_f16(%x: tensor<1x2x4x4xf16>) -> tensor<1x1x4x4xf16> {
  %f = top.weight dense<[[[[1.0]], [[2.0]]]]> : tensor<1x2x1x1xf16>
  %b = top.weight dense<0.5> : tensor<1xf16>
  %0 = top.conv %x, %f, %b strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64, relu, relu_limit = 6.0 : f32}
    : (tensor<1x2x4x4xf16>, tensor<1x2x1x1xf16>, tensor<1xf16>) -> tensor<1x1x4x4xf16> loc("y")
  return %0 : tensor<1x1x4x4xf16>
}

// -----

// CHECK-LABEL: @one_dimension
// CHECK: %[[X:.*]] = tpu.reshape %arg0 : tensor<1x2x8xf32> -> tensor<1x2x1x8xf32>
// CHECK: tpu.conv %[[X]]
// CHECK-SAME: dilations = array<i64: 1, 2>, kernel = array<i64: 1, 3>, pads = array<i64: 0, 1, 0, 3>, strides = array<i64: 1, 1>
func.func @one_dimension(%x: tensor<1x2x8xf32>) -> tensor<1x1x8xf32> {
  %f = top.weight dense<1.0> : tensor<1x2x3xf32>
  %0 = top.conv %x, %f strides = [1] pads = [1, 3] dilations = [2] {group = 1 : i64}
    : (tensor<1x2x8xf32>, tensor<1x2x3xf32>) -> tensor<1x1x8xf32>
  return %0 : tensor<1x1x8xf32>
}

// -----

// CHECK-LABEL: @depthwise
// CHECK: %[[F:.*]] = top.weight dense<{{.*}}> : tensor<1x2x1x3xf32>
// CHECK: tpu.depthwise %arg0, %[[F]]
func.func @depthwise(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x2xf32> {
  %f = top.weight dense<[[[[1.0, 2.0, 3.0]]], [[[4.0, 5.0, 6.0]]]]> : tensor<2x1x1x3xf32>
  %0 = top.conv %x, %f strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 2 : i64}
    : (tensor<1x2x4x4xf32>, tensor<2x1x1x3xf32>) -> tensor<1x2x4x2xf32>
  return %0 : tensor<1x2x4x2xf32>
}

// -----

// Two outputs of each channel: channels 0, 0, 1, 1.
// CHECK-LABEL: @depthwise_multiplier
// CHECK: %[[V:.*]] = tpu.reshape %arg0 : tensor<3x2x4x4xf32> -> tensor<6x1x4x4xf32>
// CHECK: %[[R:.*]] = tpu.broadcast %[[V]] : tensor<6x1x4x4xf32> -> tensor<6x2x4x4xf32>
// CHECK: %[[X:.*]] = tpu.reshape %[[R]] : tensor<6x2x4x4xf32> -> tensor<3x4x4x4xf32>
// CHECK: tpu.depthwise %[[X]]
func.func @depthwise_multiplier(%x: tensor<3x2x4x4xf32>) -> tensor<3x4x4x4xf32> {
  %f = top.weight dense<1.0> : tensor<4x1x1x1xf32>
  %0 = top.conv %x, %f strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 2 : i64}
    : (tensor<3x2x4x4xf32>, tensor<4x1x1x1xf32>) -> tensor<3x4x4x4xf32>
  return %0 : tensor<3x4x4x4xf32>
}

// -----

// CHECK-LABEL: @groups_sliced
// CHECK: %[[A:.*]] = tpu.slice %arg0 {offsets = array<i64: 0, 0, 0, 0>, {{.*}}} : tensor<1x64x2x2xf32> -> tensor<1x32x2x2xf32>
// CHECK: %[[C:.*]] = tpu.conv %[[A]]
// CHECK: %[[B:.*]] = tpu.slice %arg0 {offsets = array<i64: 0, 32, 0, 0>, {{.*}}}
// CHECK: %[[D:.*]] = tpu.conv %[[B]]
// CHECK: tpu.concat %[[C]], %[[D]] {axis = 1 : i64}
func.func @groups_sliced(%x: tensor<1x64x2x2xf32>) -> tensor<1x4x2x2xf32> {
  %f = top.weight dense<1.0> : tensor<4x32x1x1xf32>
  %0 = top.conv %x, %f strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 2 : i64}
    : (tensor<1x64x2x2xf32>, tensor<4x32x1x1xf32>) -> tensor<1x4x2x2xf32>
  return %0 : tensor<1x4x2x2xf32>
}

// -----

// Rows: outputs 0 and 1 see inputs 0 and 1 only.
// CHECK-LABEL: @groups_joined
// CHECK: top.weight dense<{{\[\[}}{{\[\[}}1.000000e+00], [2.000000e+00], [0.000000e+00], [0.000000e+00]], {{\[\[}}0.000000e+00], [0.000000e+00], [3.000000e+00], [4.000000e+00]]]]> : tensor<1x2x4x1xf32>
// CHECK: tpu.conv
func.func @groups_joined(%x: tensor<1x4x2x2xf32>) -> tensor<1x2x2x2xf32> {
  %f = top.weight dense<[[[[1.0]], [[2.0]]], [[[3.0]], [[4.0]]]]> : tensor<2x2x1x1xf32>
  %0 = top.conv %x, %f strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 2 : i64}
    : (tensor<1x4x2x2xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x2x2xf32>
  return %0 : tensor<1x2x2x2xf32>
}

// -----

// Only the pads that exceed 15 are written around the input.
// CHECK-LABEL: @long_pad
// CHECK: %[[P:.*]] = tpu.pad %arg0 {high = array<i64: 0, 0, 0, 0>, low = array<i64: 0, 0, 0, 16>, value = 0.000000e+00 : f32}
// CHECK: tpu.conv %[[P]]
// CHECK-SAME: pads = array<i64: 0, 0, 0, 15>
func.func @long_pad(%x: tensor<1x1x1x40xf32>) -> tensor<1x1x1x40xf32> {
  %f = top.weight dense<1.0> : tensor<1x1x1x32xf32>
  %0 = top.conv %x, %f strides = [1, 1] pads = [0, 16, 0, 15] dilations = [1, 1] {group = 1 : i64}
    : (tensor<1x1x1x40xf32>, tensor<1x1x1x32xf32>) -> tensor<1x1x1x40xf32>
  return %0 : tensor<1x1x1x40xf32>
}

// -----

// Patches of 16 x 16: 256 times the channels, one pixel each.
// CHECK-LABEL: @long_stride
// CHECK: tpu.permute
// CHECK: %[[X:.*]] = tpu.reshape {{.*}} -> tensor<1x768x2x2xf32>
// CHECK: tpu.conv %[[X]]
// CHECK-SAME: kernel = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>
// CHECK-SAME: -> tensor<1x8x2x2xf32>
func.func @long_stride(%x: tensor<1x3x32x32xf32>) -> tensor<1x8x2x2xf32> {
  %f = top.weight dense<1.0> : tensor<8x3x16x16xf32>
  %0 = top.conv %x, %f strides = [16, 16] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64}
    : (tensor<1x3x32x32xf32>, tensor<8x3x16x16xf32>) -> tensor<1x8x2x2xf32>
  return %0 : tensor<1x8x2x2xf32>
}

// -----

// 1 + 17 taps, all but two of them zero.
// CHECK-LABEL: @long_dilation
// CHECK: tpu.conv
// CHECK-SAME: dilations = array<i64: 1, 1>, kernel = array<i64: 1, 18>
func.func @long_dilation(%x: tensor<1x1x1x20xf32>) -> tensor<1x1x1x3xf32> {
  %f = top.weight dense<1.0> : tensor<1x1x1x2xf32>
  %0 = top.conv %x, %f strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 17] {group = 1 : i64}
    : (tensor<1x1x1x20xf32>, tensor<1x1x1x2xf32>) -> tensor<1x1x1x3xf32>
  return %0 : tensor<1x1x1x3xf32>
}

// -----

// The filter is turned, and pads are k - 1 - p.
// CHECK-LABEL: @transposed
// CHECK: top.weight dense<{{\[\[}}{{\[\[}}3.000000e+00], [2.000000e+00], [1.000000e+00]]]]> : tensor<1x1x3x1xf32>
// CHECK: tpu.conv
// CHECK-SAME: insertion = array<i64: 1, 1>, kernel = array<i64: 1, 3>, pads = array<i64: 0, 1, 0, 2>, strides = array<i64: 1, 1>
// CHECK-SAME: -> tensor<1x1x1x8xf32>
func.func @transposed(%x: tensor<1x1x1x4xf32>) -> tensor<1x1x1x8xf32> {
  %f = top.weight dense<[[[[1.0, 2.0, 3.0]]]]> : tensor<1x1x1x3xf32>
  %0 = top.conv_transpose %x, %f strides = [2, 2] pads = [0, 1, 0, 1] dilations = [1, 1] output_padding = [0, 1] {group = 1 : i64}
    : (tensor<1x1x1x4xf32>, tensor<1x1x1x3xf32>) -> tensor<1x1x1x8xf32>
  return %0 : tensor<1x1x1x8xf32>
}

// -----

// A pad beyond k - 1 cuts the result.
// CHECK-LABEL: @transposed_cropped
// CHECK: %[[C:.*]] = tpu.conv {{.*}} -> tensor<1x1x1x7xf32>
// CHECK: tpu.slice %[[C]] {offsets = array<i64: 0, 0, 0, 1>, {{.*}}} : tensor<1x1x1x7xf32> -> tensor<1x1x1x5xf32>
func.func @transposed_cropped(%x: tensor<1x1x1x4xf32>) -> tensor<1x1x1x5xf32> {
  %f = top.weight dense<1.0> : tensor<1x1x1x1xf32>
  %0 = top.conv_transpose %x, %f strides = [1, 2] pads = [0, 1, 0, 1] dilations = [1, 1] output_padding = [0, 0] {group = 1 : i64}
    : (tensor<1x1x1x4xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x1x5xf32>
  return %0 : tensor<1x1x1x5xf32>
}

// -----

// The unit for single channels takes a bias of its operands' type.
// CHECK-LABEL: @depthwise_f16
// CHECK: top.weight dense<5.000000e-01> : tensor<1x2x1x1xf16>
// CHECK: tpu.depthwise
func.func @depthwise_f16(%x: tensor<1x2x4x4xf16>) -> tensor<1x2x4x4xf16> {
  %f = top.weight dense<1.0> : tensor<2x1x1x1xf16>
  %b = top.weight dense<0.5> : tensor<2xf32>
  %0 = top.conv %x, %f, %b strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 2 : i64}
    : (tensor<1x2x4x4xf16>, tensor<2x1x1x1xf16>, tensor<2xf32>) -> tensor<1x2x4x4xf16>
  return %0 : tensor<1x2x4x4xf16>
}

// -----

// Of 3 input channels and 7 rows of a kernel, 21 channels: row ky of the kernel meets every second row from ky on.
// CHECK-LABEL: @stem
// CHECK: %[[P:.*]] = tpu.pad %arg0 {high = array<i64: 0, 0, 3, 0>, low = array<i64: 0, 0, 3, 0>, value = 0.000000e+00 : f32}
// CHECK: tpu.slice %[[P]] {offsets = array<i64: 0, 0, 0, 0>, steps = array<i64: 1, 1, 2, 1>} : tensor<1x3x22x16xf16> -> tensor<1x3x8x16xf16>
// CHECK: tpu.slice %[[P]] {offsets = array<i64: 0, 0, 6, 0>, steps = array<i64: 1, 1, 2, 1>}
// CHECK: %[[C:.*]] = tpu.concat {{.*}} {axis = 1 : i64} : {{.*}} -> tensor<1x21x8x16xf16>
// CHECK: tpu.conv %[[C]], {{.*}} kernel = array<i64: 1, 7>, pads = array<i64: 0, 3, 0, 3>, strides = array<i64: 1, 2>
func.func @stem(%x: tensor<1x3x16x16xf16>) -> tensor<1x8x8x8xf16> {
  %f = top.weight dense<1.0> : tensor<8x3x7x7xf16>
  %0 = top.conv %x, %f strides = [2, 2] pads = [3, 3, 3, 3] dilations = [1, 1] {group = 1 : i64}
    : (tensor<1x3x16x16xf16>, tensor<8x3x7x7xf16>) -> tensor<1x8x8x8xf16>
  return %0 : tensor<1x8x8x8xf16>
}
