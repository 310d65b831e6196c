// RUN: tpu-opt %s -split-input-file -verify-diagnostics

func.func @relu_of_integers(%x: tensor<8xi32>) {
  // expected-error @+1 {{operand #0 must be statically shaped tensor of 32-bit float or 16-bit float or bfloat16 type or 8-bit quantized values, but got 'tensor<8xi32>'}}
  %0 = top.relu %x : tensor<8xi32>
  return
}

// -----

func.func @relu_of_unknown_size(%x: tensor<?xf32>) {
  // expected-error @+1 {{operand #0 must be statically shaped tensor}}
  %0 = top.relu %x : tensor<?xf32>
  return
}

// -----

func.func @prelu_c1(%x: tensor<1x8x4x4xf32>, %slope: tensor<8xf32>) {
  // expected-error @+1 {{'top.prelu' op expects a slope that broadcasts to [1, 8, 4, 4], but found [8] (C1)}}
  %0 = top.prelu %x, %slope : (tensor<1x8x4x4xf32>, tensor<8xf32>) -> tensor<1x8x4x4xf32>
  return
}

// -----

func.func @prelu_c1_grows(%x: tensor<1x4xf32>, %slope: tensor<2x4xf32>) {
  // expected-error @+1 {{'top.prelu' op expects a slope that broadcasts to [1, 4], but found [2, 4] (C1)}}
  %0 = top.prelu %x, %slope : (tensor<1x4xf32>, tensor<2x4xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @softmax_c1(%x: tensor<4x8xf32>) {
  // expected-error @+1 {{'top.softmax' op expects an axis less than the rank 2, but found 2 (C1)}}
  %0 = top.softmax %x {axis = 2 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @softmax_negative_axis(%x: tensor<4x8xf32>) {
  // expected-error @+1 {{attribute 'axis' failed to satisfy constraint: 64-bit signless integer attribute whose value is non-negative}}
  %0 = top.softmax %x {axis = -1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @softmax_without_axis(%x: tensor<4x8xf32>) {
  // expected-error @+1 {{'top.softmax' op requires attribute 'axis'}}
  %0 = top.softmax %x : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @wrong_result(%x: tensor<4x8xf32>) {
  // expected-error @+1 {{'top.softmax' op expects result #0 to be 'tensor<4x8xf32>', but found 'tensor<8x4xf32>'}}
  %0 = top.softmax %x {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<8x4xf32>
  return
}
