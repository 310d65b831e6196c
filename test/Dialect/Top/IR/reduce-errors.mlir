// RUN: tpu-opt %s -split-input-file -verify-diagnostics

func.func @reduce_c1(%x0: tensor<2x8xf32>) {
  // expected-error @+1 {{'top.reduce' op expects an axis less than the rank 2, but found 2 (C1)}}
  %0 = top.reduce sum %x0 axes = [0, 2] : (tensor<2x8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @reduce_c2(%x0: tensor<2x8xi1>) {
  // expected-error @+1 {{'top.reduce' op expects max or min of truth values, but found sum (C2)}}
  %0 = top.reduce sum %x0 axes = [1] : (tensor<2x8xi1>) -> tensor<2xi1>
  return
}

// -----

func.func @reduce_repeated_axis(%x0: tensor<2x8xf32>) {
  // expected-error @+1 {{'top.reduce' op attribute 'axes' failed to satisfy constraint: i64 dense array attribute}}
  %0 = top.reduce sum %x0 axes = [1, 1] : (tensor<2x8xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @reduce_negative_axis(%x0: tensor<2x8xf32>) {
  // expected-error @+1 {{'top.reduce' op attribute 'axes' failed to satisfy constraint: i64 dense array attribute whose value is non-negative}}
  %0 = top.reduce sum %x0 axes = [-1] : (tensor<2x8xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @reduce_result(%x0: tensor<2x8xf32>) {
  // expected-error @+1 {{'top.reduce' op expects result #0 to be 'tensor<2x1xf32>', but found 'tensor<2xf32>'}}
  %0 = top.reduce max %x0 axes = [1] {keepdims} : (tensor<2x8xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @arg_c1(%x0: tensor<2x8xf32>) {
  // expected-error @+1 {{'top.arg' op expects an axis less than the rank 2, but found 3 (C1)}}
  %0 = top.arg max %x0 {axis = 3 : i64} : (tensor<2x8xf32>) -> tensor<2xi64>
  return
}

// -----

func.func @arg_result(%x0: tensor<2x8xf32>) {
  // expected-error @+1 {{'top.arg' op result #0 must be statically shaped tensor of 64-bit signless integer values, but got 'tensor<2xf32>'}}
  %0 = top.arg min %x0 {axis = 1 : i64} : (tensor<2x8xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @cumsum_c1(%x0: tensor<2x8xf32>) {
  // expected-error @+1 {{'top.cumsum' op expects an axis less than the rank 2, but found 2 (C1)}}
  %0 = top.cumsum %x0 {axis = 2 : i64} : (tensor<2x8xf32>) -> tensor<2x8xf32>
  return
}

// -----

func.func @arg_c2(%x: tensor<2x0xf32>) {
  // expected-error @+1 {{'top.arg' op expects elements along the axis to choose from, but found none (C2)}}
  %0 = top.arg max %x {axis = 1 : i64} : (tensor<2x0xf32>) -> tensor<2xi64>
  return
}
