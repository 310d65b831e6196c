// RUN: tpu-opt %s -split-input-file -verify-diagnostics

func.func @conv_no_requant(%x: tensor<1x8x4x4xi8>, %f: tensor<1x8x1x64xi8>) -> tensor<1x8x4x4xi8> {
  // expected-error @+1 {{expects 'requant' for an 8-bit input (C5)}}
  %0 = tpu.conv %x, %f {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x8x4x4xi8>, tensor<1x8x1x64xi8>) -> tensor<1x8x4x4xi8>
  return %0 : tensor<1x8x4x4xi8>
}

// -----

func.func @conv_bias(%x: tensor<1x8x4x4xi8>, %f: tensor<1x8x1x64xi8>, %b: tensor<1x8x1x1xf32>, %t: tensor<1x8x1x2xf32>) -> tensor<1x8x4x4xi8> {
  // expected-error @+1 {{expects no bias for an 8-bit input: it is a part of the offsets in 'requant' (C5)}}
  %0 = tpu.conv %x, %f, %b requant %t {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x8x4x4xi8>, tensor<1x8x1x64xi8>, tensor<1x8x1x1xf32>, tensor<1x8x1x2xf32>) -> tensor<1x8x4x4xi8>
  return %0 : tensor<1x8x4x4xi8>
}

// -----

func.func @conv_filter(%x: tensor<1x8x4x4xi8>, %f: tensor<1x8x1x64xui8>, %t: tensor<1x8x1x2xf32>) -> tensor<1x8x4x4xi8> {
  // expected-error @+1 {{expects an i8 filter for an 8-bit input, but found 'ui8' (C5)}}
  %0 = tpu.conv %x, %f requant %t {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x8x4x4xi8>, tensor<1x8x1x64xui8>, tensor<1x8x1x2xf32>) -> tensor<1x8x4x4xi8>
  return %0 : tensor<1x8x4x4xi8>
}

// -----

func.func @conv_packing(%x: tensor<1x8x4x4xi8>, %f: tensor<1x8x1x32xi8>, %t: tensor<1x8x1x2xf32>) -> tensor<1x8x4x4xi8> {
  // expected-error @+1 {{expects a filter of shape [1, 8, 1, 64], but found [1, 8, 1, 32] (C1)}}
  %0 = tpu.conv %x, %f requant %t {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x8x4x4xi8>, tensor<1x8x1x32xi8>, tensor<1x8x1x2xf32>) -> tensor<1x8x4x4xi8>
  return %0 : tensor<1x8x4x4xi8>
}

// -----

func.func @conv_requant_type(%x: tensor<1x8x4x4xi8>, %f: tensor<1x8x1x64xi8>, %t: tensor<1x8x1x2xf16>) -> tensor<1x8x4x4xi8> {
  // expected-error @+1 {{expects 'requant' in f32, but found 'f16' (C5)}}
  %0 = tpu.conv %x, %f requant %t {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x8x4x4xi8>, tensor<1x8x1x64xi8>, tensor<1x8x1x2xf16>) -> tensor<1x8x4x4xi8>
  return %0 : tensor<1x8x4x4xi8>
}

// -----

func.func @conv_requant_shape(%x: tensor<1x8x4x4xi8>, %f: tensor<1x8x1x64xi8>, %t: tensor<1x8x1x1xf32>) -> tensor<1x8x4x4xi8> {
  // expected-error @+1 {{expects a 'requant' of shape [1, 8, 1, 2], but found [1, 8, 1, 1] (C5)}}
  %0 = tpu.conv %x, %f requant %t {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x8x4x4xi8>, tensor<1x8x1x64xi8>, tensor<1x8x1x1xf32>) -> tensor<1x8x4x4xi8>
  return %0 : tensor<1x8x4x4xi8>
}

// -----

func.func @conv_float_requant(%x: tensor<1x8x4x4xf16>, %f: tensor<1x8x1x32xf16>, %t: tensor<1x8x1x2xf32>) -> tensor<1x8x4x4xf16> {
  // expected-error @+1 {{expects an i8 or ui8 input with 'requant' or other integers, but found 'f16' (C5)}}
  %0 = tpu.conv %x, %f requant %t {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x8x4x4xf16>, tensor<1x8x1x32xf16>, tensor<1x8x1x2xf32>) -> tensor<1x8x4x4xf16>
  return %0 : tensor<1x8x4x4xf16>
}

// -----

func.func @conv_float_result(%x: tensor<1x8x4x4xf16>, %f: tensor<1x8x1x32xf16>) -> tensor<1x8x4x4xi8> {
  // expected-error @+1 {{expects an i8 or ui8 input with 'requant' or other integers, but found 'f16' (C5)}}
  %0 = tpu.conv %x, %f {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x8x4x4xf16>, tensor<1x8x1x32xf16>) -> tensor<1x8x4x4xi8>
  return %0 : tensor<1x8x4x4xi8>
}

// -----

func.func @conv_zero_point(%x: tensor<1x8x4x4xi8>, %f: tensor<1x8x1x64xi8>, %t: tensor<1x8x1x2xf32>) -> tensor<1x8x4x4xi8> {
  // expected-error @+1 {{expects a zero point of input that 'i8' has, but found 128 (C6)}}
  %0 = tpu.conv %x, %f requant %t {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, input_zero_point = 128 : i64} : (tensor<1x8x4x4xi8>, tensor<1x8x1x64xi8>, tensor<1x8x1x2xf32>) -> tensor<1x8x4x4xi8>
  return %0 : tensor<1x8x4x4xi8>
}

// -----

func.func @conv_float_zero_point(%x: tensor<1x8x4x4xf16>, %f: tensor<1x8x1x32xf16>) -> tensor<1x8x4x4xf16> {
  // expected-error @+1 {{expects a zero point of input that 'f16' has, but found 1 (C6)}}
  %0 = tpu.conv %x, %f {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, input_zero_point = 1 : i64} : (tensor<1x8x4x4xf16>, tensor<1x8x1x32xf16>) -> tensor<1x8x4x4xf16>
  return %0 : tensor<1x8x4x4xf16>
}

// -----

func.func @conv_insertion(%x: tensor<1x8x4x4xi8>, %f: tensor<1x8x1x64xi8>, %t: tensor<1x8x1x2xf32>) -> tensor<1x8x7x7xi8> {
  // expected-error @+1 {{expects an input zero point of 0 where zeros are inserted, but found 1 (C6)}}
  %0 = tpu.conv %x, %f requant %t {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, insertion = array<i64: 1, 1>, input_zero_point = 1 : i64} : (tensor<1x8x4x4xi8>, tensor<1x8x1x64xi8>, tensor<1x8x1x2xf32>) -> tensor<1x8x7x7xi8>
  return %0 : tensor<1x8x7x7xi8>
}

// -----

func.func @depthwise_no_requant(%x: tensor<1x8x4x4xi8>, %f: tensor<1x8x1x1xi8>) -> tensor<1x8x4x4xi8> {
  // expected-error @+1 {{expects 'requant' for an 8-bit input (C5)}}
  %0 = tpu.depthwise %x, %f {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x8x4x4xi8>, tensor<1x8x1x1xi8>) -> tensor<1x8x4x4xi8>
  return %0 : tensor<1x8x4x4xi8>
}

// -----

func.func @matmul_rhs(%a: tensor<1x8x1x4xi8>, %b: tensor<1x4x1x6xf16>) -> tensor<1x8x1x6xi8> {
  // expected-error @+1 {{expects rhs of i8 or ui8, as lhs is, but found 'f16' (C2)}}
  %0 = tpu.matmul %a, %b : (tensor<1x8x1x4xi8>, tensor<1x4x1x6xf16>) -> tensor<1x8x1x6xi8>
  return %0 : tensor<1x8x1x6xi8>
}

// -----

func.func @matmul_zero_point(%a: tensor<1x8x1x4xi8>, %b: tensor<1x4x1x6xi8>) -> tensor<1x8x1x6xi8> {
  // expected-error @+1 {{expects a zero point of rhs that 'i8' has, but found -129 (C4)}}
  %0 = tpu.matmul %a, %b {rhs_zero_point = -129 : i64} : (tensor<1x8x1x4xi8>, tensor<1x4x1x6xi8>) -> tensor<1x8x1x6xi8>
  return %0 : tensor<1x8x1x6xi8>
}

// -----

func.func @matmul_float(%a: tensor<1x8x1x4xf16>, %b: tensor<1x4x1x6xf16>) -> tensor<1x8x1x6xf16> {
  // expected-error @+1 {{expects zero points of 0, scale 1 and offset 0 in floating point (C4)}}
  %0 = tpu.matmul %a, %b {scale = 2.0 : f32} : (tensor<1x8x1x4xf16>, tensor<1x4x1x6xf16>) -> tensor<1x8x1x6xf16>
  return %0 : tensor<1x8x1x6xf16>
}

// -----

func.func @pool_max_type(%x: tensor<1x8x4x4xi8>) -> tensor<1x8x2x2xui8> {
  // expected-error @+1 {{expects a result of 'i8', but found 'ui8' (C3)}}
  %0 = tpu.pool max %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x8x4x4xi8> -> tensor<1x8x2x2xui8>
  return %0 : tensor<1x8x2x2xui8>
}

// -----

func.func @pool_float_type(%x: tensor<1x8x4x4xf16>) -> tensor<1x8x2x2xi8> {
  // expected-error @+1 {{expects a result of 'f16', but found 'i8' (C3)}}
  %0 = tpu.pool sum %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x8x4x4xf16> -> tensor<1x8x2x2xi8>
  return %0 : tensor<1x8x2x2xi8>
}

// -----

func.func @pool_max_offset(%x: tensor<1x8x4x4xi8>) -> tensor<1x8x2x2xi8> {
  // expected-error @+1 {{expects an offset of 0 for what is no sum of 8-bit elements (C4)}}
  %0 = tpu.pool max %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, offset = 1.0 : f32} : tensor<1x8x4x4xi8> -> tensor<1x8x2x2xi8>
  return %0 : tensor<1x8x2x2xi8>
}

// -----

func.func @pool_zero_point(%x: tensor<1x8x4x4xi8>) -> tensor<1x8x2x2xi8> {
  // expected-error @+1 {{expects a zero point of input that 'i8' has, but found 200 (C4)}}
  %0 = tpu.pool sum %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, input_zero_point = 200 : i64} : tensor<1x8x4x4xi8> -> tensor<1x8x2x2xi8>
  return %0 : tensor<1x8x2x2xi8>
}

// -----

func.func @quantize_scale(%x: tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xi8> {
  // expected-error @+1 {{expects a positive scale of which f32 has the reciprocal, but found -5.000000e-01 (C1)}}
  %0 = tpu.quantize %x {scale = -0.5 : f32} : tensor<1x8x4x4xf32> -> tensor<1x8x4x4xi8>
  return %0 : tensor<1x8x4x4xi8>
}

// -----

func.func @quantize_zero_point(%x: tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xui8> {
  // expected-error @+1 {{expects a zero point of the result that 'ui8' has, but found -1 (C2)}}
  %0 = tpu.quantize %x {scale = 0.5 : f32, zero_point = -1 : i64} : tensor<1x8x4x4xf32> -> tensor<1x8x4x4xui8>
  return %0 : tensor<1x8x4x4xui8>
}

// -----

func.func @dequantize_scale(%x: tensor<1x8x4x4xi8>) -> tensor<1x8x4x4xf32> {
  // expected-error @+1 {{expects a positive scale of which f32 has the reciprocal, but found 0.000000e+00 (C1)}}
  %0 = tpu.dequantize %x {scale = 0.0 : f32} : tensor<1x8x4x4xi8> -> tensor<1x8x4x4xf32>
  return %0 : tensor<1x8x4x4xf32>
}

// -----

func.func @dequantize_zero_point(%x: tensor<1x8x4x4xi8>) -> tensor<1x8x4x4xf32> {
  // expected-error @+1 {{expects a zero point of the input that 'i8' has, but found 130 (C2)}}
  %0 = tpu.dequantize %x {scale = 0.5 : f32, zero_point = 130 : i64} : tensor<1x8x4x4xi8> -> tensor<1x8x4x4xf32>
  return %0 : tensor<1x8x4x4xf32>
}

// -----

func.func @requant_scale(%x: tensor<1x8x4x4xi8>) -> tensor<1x8x4x4xui8> {
  // expected-error @+1 {{expects a scale from 2^-24 to 2^7, but found 1.290000e+02 (C1)}}
  %0 = tpu.requant %x {scale = 129.0 : f32} : tensor<1x8x4x4xi8> -> tensor<1x8x4x4xui8>
  return %0 : tensor<1x8x4x4xui8>
}

// -----

func.func @requant_input_zero_point(%x: tensor<1x8x4x4xi8>) -> tensor<1x8x4x4xui8> {
  // expected-error @+1 {{expects a zero point of the input that 'i8' has, but found 130 (C2)}}
  %0 = tpu.requant %x {scale = 0.5 : f32, input_zero_point = 130 : i64} : tensor<1x8x4x4xi8> -> tensor<1x8x4x4xui8>
  return %0 : tensor<1x8x4x4xui8>
}

// -----

func.func @requant_zero_point(%x: tensor<1x8x4x4xi8>) -> tensor<1x8x4x4xui8> {
  // expected-error @+1 {{expects a zero point of the result that 'ui8' has, but found -1 (C2)}}
  %0 = tpu.requant %x {scale = 0.5 : f32, zero_point = -1 : i64} : tensor<1x8x4x4xi8> -> tensor<1x8x4x4xui8>
  return %0 : tensor<1x8x4x4xui8>
}

// -----

func.func @binary_shape(%a: tensor<1x8x4x4xi8>, %b: tensor<1x3x4x4xi8>) -> tensor<1x8x4x4xi8> {
  // expected-error @+1 {{expects dimension 1 of operand 1 to be 1 or 8, but found 3 (C1)}}
  %0 = tpu.quantized_binary add %a, %b {lhs_scale = 1.0 : f32} : (tensor<1x8x4x4xi8>, tensor<1x3x4x4xi8>) -> tensor<1x8x4x4xi8>
  return %0 : tensor<1x8x4x4xi8>
}

// -----

func.func @binary_join(%a: tensor<1x1x4x4xi8>, %b: tensor<1x1x4x4xi8>) -> tensor<1x8x4x4xi8> {
  // expected-error @+1 {{expects dimension 1 of the result to be 1, but found 8 (C2)}}
  %0 = tpu.quantized_binary add %a, %b {lhs_scale = 1.0 : f32} : (tensor<1x1x4x4xi8>, tensor<1x1x4x4xi8>) -> tensor<1x8x4x4xi8>
  return %0 : tensor<1x8x4x4xi8>
}

// -----

func.func @binary_div(%a: tensor<1x8x4x4xi8>, %b: tensor<1x8x4x4xi8>) -> tensor<1x8x4x4xi8> {
  // expected-error @+1 {{expects add, sub, mul, max or min, but found div (C3)}}
  %0 = tpu.quantized_binary div %a, %b {lhs_scale = 1.0 : f32} : (tensor<1x8x4x4xi8>, tensor<1x8x4x4xi8>) -> tensor<1x8x4x4xi8>
  return %0 : tensor<1x8x4x4xi8>
}

// -----

func.func @binary_mul(%a: tensor<1x8x4x4xi8>, %b: tensor<1x8x4x4xi8>) -> tensor<1x8x4x4xi8> {
  // expected-error @+1 {{expects 'rhs_scale' of mul to be 1, but found 5.000000e-01 (C4)}}
  %0 = tpu.quantized_binary mul %a, %b {lhs_scale = 1.0 : f32, rhs_scale = 0.5 : f32} : (tensor<1x8x4x4xi8>, tensor<1x8x4x4xi8>) -> tensor<1x8x4x4xi8>
  return %0 : tensor<1x8x4x4xi8>
}

// -----

func.func @binary_lhs_scale(%a: tensor<1x8x4x4xi8>, %b: tensor<1x8x4x4xi8>) -> tensor<1x8x4x4xi8> {
  // expected-error @+1 {{expects 'lhs_scale' from 2^-24 to 2^7, but found 0.000000e+00 (C4)}}
  %0 = tpu.quantized_binary add %a, %b {lhs_scale = 0.0 : f32} : (tensor<1x8x4x4xi8>, tensor<1x8x4x4xi8>) -> tensor<1x8x4x4xi8>
  return %0 : tensor<1x8x4x4xi8>
}

// -----

func.func @binary_rhs_scale(%a: tensor<1x8x4x4xi8>, %b: tensor<1x8x4x4xi8>) -> tensor<1x8x4x4xi8> {
  // expected-error @+1 {{expects 'rhs_scale' from 2^-24 to 2^7, but found 2.000000e+02 (C4)}}
  %0 = tpu.quantized_binary add %a, %b {lhs_scale = 1.0 : f32, rhs_scale = 200.0 : f32} : (tensor<1x8x4x4xi8>, tensor<1x8x4x4xi8>) -> tensor<1x8x4x4xi8>
  return %0 : tensor<1x8x4x4xi8>
}

// -----

func.func @binary_lhs_zero_point(%a: tensor<1x8x4x4xi8>, %b: tensor<1x8x4x4xi8>) -> tensor<1x8x4x4xi8> {
  // expected-error @+1 {{expects a zero point of lhs that 'i8' has, but found 130 (C5)}}
  %0 = tpu.quantized_binary add %a, %b {lhs_scale = 1.0 : f32, lhs_zero_point = 130 : i64} : (tensor<1x8x4x4xi8>, tensor<1x8x4x4xi8>) -> tensor<1x8x4x4xi8>
  return %0 : tensor<1x8x4x4xi8>
}

// -----

func.func @binary_rhs_zero_point(%a: tensor<1x8x4x4xi8>, %b: tensor<1x8x4x4xi8>) -> tensor<1x8x4x4xi8> {
  // expected-error @+1 {{expects a zero point of rhs that 'i8' has, but found 130 (C5)}}
  %0 = tpu.quantized_binary add %a, %b {lhs_scale = 1.0 : f32, rhs_zero_point = 130 : i64} : (tensor<1x8x4x4xi8>, tensor<1x8x4x4xi8>) -> tensor<1x8x4x4xi8>
  return %0 : tensor<1x8x4x4xi8>
}

// -----

func.func @binary_zero_point(%a: tensor<1x8x4x4xi8>, %b: tensor<1x8x4x4xi8>) -> tensor<1x8x4x4xi8> {
  // expected-error @+1 {{expects a zero point of the result that 'i8' has, but found 130 (C5)}}
  %0 = tpu.quantized_binary add %a, %b {lhs_scale = 1.0 : f32, zero_point = 130 : i64} : (tensor<1x8x4x4xi8>, tensor<1x8x4x4xi8>) -> tensor<1x8x4x4xi8>
  return %0 : tensor<1x8x4x4xi8>
}

// -----

func.func @lookup_table(%x: tensor<1x8x4x4xi8>, %t: tensor<1x1x1x255xi8>) -> tensor<1x8x4x4xi8> {
  // expected-error @+1 {{expects a table of shape [1, 1, 1, 256] or [1, 8, 1, 256], but found [1, 1, 1, 255] (C1)}}
  %0 = tpu.lookup %x, %t : (tensor<1x8x4x4xi8>, tensor<1x1x1x255xi8>) -> tensor<1x8x4x4xi8>
  return %0 : tensor<1x8x4x4xi8>
}

// -----

func.func @lookup_channels(%x: tensor<1x8x4x4xi8>, %t: tensor<1x4x1x256xi8>) -> tensor<1x8x4x4xi8> {
  // expected-error @+1 {{expects a table of shape [1, 1, 1, 256] or [1, 8, 1, 256], but found [1, 4, 1, 256] (C1)}}
  %0 = tpu.lookup %x, %t : (tensor<1x8x4x4xi8>, tensor<1x4x1x256xi8>) -> tensor<1x8x4x4xi8>
  return %0 : tensor<1x8x4x4xi8>
}

// -----

func.func @lookup_shape(%x: tensor<1x8x4x4xi8>, %t: tensor<1x1x1x256xi8>) -> tensor<1x8x4x2xi8> {
  // expected-error @+1 {{expects a result of the input's shape (C2)}}
  %0 = tpu.lookup %x, %t : (tensor<1x8x4x4xi8>, tensor<1x1x1x256xi8>) -> tensor<1x8x4x2xi8>
  return %0 : tensor<1x8x4x2xi8>
}

// -----

func.func @pad_value(%x: tensor<1x8x4x4xui8>) -> tensor<1x8x5x4xui8> {
  // expected-error @+1 {{expects a value of 'ui8', but found -1.000000e+00 (C2)}}
  %0 = tpu.pad %x {low = array<i64: 0, 0, 0, 0>, high = array<i64: 0, 0, 1, 0>, value = -1.0 : f32} : tensor<1x8x4x4xui8> -> tensor<1x8x5x4xui8>
  return %0 : tensor<1x8x5x4xui8>
}

// -----

func.func @curve_centre(%x: tensor<1x8x4x4xi8>) -> tensor<1x8x4x4xi8> {
  // expected-error @+1 {{expects a centre and an offset from -128 to 127 and a limit from 1 to 254 (C1)}}
  %0 = tpu.curve %x {centre = 128 : i64, limit = 90 : i64, argument_shift = 7 : i64, p = array<f32: 0.0, -2.5>, slope = 64 : i64, slope_shift = 0 : i64, offset = 5 : i64} : tensor<1x8x4x4xi8>
  return %0 : tensor<1x8x4x4xi8>
}

// -----

func.func @curve_limit(%x: tensor<1x8x4x4xi8>) -> tensor<1x8x4x4xi8> {
  // expected-error @+1 {{expects a centre and an offset from -128 to 127 and a limit from 1 to 254 (C1)}}
  %0 = tpu.curve %x {centre = -3 : i64, limit = 255 : i64, argument_shift = 7 : i64, p = array<f32: 0.0, -2.5>, slope = 64 : i64, slope_shift = 0 : i64, offset = 5 : i64} : tensor<1x8x4x4xi8>
  return %0 : tensor<1x8x4x4xi8>
}

// -----

func.func @curve_coefficients(%x: tensor<1x8x4x4xi8>) -> tensor<1x8x4x4xi8> {
  // expected-error @+1 {{expects 2 to 8 finite coefficients (C2)}}
  %0 = tpu.curve %x {centre = -3 : i64, limit = 90 : i64, argument_shift = 7 : i64, p = array<f32: 1.0>, slope = 64 : i64, slope_shift = 0 : i64, offset = 5 : i64} : tensor<1x8x4x4xi8>
  return %0 : tensor<1x8x4x4xi8>
}

// -----

func.func @curve_infinite(%x: tensor<1x8x4x4xi8>) -> tensor<1x8x4x4xi8> {
  // expected-error @+1 {{expects 2 to 8 finite coefficients (C2)}}
  %0 = tpu.curve %x {centre = -3 : i64, limit = 90 : i64, argument_shift = 7 : i64, p = array<f32: 1.0, 0x7F800000>, slope = 64 : i64, slope_shift = 0 : i64, offset = 5 : i64} : tensor<1x8x4x4xi8>
  return %0 : tensor<1x8x4x4xi8>
}

// -----

func.func @curve_slope(%x: tensor<1x8x4x4xi8>) -> tensor<1x8x4x4xi8> {
  // expected-error @+1 {{expects a slope of 16 bits, an argument_shift from 0 to 7 and a slope_shift from 0 to 14 (C3)}}
  %0 = tpu.curve %x {centre = -3 : i64, limit = 90 : i64, argument_shift = 7 : i64, p = array<f32: 0.0, -2.5>, slope = 32768 : i64, slope_shift = 0 : i64, offset = 5 : i64} : tensor<1x8x4x4xi8>
  return %0 : tensor<1x8x4x4xi8>
}

// -----

func.func @curve_shift(%x: tensor<1x8x4x4xi8>) -> tensor<1x8x4x4xi8> {
  // expected-error @+1 {{expects a slope of 16 bits, an argument_shift from 0 to 7 and a slope_shift from 0 to 14 (C3)}}
  %0 = tpu.curve %x {centre = -3 : i64, limit = 90 : i64, argument_shift = 8 : i64, p = array<f32: 0.0, -2.5>, slope = 64 : i64, slope_shift = 0 : i64, offset = 5 : i64} : tensor<1x8x4x4xi8>
  return %0 : tensor<1x8x4x4xi8>
}
