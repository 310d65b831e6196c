// RUN: tpu-opt %s --lower-top-to-tpu -split-input-file -verify-diagnostics

!x = !quant.uniform<u8:f32, 0.5>
func.func @without_integer_form(%x: tensor<1x8xf32>) -> tensor<1x8xf32> {
  %0 = top.cast %x {to = !x} : (tensor<1x8xf32>) -> tensor<1x8x!x>
  // expected-error @+1 {{'top.softmax' cannot be lowered: it has no integer form}}
  %1 = top.softmax %0 {axis = 1 : i64} : (tensor<1x8x!x>) -> tensor<1x8xf32>
  return %1 : tensor<1x8xf32>
}

// -----

!x = !quant.uniform<u8:f32, 0.5>
func.func @mixed_move(%x: tensor<1x8xf32>) -> tensor<8xf32> {
  %0 = top.cast %x {to = !x} : (tensor<1x8xf32>) -> tensor<1x8x!x>
  // expected-error @+1 {{'top.reshape' cannot be lowered: it moves elements between quantized values and floats}}
  %1 = top.reshape %0 shape = [8] : (tensor<1x8x!x>) -> tensor<8xf32>
  return %1 : tensor<8xf32>
}

// -----

!x = !quant.uniform<u8:f32, 0.5>
func.func @function_to_floats(%x: tensor<1x8xf32>) -> tensor<1x8xf32> {
  %0 = top.cast %x {to = !x} : (tensor<1x8xf32>) -> tensor<1x8x!x>
  // expected-error @+1 {{'top.sigmoid' cannot be lowered: its operand and result are not both quantized}}
  %1 = top.sigmoid %0 : (tensor<1x8x!x>) -> tensor<1x8xf32>
  return %1 : tensor<1x8xf32>
}

// -----

!x = !quant.uniform<u8:f32, 0.5>
func.func @float_operand(%x: tensor<1x8xf32>) -> tensor<1x8xf32> {
  %0 = top.cast %x {to = !x} : (tensor<1x8xf32>) -> tensor<1x8x!x>
  // expected-error @+1 {{'top.add' cannot be lowered: its operands and result are not all quantized}}
  %1 = top.add %0, %x : (tensor<1x8x!x>, tensor<1x8xf32>) -> tensor<1x8x!x>
  %2 = top.cast %1 {to = f32} : (tensor<1x8x!x>) -> tensor<1x8xf32>
  return %2 : tensor<1x8xf32>
}

// -----

!x = !quant.uniform<u8:f32, 0.5>
!w = !quant.uniform<u8:f32, 0.5:7>
func.func @filter_with_zero_point(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  %0 = top.cast %x {to = !x} : (tensor<1x1x4xf32>) -> tensor<1x1x4x!x>
  %w = top.weight dense<[[[1]]]> : tensor<1x1x1xui8> as !w
  // expected-error @+1 {{'top.conv' cannot be lowered: its input and filter are not both quantized, the filter in i8 with zero points of 0}}
  %1 = top.conv %0, %w strides = [1] pads = [0, 0] dilations = [1] {group = 1 : i64}
    : (tensor<1x1x4x!x>, tensor<1x1x1x!w>) -> tensor<1x1x4xf32>
  return %1 : tensor<1x1x4xf32>
}

// -----

!x = !quant.uniform<u8:f32, 0.5>
// expected-error @+1 {{input 0 of the network is 'tensor<1x8x!quant.uniform<u8:f32, 5.000000e-01>>', but only tensors of floats, integers and truth values can be passed}}
func.func @quantized_input(%x: tensor<1x8x!x>) -> tensor<1x8xf32> {
  %0 = top.cast %x {to = f32} : (tensor<1x8x!x>) -> tensor<1x8xf32>
  return %0 : tensor<1x8xf32>
}
