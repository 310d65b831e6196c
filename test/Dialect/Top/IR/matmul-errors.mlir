// RUN: tpu-opt %s -split-input-file -verify-diagnostics

func.func @c1(%x0: tensor<8xf32>, %x1: tensor<8x4xf32>) {
  // expected-error @+1 {{'top.matmul' op expects operands of at least rank 2, but found ranks 1 and 2 (C1)}}
  %0 = top.matmul %x0, %x1 : (tensor<8xf32>, tensor<8x4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @c2(%x0: tensor<2x8xf32>, %x1: tensor<4x8xf32>) {
  // expected-error @+1 {{'top.matmul' op expects equal inner dimensions, but found 8 and 4 (C2)}}
  %0 = top.matmul %x0, %x1 : (tensor<2x8xf32>, tensor<4x8xf32>) -> tensor<2x8xf32>
  return
}

// -----

func.func @c2_transposed(%x0: tensor<2x8xf32>, %x1: tensor<8x4xf32>) {
  // expected-error @+1 {{'top.matmul' op expects equal inner dimensions, but found 8 and 4 (C2)}}
  %0 = top.matmul %x0, %x1 {transpose_rhs} : (tensor<2x8xf32>, tensor<8x4xf32>) -> tensor<2x8xf32>
  return
}

// -----

func.func @c3(%x0: tensor<3x2x8xf32>, %x1: tensor<2x8x4xf32>) {
  // expected-error @+1 {{'top.matmul' op expects leading dimensions that broadcast, but found [3] and [2] (C3)}}
  %0 = top.matmul %x0, %x1 : (tensor<3x2x8xf32>, tensor<2x8x4xf32>) -> tensor<3x2x4xf32>
  return
}

// -----

func.func @c4(%x0: tensor<2x8xf32>, %x1: tensor<8x4xf32>, %x2: tensor<2xf32>) {
  // expected-error @+1 {{'top.matmul' op expects a bias of shape [4], but found [2] (C4)}}
  %0 = top.matmul %x0, %x1, %x2 : (tensor<2x8xf32>, tensor<8x4xf32>, tensor<2xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @c5(%x0: tensor<2x8xf32>, %x1: tensor<8x4xf16>) {
  // expected-error @+1 {{'top.matmul' op expects operands of one element type, but found 'f32' and 'f16' (C5)}}
  %0 = top.matmul %x0, %x1 : (tensor<2x8xf32>, tensor<8x4xf16>) -> tensor<2x4xf32>
  return
}

// -----

func.func @c6(%x0: tensor<2x8xf32>, %x1: tensor<8x4xf32>) {
  // expected-error @+1 {{'top.matmul' op expects a positive relu_limit, but found -1.000000e+00 (C6)}}
  %0 = top.matmul %x0, %x1 {relu, relu_limit = -1.0 : f32} : (tensor<2x8xf32>, tensor<8x4xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @c6_alone(%x0: tensor<2x8xf32>, %x1: tensor<8x4xf32>) {
  // expected-error @+1 {{'top.matmul' op expects relu beside relu_limit (C6)}}
  %0 = top.matmul %x0, %x1 {relu_limit = 1.0 : f32} : (tensor<2x8xf32>, tensor<8x4xf32>) -> tensor<2x4xf32>
  return
}
