// RUN: tpu-opt %s -split-input-file -verify-diagnostics

func.func @conv_filter(%x: tensor<1x40x8x8xf16>, %f: tensor<1x64x9x32xf16>) -> tensor<1x64x8x8xf16> {
  // expected-error @+1 {{expects a filter of shape [1, 64, 18, 32], but found [1, 64, 9, 32] (C1)}}
  %0 = tpu.conv %x, %f {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x40x8x8xf16>, tensor<1x64x9x32xf16>) -> tensor<1x64x8x8xf16>
  return %0 : tensor<1x64x8x8xf16>
}

// -----

func.func @conv_result(%x: tensor<1x32x8x8xf16>, %f: tensor<1x64x9x32xf16>) -> tensor<1x64x6x8xf16> {
  // expected-error @+1 {{expects 8 elements of h in the result, but found 6 (C3)}}
  %0 = tpu.conv %x, %f {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x32x8x8xf16>, tensor<1x64x9x32xf16>) -> tensor<1x64x6x8xf16>
  return %0 : tensor<1x64x6x8xf16>
}

// -----

func.func @conv_pads(%x: tensor<1x32x8x8xf16>, %f: tensor<1x64x9x32xf16>) -> tensor<1x64x38x8xf16> {
  // expected-error @+1 {{expects pads from 0 to 15, but found 16 (C4)}}
  %0 = tpu.conv %x, %f {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 16, 1, 16, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x32x8x8xf16>, tensor<1x64x9x32xf16>) -> tensor<1x64x38x8xf16>
  return %0 : tensor<1x64x38x8xf16>
}

// -----

func.func @depthwise_bias(%x: tensor<1x8x8x8xf16>, %f: tensor<1x8x1x1xf16>, %b: tensor<1x8x1x1xf32>) -> tensor<1x8x8x8xf16> {
  // expected-error @+1 {{expects a bias of 'f16', but found 'f32' (C2)}}
  %0 = tpu.depthwise %x, %f, %b {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x8x8x8xf16>, tensor<1x8x1x1xf16>, tensor<1x8x1x1xf32>) -> tensor<1x8x8x8xf16>
  return %0 : tensor<1x8x8x8xf16>
}

// -----

func.func @binary(%a: tensor<1x8x4x4xf16>, %b: tensor<1x3x4x4xf16>) -> tensor<1x8x4x4xf16> {
  // expected-error @+1 {{expects dimension 1 of operand 1 to be 1 or 8, but found 3 (C1)}}
  %0 = tpu.binary add %a, %b : (tensor<1x8x4x4xf16>, tensor<1x3x4x4xf16>) -> tensor<1x8x4x4xf16>
  return %0 : tensor<1x8x4x4xf16>
}

// -----

func.func @matmul(%a: tensor<1x8x1x4xf16>, %b: tensor<1x5x1x6xf16>) -> tensor<1x8x1x6xf16> {
  // expected-error @+1 {{expects 5 columns of lhs, as many as rows of rhs, but found 4 (C1)}}
  %0 = tpu.matmul %a, %b : (tensor<1x8x1x4xf16>, tensor<1x5x1x6xf16>) -> tensor<1x8x1x6xf16>
  return %0 : tensor<1x8x1x6xf16>
}

// -----

func.func @matmul_transposed(%a: tensor<1x8x1x4xf32>, %b: tensor<1x6x1x4xf32>) -> tensor<1x8x1x6xf32> {
  // expected-error @+1 {{expects no transposed rhs in f32 (C3)}}
  %0 = tpu.matmul %a, %b {transpose_rhs} : (tensor<1x8x1x4xf32>, tensor<1x6x1x4xf32>) -> tensor<1x8x1x6xf32>
  return %0 : tensor<1x8x1x6xf32>
}

// -----

func.func @pool(%x: tensor<1x8x8x8xf16>) -> tensor<1x8x5x4xf16> {
  // expected-error @+1 {{expects dimension 2 of the result to be 4, but found 5 (C1)}}
  %0 = tpu.pool max %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x8x8x8xf16> -> tensor<1x8x5x4xf16>
  return %0 : tensor<1x8x5x4xf16>
}

// -----

func.func @reshape(%x: tensor<1x8x4x4xf16>) -> tensor<1x100xf16> {
  // expected-error @+1 {{expects 128 elements in the result, but found 100 (C1)}}
  %0 = tpu.reshape %x : tensor<1x8x4x4xf16> -> tensor<1x100xf16>
  return %0 : tensor<1x100xf16>
}

// -----

func.func @permute(%x: tensor<1x8x4x4xf16>) -> tensor<1x8x4x4xf16> {
  // expected-error @+1 {{expects `order` to be a permutation of 0 to 3 (C1)}}
  %0 = tpu.permute %x {order = array<i64: 0, 1, 1, 3>} : tensor<1x8x4x4xf16> -> tensor<1x8x4x4xf16>
  return %0 : tensor<1x8x4x4xf16>
}

// -----

func.func @slice(%x: tensor<1x8x4x4xf16>) -> tensor<1x8x4x4xf16> {
  // expected-error @+1 {{expects elements 0 to 7 of dimension 1, but takes 2 to 9 (C1)}}
  %0 = tpu.slice %x {offsets = array<i64: 0, 2, 0, 0>, steps = array<i64: 1, 1, 1, 1>} : tensor<1x8x4x4xf16> -> tensor<1x8x4x4xf16>
  return %0 : tensor<1x8x4x4xf16>
}

// -----

func.func @concat(%x: tensor<1x8x4x4xf16>) -> tensor<1x17x4x4xf16> {
  // expected-error @+1 {{expects dimension 1 of the result to be 16, but found 17 (C1)}}
  %0 = tpu.concat %x, %x {axis = 1 : i64} : (tensor<1x8x4x4xf16>, tensor<1x8x4x4xf16>) -> tensor<1x17x4x4xf16>
  return %0 : tensor<1x17x4x4xf16>
}

// -----

func.func @pad(%x: tensor<1x8x4x4xf16>) -> tensor<1x8x4x4xf16> {
  // expected-error @+1 {{expects dimension 3 of the result to be 6 and no negative padding, but found 4 (C1)}}
  %0 = tpu.pad %x {low = array<i64: 0, 0, 0, 1>, high = array<i64: 0, 0, 0, 1>, value = 0.0 : f32} : tensor<1x8x4x4xf16> -> tensor<1x8x4x4xf16>
  return %0 : tensor<1x8x4x4xf16>
}

// -----

func.func @broadcast(%x: tensor<1x3x4x4xf16>) -> tensor<1x8x4x4xf16> {
  // expected-error @+1 {{expects dimension 1 of the input to be 1 or 8, but found 3 (C1)}}
  %0 = tpu.broadcast %x : tensor<1x3x4x4xf16> -> tensor<1x8x4x4xf16>
  return %0 : tensor<1x8x4x4xf16>
}

// -----

func.func @group(%x: tensor<1x8x4x4xf16>) -> tensor<1x8x4x4xf16> {
  %y = tpu.group ins(%x : tensor<1x8x4x4xf16>) {
    // expected-error @+1 {{cannot be part of a group: it has no kernel that works on slices in local memory (C2)}}
    %0 = tpu.copy %x : tensor<1x8x4x4xf16> -> tensor<1x8x4x4xf16>
    tpu.yield %0 : tensor<1x8x4x4xf16>
  } : tensor<1x8x4x4xf16>
  return %y : tensor<1x8x4x4xf16>
}

// -----

func.func @group_inputs(%x: tensor<1x8x4x4xf16>) -> tensor<1x8x4x4xf16> {
  %y = tpu.group {
    // expected-error @+1 {{expects every outside operand among the inputs of its group (C1)}}
    %0 = tpu.unary abs %x : tensor<1x8x4x4xf16>
    tpu.yield %0 : tensor<1x8x4x4xf16>
  } : tensor<1x8x4x4xf16>
  return %y : tensor<1x8x4x4xf16>
}

// -----

func.func @cast(%x: tensor<1x8x4x4xf16>) -> tensor<1x8x4x4xf16> {
  // expected-error @+1 {{expects another element type than 'f16' (C1)}}
  %0 = tpu.cast %x : tensor<1x8x4x4xf16> -> tensor<1x8x4x4xf16>
  return %0 : tensor<1x8x4x4xf16>
}

// -----

func.func @select(%x: tensor<1x1x1x4xi32>, %y: tensor<1x1x1x4xf16>) -> tensor<1x1x1x4xf16> {
  // expected-error @+1 {{expects to compare 'f16', or i32 for a result of f32, but found 'i32' (C2)}}
  %0 = tpu.select eq %x, %x, %y, %y : (tensor<1x1x1x4xi32>, tensor<1x1x1x4xi32>, tensor<1x1x1x4xf16>, tensor<1x1x1x4xf16>) -> tensor<1x1x1x4xf16>
  return %0 : tensor<1x1x1x4xf16>
}

// -----

func.func @attention_rows(%x: tensor<1x4x1x16xf16>, %y: tensor<2x6x1x16xf16>) -> tensor<1x4x1x16xf16> {
  // expected-error @+1 {{expects a key [1, 6, 1, ..], but found 'tensor<2x6x1x16xf16>' (C1)}}
  %0 = tpu.attention %x, %y, %x {heads = 2 : i64, size = 8 : i64, scale = 1.0 : f32} : (tensor<1x4x1x16xf16>, tensor<2x6x1x16xf16>, tensor<1x4x1x16xf16>) -> tensor<1x4x1x16xf16>
  return %0 : tensor<1x4x1x16xf16>
}

// -----

func.func @attention_columns(%x: tensor<1x4x1x16xf16>) -> tensor<1x4x1x16xf16> {
  // expected-error @+1 {{expects the columns of key from 8 to 24 among 16 (C1)}}
  %0 = tpu.attention %x, %x, %x {heads = 2 : i64, size = 8 : i64, scale = 1.0 : f32, key_offset = 8 : i64} : (tensor<1x4x1x16xf16>, tensor<1x4x1x16xf16>, tensor<1x4x1x16xf16>) -> tensor<1x4x1x16xf16>
  return %0 : tensor<1x4x1x16xf16>
}

// -----

func.func @attention_mask(%x: tensor<1x4x1x16xf16>, %m: tensor<1x1x1x1xf32>) -> tensor<1x4x1x16xf16> {
  // expected-error @+1 {{expects dimension 3 of the mask to be 4, but found 1 (C1)}}
  %0 = tpu.attention %x, %x, %x, %m {heads = 2 : i64, size = 8 : i64, scale = 1.0 : f32} : (tensor<1x4x1x16xf16>, tensor<1x4x1x16xf16>, tensor<1x4x1x16xf16>, tensor<1x1x1x1xf32>) -> tensor<1x4x1x16xf16>
  return %0 : tensor<1x4x1x16xf16>
}

// -----

func.func @attention_heads(%x: tensor<1x4x1x16xf16>) -> tensor<1x4x1x16xf16> {
  // expected-error @+1 {{expects columns of the result for 3 heads, but found 16 (C1)}}
  %0 = tpu.attention %x, %x, %x {heads = 3 : i64, size = 5 : i64, scale = 1.0 : f32} : (tensor<1x4x1x16xf16>, tensor<1x4x1x16xf16>, tensor<1x4x1x16xf16>) -> tensor<1x4x1x16xf16>
  return %0 : tensor<1x4x1x16xf16>
}

// -----

func.func @attention_type(%x: tensor<1x4x1x16xf32>) -> tensor<1x4x1x16xf32> {
  // expected-error @+1 {{expects f16 or bf16, but found 'f32' (C2)}}
  %0 = tpu.attention %x, %x, %x {heads = 2 : i64, size = 8 : i64, scale = 1.0 : f32} : (tensor<1x4x1x16xf32>, tensor<1x4x1x16xf32>, tensor<1x4x1x16xf32>) -> tensor<1x4x1x16xf32>
  return %0 : tensor<1x4x1x16xf32>
}

// -----

func.func @gather_shape(%t: tensor<1x9x1x4xf16>, %i: tensor<1x1x1x3xi32>) -> tensor<1x4x1x4xf16> {
  // expected-error @+1 {{expects a result [1, 3, 1, 4], but found [1, 4, 1, 4] (C1)}}
  %0 = tpu.gather %t, %i : (tensor<1x9x1x4xf16>, tensor<1x1x1x3xi32>) -> tensor<1x4x1x4xf16>
  return %0 : tensor<1x4x1x4xf16>
}

// -----

func.func @gather_indices(%t: tensor<1x9x1x4xf16>, %i: tensor<1x1x1x3xf32>) -> tensor<1x3x1x4xf16> {
  // expected-error @+1 {{expects indices of i32, but found 'f32' (C2)}}
  %0 = tpu.gather %t, %i : (tensor<1x9x1x4xf16>, tensor<1x1x1x3xf32>) -> tensor<1x3x1x4xf16>
  return %0 : tensor<1x3x1x4xf16>
}

// -----

func.func @wrap_index(%i: tensor<1x1x1x3xf32>) -> tensor<1x1x1x3xf32> {
  // expected-error @+1 {{expects i32, but found 'f32' (C1)}}
  %0 = tpu.wrap_index %i {size = 9 : i64} : tensor<1x1x1x3xf32>
  return %0 : tensor<1x1x1x3xf32>
}

// -----

func.func @subsample(%x: tensor<1x8x4x4xf16>) -> tensor<1x8x2x3xf16> {
  // expected-error @+1 {{expects elements 0 to 3 of w, but takes 0 to 4 (C1)}}
  %0 = tpu.subsample %x {offsets = array<i64: 0, 0>, steps = array<i64: 2, 2>} : tensor<1x8x4x4xf16> -> tensor<1x8x2x3xf16>
  return %0 : tensor<1x8x2x3xf16>
}
