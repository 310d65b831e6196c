// RUN: tpu-opt %s -split-input-file -verify-diagnostics

func.func @gather_c1(%x0: tensor<4x8xf32>, %x1: tensor<3xi64>) {
  // expected-error @+1 {{'top.gather' op expects an axis less than the rank 2, but found 2 (C1)}}
  %0 = top.gather %x0, %x1 {axis = 2 : i64} : (tensor<4x8xf32>, tensor<3xi64>) -> tensor<4x3xf32>
  return
}

// -----

func.func @gather_indices(%x0: tensor<4x8xf32>, %x1: tensor<3xf32>) {
  // expected-error @+1 {{'top.gather' op operand #1 must be statically shaped tensor of 32-bit signless integer or 64-bit signless integer values, but got 'tensor<3xf32>'}}
  %0 = top.gather %x0, %x1 {axis = 0 : i64} : (tensor<4x8xf32>, tensor<3xf32>) -> tensor<3x8xf32>
  return
}

// -----

func.func @gather_elements_c1(%x0: tensor<4x8xf32>, %x1: tensor<4x3xi64>) {
  // expected-error @+1 {{'top.gather_elements' op expects an axis less than the rank 2, but found 2 (C1)}}
  %0 = top.gather_elements %x0, %x1 {axis = 2 : i64} : (tensor<4x8xf32>, tensor<4x3xi64>) -> tensor<4x3xf32>
  return
}

// -----

func.func @gather_elements_c2(%x0: tensor<4x8xf32>, %x1: tensor<3xi64>) {
  // expected-error @+1 {{'top.gather_elements' op expects input and indices of one rank, but found ranks 2 and 1 (C2)}}
  %0 = top.gather_elements %x0, %x1 {axis = 1 : i64} : (tensor<4x8xf32>, tensor<3xi64>) -> tensor<3xf32>
  return
}

// -----

func.func @gather_elements_c3(%x0: tensor<4x8xf32>, %x1: tensor<5x9xi32>) {
  // expected-error @+1 {{'top.gather_elements' op expects dimension 0 of the indices to be at most 4, but found 5 (C3)}}
  %0 = top.gather_elements %x0, %x1 {axis = 1 : i64} : (tensor<4x8xf32>, tensor<5x9xi32>) -> tensor<5x9xf32>
  return
}

// -----

func.func @gather_c2(%x: tensor<0x4xf32>, %i: tensor<3xi64>) {
  // expected-error @+1 {{'top.gather' op expects elements along the axis to choose from, but found none (C2)}}
  %0 = top.gather %x, %i {axis = 0 : i64} : (tensor<0x4xf32>, tensor<3xi64>) -> tensor<3x4xf32>
  return
}

// -----

func.func @gather_elements_c4(%x: tensor<0x4xf32>, %i: tensor<3x4xi64>) {
  // expected-error @+1 {{'top.gather_elements' op expects elements along the axis to choose from, but found none (C4)}}
  %0 = top.gather_elements %x, %i {axis = 0 : i64} : (tensor<0x4xf32>, tensor<3x4xi64>) -> tensor<3x4xf32>
  return
}
