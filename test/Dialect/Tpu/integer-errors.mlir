// RUN: tpu-opt %s -split-input-file -verify-diagnostics

func.func @integer_c1(%a: tensor<1x8x4x4xi32>, %b: tensor<1x4x4x4xi32>) {
  // expected-error @+1 {{'tpu.integer' op expects dimension 1 of operand 1 to be 1 or 8, but found 4 (C1)}}
  %0 = tpu.integer add %a, %b : (tensor<1x8x4x4xi32>, tensor<1x4x4x4xi32>) -> tensor<1x8x4x4xi32>
  return
}

// -----

func.func @integer_c2(%a: tensor<1x1x4x4xi32>) {
  // expected-error @+1 {{'tpu.integer' op expects dimension 1 of the result to be 1, but found 8 (C2)}}
  %0 = tpu.integer add %a, %a : (tensor<1x1x4x4xi32>, tensor<1x1x4x4xi32>) -> tensor<1x8x4x4xi32>
  return
}

// -----

func.func @integer_c3(%a: tensor<1x8x4x4xi32>, %b: tensor<1x8x4x4xui32>) {
  // expected-error @+1 {{'tpu.integer' op expects one element type for max, but found 'i32', 'ui32' and 'i32' (C3)}}
  %0 = tpu.integer max %a, %b : (tensor<1x8x4x4xi32>, tensor<1x8x4x4xui32>) -> tensor<1x8x4x4xi32>
  return
}

// -----

func.func @shift_c3(%a: tensor<1x8x4x4xi32>, %b: tensor<1x8x4x4xui32>) {
  // expected-error @+1 {{'tpu.integer' op expects to shift by signed integers, but found 'ui32' (C3)}}
  %0 = tpu.integer shift %a, %b : (tensor<1x8x4x4xi32>, tensor<1x8x4x4xui32>) -> tensor<1x8x4x4xi32>
  return
}

// -----

func.func @scalar_c1(%a: tensor<1x8x4x4xui8>) {
  // expected-error @+1 {{'tpu.integer_scalar' op expects a scalar that 'ui8' has, but found -1 (C1)}}
  %0 = tpu.integer_scalar add %a, -1 : tensor<1x8x4x4xui8>
  return
}

// -----

func.func @shift_scalar_c1(%a: tensor<1x8x4x4xui8>) {
  // expected-error @+1 {{'tpu.integer_scalar' op expects to shift by -32 to 31, but found 32 (C1)}}
  %0 = tpu.integer_scalar shift %a, 32 : tensor<1x8x4x4xui8>
  return
}

// -----

func.func @compare_c2(%a: tensor<1x8x1x4xf16>) {
  // expected-error @+1 {{'tpu.compare' op expects dimension 2 of the result to be 1, but found 8 (C2)}}
  %0 = tpu.compare eq %a, %a : (tensor<1x8x1x4xf16>, tensor<1x8x1x4xf16>) -> tensor<1x8x8x4xui8>
  return
}

// -----

func.func @where_c1(%c: tensor<1x2x4x4xui8>, %a: tensor<1x8x4x4xf16>) {
  // expected-error @+1 {{'tpu.where' op expects dimension 1 of operand 0 to be 1 or 8, but found 2 (C1)}}
  %0 = tpu.where %c, %a, %a : (tensor<1x2x4x4xui8>, tensor<1x8x4x4xf16>, tensor<1x8x4x4xf16>) -> tensor<1x8x4x4xf16>
  return
}

// -----

func.func @where_condition(%a: tensor<1x8x4x4xf16>) {
  // expected-error @+1 {{operand #0 must be static rank-4 tensor of truth values in ui8}}
  %0 = tpu.where %a, %a, %a : (tensor<1x8x4x4xf16>, tensor<1x8x4x4xf16>, tensor<1x8x4x4xf16>) -> tensor<1x8x4x4xf16>
  return
}
