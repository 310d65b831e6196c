// RUN: tpu-opt %s -split-input-file -verify-diagnostics

func.func @add_c1(%x0: tensor<2x8xf32>, %x1: tensor<4xf32>) {
  // expected-error @+1 {{'top.add' op expects shapes that broadcast, but found [2, 8] and [4] (C1)}}
  %0 = top.add %x0, %x1 : (tensor<2x8xf32>, tensor<4xf32>) -> tensor<2x8xf32>
  return
}

// -----

func.func @add_element_type(%x0: tensor<8xf32>, %x1: tensor<8xf16>) {
  // expected-error @+1 {{'top.add' op requires the same element type for all operands}}
  %0 = top.add %x0, %x1 : (tensor<8xf32>, tensor<8xf16>) -> tensor<8xf32>
  return
}

// -----

func.func @add_booleans(%x0: tensor<8xi1>, %x1: tensor<8xi1>) {
  // expected-error @+1 {{'top.add' op operand #0 must be statically shaped tensor of 32-bit float or 16-bit float or bfloat16 type or 8-bit quantized or 8-bit signless integer}}
  %0 = top.add %x0, %x1 : (tensor<8xi1>, tensor<8xi1>) -> tensor<8xi1>
  return
}

// -----

func.func @mul_result(%x0: tensor<2x1xf32>, %x1: tensor<8xf32>) {
  // expected-error @+1 {{'top.mul' op expects result #0 to be 'tensor<2x8xf32>', but found 'tensor<8xf32>'}}
  %0 = top.mul %x0, %x1 : (tensor<2x1xf32>, tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @mod_c1(%x0: tensor<3xi32>, %x1: tensor<4xi32>) {
  // expected-error @+1 {{'top.mod' op expects shapes that broadcast, but found [3] and [4] (C1)}}
  %0 = top.mod %x0, %x1 : (tensor<3xi32>, tensor<4xi32>) -> tensor<4xi32>
  return
}

// -----

func.func @greater_c1(%x0: tensor<3xf32>, %x1: tensor<4xf32>) {
  // expected-error @+1 {{'top.greater' op expects shapes that broadcast, but found [3] and [4] (C1)}}
  %0 = top.greater %x0, %x1 : (tensor<3xf32>, tensor<4xf32>) -> tensor<4xi1>
  return
}

// -----

func.func @less_result(%x0: tensor<4xf32>, %x1: tensor<4xf32>) {
  // expected-error @+1 {{'top.less' op result #0 must be statically shaped tensor of 1-bit signless integer values}}
  %0 = top.less %x0, %x1 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @and_c1(%x0: tensor<3xi1>, %x1: tensor<4xi1>) {
  // expected-error @+1 {{'top.and' op expects shapes that broadcast, but found [3] and [4] (C1)}}
  %0 = top.and %x0, %x1 : (tensor<3xi1>, tensor<4xi1>) -> tensor<4xi1>
  return
}

// -----

func.func @where_c1(%x0: tensor<4x1xi1>, %x1: tensor<4xf32>, %x2: tensor<3xf32>) {
  // expected-error @+1 {{'top.where' op expects shapes that broadcast, but found [4, 4] and [3] (C1)}}
  %0 = top.where %x0, %x1, %x2 : (tensor<4x1xi1>, tensor<4xf32>, tensor<3xf32>) -> tensor<4x4xf32>
  return
}

// -----

func.func @where_element_type(%x0: tensor<4xi1>, %x1: tensor<4xf32>, %x2: tensor<4xf16>) {
  // expected-error @+1 {{'top.where' op failed to verify that all of {on_true, on_false, output} have same element type}}
  %0 = top.where %x0, %x1, %x2 : (tensor<4xi1>, tensor<4xf32>, tensor<4xf16>) -> tensor<4xf16>
  return
}

// -----

func.func @is_nan_result(%x0: tensor<4xf32>) {
  // expected-error @+1 {{'top.is_nan' op expects result #0 to be 'tensor<4xi1>', but found 'tensor<5xi1>'}}
  %0 = top.is_nan %x0 : (tensor<4xf32>) -> tensor<5xi1>
  return
}

// -----

func.func @cast_c1_float(%x0: tensor<4xf32>) {
  // expected-error @+1 {{'top.cast' op expects `to` to be f32, f16, bf16, i1, a signless or an unsigned integer of 8, 16, 32 or 64 bits, but found 'f64' (C1)}}
  %0 = top.cast %x0 {to = f64} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @cast_c1_integer(%x0: tensor<4xf32>) {
  // expected-error @+1 {{'top.cast' op expects `to` to be f32, f16, bf16, i1, a signless or an unsigned integer of 8, 16, 32 or 64 bits, but found 'i7' (C1)}}
  %0 = top.cast %x0 {to = i7} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @clip_c1(%x: tensor<4xf32>) {
  // expected-error @+1 {{'top.clip' op expects min <= max, but found 2.000000e+00 and 1.000000e+00 (C1)}}
  %0 = top.clip %x {max = 1.0 : f32, min = 2.0 : f32} : tensor<4xf32>
  return
}

// -----

func.func @clip_c1_nan(%x: tensor<4xf32>) {
  // expected-error @+1 {{'top.clip' op expects min <= max, but found}}
  %0 = top.clip %x {max = 0x7FC00000 : f32, min = 2.0 : f32} : tensor<4xf32>
  return
}
