// RUN: tpu-opt %s -split-input-file -verify-diagnostics

func.func @conv_c1(%x: tensor<1x4x8x8xf32>, %w: tensor<8x4x3xf32>) {
  // expected-error @+1 {{'top.conv' op expects input and filter of one rank of at least 3, but found ranks 4 and 3 (C1)}}
  %0 = top.conv %x, %w strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64} : (tensor<1x4x8x8xf32>, tensor<8x4x3xf32>) -> tensor<1x8x6x6xf32>
  return
}

// -----

func.func @conv_c1_matrix(%x: tensor<1x4xf32>, %w: tensor<8x4xf32>) {
  // expected-error @+1 {{'top.conv' op expects input and filter of one rank of at least 3, but found ranks 2 and 2 (C1)}}
  %0 = top.conv %x, %w strides = [] pads = [] dilations = [] {group = 1 : i64} : (tensor<1x4xf32>, tensor<8x4xf32>) -> tensor<1x8xf32>
  return
}

// -----

func.func @conv_c2(%x: tensor<1x4x8x8xf32>, %w: tensor<8x4x3x3xf32>) {
  // expected-error @+1 {{'top.conv' op expects 2 kernel sizes, 2 strides, 4 pads and 2 dilations, but found 2, 2, 2 and 2 (C2)}}
  %0 = top.conv %x, %w strides = [1, 1] pads = [0, 0] dilations = [1, 1] {group = 1 : i64} : (tensor<1x4x8x8xf32>, tensor<8x4x3x3xf32>) -> tensor<1x8x6x6xf32>
  return
}

// -----

func.func @conv_c3(%x: tensor<1x4x8x8xf32>, %w: tensor<8x4x3x3xf32>) {
  // expected-error @+1 {{'top.conv' op expects 8 input channels (4 of the filter in 2 groups), but found 4 (C3)}}
  %0 = top.conv %x, %w strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 2 : i64} : (tensor<1x4x8x8xf32>, tensor<8x4x3x3xf32>) -> tensor<1x8x6x6xf32>
  return
}

// -----

func.func @conv_c4(%x: tensor<1x4x8x8xf32>, %w: tensor<6x1x3x3xf32>) {
  // expected-error @+1 {{'top.conv' op expects a multiple of 4 output channels (the groups), but found 6 (C4)}}
  %0 = top.conv %x, %w strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 4 : i64} : (tensor<1x4x8x8xf32>, tensor<6x1x3x3xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @conv_c5(%x: tensor<1x4x8x8xf32>, %w: tensor<8x4x3x3xf32>, %b: tensor<1x8xf32>) {
  // expected-error @+1 {{'top.conv' op expects a bias of shape [8], but found [1, 8] (C5)}}
  %0 = top.conv %x, %w, %b strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64} : (tensor<1x4x8x8xf32>, tensor<8x4x3x3xf32>, tensor<1x8xf32>) -> tensor<1x8x6x6xf32>
  return
}

// -----

func.func @conv_c6(%x: tensor<1x4x8x8xf32>, %w: tensor<8x4x3x3xf32>) {
  // expected-error @+1 {{'top.conv' op expects a padded input of at least 9 elements, but found 8 (C6)}}
  %0 = top.conv %x, %w strides = [1, 1] pads = [0, 0, 0, 0] dilations = [4, 1] {group = 1 : i64} : (tensor<1x4x8x8xf32>, tensor<8x4x3x3xf32>) -> tensor<1x8x6x6xf32>
  return
}

// -----

func.func @conv_c7(%x: tensor<1x4x8x8xf32>, %w: tensor<8x4x3x3xf16>) {
  // expected-error @+1 {{'top.conv' op expects operands of one element type, but found 'f32' and 'f16' (C7)}}
  %0 = top.conv %x, %w strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64} : (tensor<1x4x8x8xf32>, tensor<8x4x3x3xf16>) -> tensor<1x8x6x6xf32>
  return
}

// -----

func.func @conv_c7_bias(%x: tensor<1x4x8x8xf32>, %w: tensor<8x4x3x3xf32>, %b: tensor<8xf16>) {
  // expected-error @+1 {{'top.conv' op expects operands of one element type, but found 'f32' and 'f16' (C7)}}
  %0 = top.conv %x, %w, %b strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64} : (tensor<1x4x8x8xf32>, tensor<8x4x3x3xf32>, tensor<8xf16>) -> tensor<1x8x6x6xf32>
  return
}

// -----

func.func @conv_c8(%x: tensor<1x4x8x8xf32>, %w: tensor<8x4x3x3xf32>) {
  // expected-error @+1 {{'top.conv' op expects a positive relu_limit, but found 0.000000e+00 (C8)}}
  %0 = top.conv %x, %w strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64, relu, relu_limit = 0.0 : f32} : (tensor<1x4x8x8xf32>, tensor<8x4x3x3xf32>) -> tensor<1x8x6x6xf32>
  return
}

// -----

func.func @conv_c8_alone(%x: tensor<1x4x8x8xf32>, %w: tensor<8x4x3x3xf32>) {
  // expected-error @+1 {{'top.conv' op expects relu beside relu_limit (C8)}}
  %0 = top.conv %x, %w strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64, relu_limit = 6.0 : f32} : (tensor<1x4x8x8xf32>, tensor<8x4x3x3xf32>) -> tensor<1x8x6x6xf32>
  return
}

// -----

func.func @conv_result(%x: tensor<1x4x8x8xf32>, %w: tensor<8x4x3x3xf32>) {
  // expected-error @+1 {{'top.conv' op expects result #0 to be 'tensor<1x8x6x6xf32>', but found 'tensor<1x8x8x8xf32>'}}
  %0 = top.conv %x, %w strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64} : (tensor<1x4x8x8xf32>, tensor<8x4x3x3xf32>) -> tensor<1x8x8x8xf32>
  return
}

// -----

func.func @conv_stride(%x: tensor<1x4x8x8xf32>, %w: tensor<8x4x3x3xf32>) {
  // expected-error @+1 {{'top.conv' op attribute 'strides' failed to satisfy constraint: i64 dense array attribute whose value is positive}}
  %0 = top.conv %x, %w strides = [0, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64} : (tensor<1x4x8x8xf32>, tensor<8x4x3x3xf32>) -> tensor<1x8x6x6xf32>
  return
}

// -----

func.func @conv_pad(%x: tensor<1x4x8x8xf32>, %w: tensor<8x4x3x3xf32>) {
  // expected-error @+1 {{'top.conv' op attribute 'pads' failed to satisfy constraint: i64 dense array attribute whose value is non-negative}}
  %0 = top.conv %x, %w strides = [1, 1] pads = [0, -1, 0, 0] dilations = [1, 1] {group = 1 : i64} : (tensor<1x4x8x8xf32>, tensor<8x4x3x3xf32>) -> tensor<1x8x6x6xf32>
  return
}

// -----

func.func @conv_group(%x: tensor<1x4x8x8xf32>, %w: tensor<8x4x3x3xf32>) {
  // expected-error @+1 {{'top.conv' op attribute 'group' failed to satisfy constraint: 64-bit signless integer attribute whose value is positive}}
  %0 = top.conv %x, %w strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 0 : i64} : (tensor<1x4x8x8xf32>, tensor<8x4x3x3xf32>) -> tensor<1x8x6x6xf32>
  return
}

// -----

func.func @conv_transpose_c1(%x: tensor<1x8x4x4xf32>, %w: tensor<8x2x2x2x2xf32>) {
  // expected-error @+1 {{'top.conv_transpose' op expects input and filter of one rank of at least 3, but found ranks 4 and 5 (C1)}}
  %0 = top.conv_transpose %x, %w strides = [2, 2] pads = [0, 0, 0, 0] dilations = [1, 1] output_padding = [0, 0] {group = 2 : i64} : (tensor<1x8x4x4xf32>, tensor<8x2x2x2x2xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_transpose_c2(%x: tensor<1x8x4x4xf32>, %w: tensor<8x2x2x2xf32>) {
  // expected-error @+1 {{'top.conv_transpose' op expects 2 kernel sizes, 2 strides, 4 pads and 2 dilations, but found 2, 1, 4 and 2 (C2)}}
  %0 = top.conv_transpose %x, %w strides = [2] pads = [0, 0, 0, 0] dilations = [1, 1] output_padding = [0, 0] {group = 2 : i64} : (tensor<1x8x4x4xf32>, tensor<8x2x2x2xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_transpose_c2_output_padding(%x: tensor<1x8x4x4xf32>, %w: tensor<8x2x2x2xf32>) {
  // expected-error @+1 {{'top.conv_transpose' op expects 2 output paddings, but found 1 (C2)}}
  %0 = top.conv_transpose %x, %w strides = [2, 2] pads = [0, 0, 0, 0] dilations = [1, 1] output_padding = [0] {group = 2 : i64} : (tensor<1x8x4x4xf32>, tensor<8x2x2x2xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_transpose_c3(%x: tensor<1x8x4x4xf32>, %w: tensor<6x2x2x2xf32>) {
  // expected-error @+1 {{'top.conv_transpose' op expects 6 input channels (those of the filter), but found 8 (C3)}}
  %0 = top.conv_transpose %x, %w strides = [2, 2] pads = [0, 0, 0, 0] dilations = [1, 1] output_padding = [0, 0] {group = 2 : i64} : (tensor<1x8x4x4xf32>, tensor<6x2x2x2xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_transpose_c4(%x: tensor<1x8x4x4xf32>, %w: tensor<8x2x2x2xf32>) {
  // expected-error @+1 {{'top.conv_transpose' op expects a multiple of 3 input channels (the groups), but found 8 (C4)}}
  %0 = top.conv_transpose %x, %w strides = [2, 2] pads = [0, 0, 0, 0] dilations = [1, 1] output_padding = [0, 0] {group = 3 : i64} : (tensor<1x8x4x4xf32>, tensor<8x2x2x2xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_transpose_c5(%x: tensor<1x8x4x4xf32>, %w: tensor<8x2x2x2xf32>, %b: tensor<2xf32>) {
  // expected-error @+1 {{'top.conv_transpose' op expects a bias of shape [4], but found [2] (C5)}}
  %0 = top.conv_transpose %x, %w, %b strides = [2, 2] pads = [0, 0, 0, 0] dilations = [1, 1] output_padding = [0, 0] {group = 2 : i64} : (tensor<1x8x4x4xf32>, tensor<8x2x2x2xf32>, tensor<2xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_transpose_c6(%x: tensor<1x8x4x4xf32>, %w: tensor<8x2x2x2xf32>) {
  // expected-error @+1 {{'top.conv_transpose' op expects a result that is not empty, but found a dimension of 0 (C6)}}
  %0 = top.conv_transpose %x, %w strides = [2, 2] pads = [4, 0, 4, 0] dilations = [1, 1] output_padding = [0, 0] {group = 2 : i64} : (tensor<1x8x4x4xf32>, tensor<8x2x2x2xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_transpose_c7(%x: tensor<1x8x4x4xf32>, %w: tensor<8x2x2x2xbf16>) {
  // expected-error @+1 {{'top.conv_transpose' op expects operands of one element type, but found 'f32' and 'bf16' (C7)}}
  %0 = top.conv_transpose %x, %w strides = [2, 2] pads = [0, 0, 0, 0] dilations = [1, 1] output_padding = [0, 0] {group = 2 : i64} : (tensor<1x8x4x4xf32>, tensor<8x2x2x2xbf16>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_transpose_c8(%x: tensor<1x8x4x4xf32>, %w: tensor<8x2x2x2xf32>) {
  // expected-error @+1 {{'top.conv_transpose' op expects relu beside relu_limit (C8)}}
  %0 = top.conv_transpose %x, %w strides = [2, 2] pads = [0, 0, 0, 0] dilations = [1, 1] output_padding = [0, 0] {group = 2 : i64, relu_limit = 6.0 : f32} : (tensor<1x8x4x4xf32>, tensor<8x2x2x2xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_transpose_c9(%x: tensor<1x8x4x4xf32>, %w: tensor<8x2x2x2xf32>) {
  // expected-error @+1 {{'top.conv_transpose' op expects an output padding less than 2 (the larger of stride and dilation), but found 2 (C9)}}
  %0 = top.conv_transpose %x, %w strides = [2, 2] pads = [0, 0, 0, 0] dilations = [1, 1] output_padding = [0, 2] {group = 2 : i64} : (tensor<1x8x4x4xf32>, tensor<8x2x2x2xf32>) -> tensor<1x4x8x8xf32>
  return
}
