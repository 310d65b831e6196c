// RUN: tpu-opt %s -split-input-file -verify-diagnostics

func.func @weight_c1_type() {
  // expected-error @+1 {{'top.weight' op expects `quantized` to be an 8-bit quantized type, but found '!quant.uniform<i16:f32, 5.000000e-01>' (C1)}}
  %0 = top.weight dense<1> : tensor<2xi16> as !quant.uniform<i16:f32, 0.5>
  return
}

// -----

func.func @weight_c1_elements() {
  // expected-error @+1 {{'top.weight' op expects elements of 'ui8' for '!quant.uniform<u8:f32, 5.000000e-01>', but found 'i8' (C1)}}
  %0 = top.weight dense<1> : tensor<2xi8> as !quant.uniform<u8:f32, 0.5>
  return
}

// -----

func.func @weight_c2() {
  // expected-error @+1 {{'top.weight' op expects 2 elements in dimension 1, one for each scale, but found 'tensor<2x3xi8>' (C2)}}
  %0 = top.weight dense<1> : tensor<2x3xi8> as !quant.uniform<i8:f32:1, {0.5, 0.25}>
  return
}

// -----

func.func @wide(%x: tensor<8x!quant.uniform<i16:f32, 0.5>>) {
  // expected-error @+1 {{'top.relu' op operand #0 must be statically shaped tensor of 32-bit float or 16-bit float or bfloat16 type or 8-bit quantized values}}
  %0 = top.relu %x : tensor<8x!quant.uniform<i16:f32, 0.5>>
  return
}

// -----

func.func @shape(%x: tensor<8x!quant.uniform<i8:f32, 0.5>>) {
  // expected-error @+1 {{'top.sigmoid' op all non-scalar operands/results must have the same shape and base type}}
  %0 = top.sigmoid %x : (tensor<8x!quant.uniform<i8:f32, 0.5>>) -> tensor<4x!quant.uniform<i8:f32, 0.5>>
  return
}

// -----

func.func @two_results(%x: tensor<8xf32>) {
  // expected-error @+1 {{expected one operand and one result}}
  %0 = top.relu %x : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  return
}
