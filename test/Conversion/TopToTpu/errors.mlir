// RUN: tpu-opt %s --lower-top-to-tpu -split-input-file -verify-diagnostics

// Every op is named, not only the first.
func.func @all(%x: tensor<1x2x4x4xf32>, %f: tensor<1x2x1x1xf32>, %i: tensor<1x1x4x4xi64>) -> tensor<1x1x4x4xf32> {
  // expected-error @+1 {{'top.conv' cannot be lowered: its filter and bias must be constants whose elements are present}}
  %0 = top.conv %x, %f strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64}
    : (tensor<1x2x4x4xf32>, tensor<1x2x1x1xf32>) -> tensor<1x1x4x4xf32>
  // expected-error @+1 {{'top.gather_elements' has no lowering to the chip's operations}}
  %1 = top.gather_elements %0, %i {axis = 1 : i64} : (tensor<1x1x4x4xf32>, tensor<1x1x4x4xi64>) -> tensor<1x1x4x4xf32>
  return %1 : tensor<1x1x4x4xf32>
}

// -----

func.func @three_dimensions(%x: tensor<1x1x2x2x2xf32>) -> tensor<1x1x1x1x1xf32> {
  // expected-error @+1 {{'top.max_pool' cannot be lowered: it has 3 spatial dimensions, but 1 or 2 can be computed}}
  %0 = top.max_pool %x kernel = [2, 2, 2] strides = [1, 1, 1] pads = [0, 0, 0, 0, 0, 0] dilations = [1, 1, 1] : (tensor<1x1x2x2x2xf32>) -> tensor<1x1x1x1x1xf32>
  return %0 : tensor<1x1x1x1x1xf32>
}

// -----

func.func @three_dimensional_conv(%x: tensor<1x1x2x2x2xf32>) -> tensor<1x1x2x2x2xf32> {
  %f = top.weight dense<1.0> : tensor<1x1x1x1x1xf32>
  // expected-error @+1 {{'top.conv' cannot be lowered: it has 3 spatial dimensions, but 1 or 2 can be computed}}
  %0 = top.conv %x, %f strides = [1, 1, 1] pads = [0, 0, 0, 0, 0, 0] dilations = [1, 1, 1] {group = 1 : i64}
    : (tensor<1x1x2x2x2xf32>, tensor<1x1x1x1x1xf32>) -> tensor<1x1x2x2x2xf32>
  return %0 : tensor<1x1x2x2x2xf32>
}

// -----

// Of integers there is no logarithm, and not every reduction.
func.func @integers(%x: tensor<4xi32>) -> tensor<i32> {
  // expected-error @+1 {{'top.reduce' cannot be lowered: its kind is a number that integers do not hold}}
  %0 = top.reduce log_sum %x axes = [0] : (tensor<4xi32>) -> tensor<i32>
  return %0 : tensor<i32>
}

// -----

func.func @large_constant(%x: tensor<2xi64>) -> tensor<2xi1> {
  %w = top.weight dense<[7, 4294967296]> : tensor<2xi64> loc("w")
  // expected-error @+1 {{'top.greater' cannot be lowered: its constant 'w' holds 4294967296 as element 1, but the chip carries 'i64' as 'i32'}}
  %0 = top.greater %x, %w : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi1>
  return %0 : tensor<2xi1>
}

// -----

func.func @wide_sum(%x: tensor<2xi32>) -> tensor<2xi64> {
  %0 = top.cast %x {to = i64} : (tensor<2xi32>) -> tensor<2xi64>
  // expected-error @+1 {{'top.add' cannot be lowered: its numbers of 64 bits may leave the 32 in which the chip carries them; clip what it reads, or compute in 32 bits}}
  %1 = top.add %0, %0 : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>
  return %1 : tensor<2xi64>
}

// -----

func.func @unknown_indices(%x: tensor<4x8xf32>, %c: tensor<1xf32>) -> tensor<2x8xf32> {
  %i = top.weight dense<[0, 9]> : tensor<2xi64>
  // expected-error @+1 {{'top.gather' cannot be lowered: its index 9 lies outside of 4 elements}}
  %0 = top.gather %x, %i {axis = 0 : i64} : (tensor<4x8xf32>, tensor<2xi64>) -> tensor<2x8xf32>
  return %0 : tensor<2x8xf32>
}

// -----

func.func @joined_index(%x: tensor<2xi64>) -> tensor<3x8xf32> {
  %t = top.weight dense<1.0> : tensor<4x8xf32>
  %i = top.weight dense<7> : tensor<1xi64>
  %0 = top.concat %x, %i {axis = 0 : i64} : (tensor<2xi64>, tensor<1xi64>) -> tensor<3xi64>
  // expected-error @+1 {{its index 7 lies outside of 4 elements}}
  %1 = top.gather %t, %0 {axis = 0 : i64} : (tensor<4x8xf32>, tensor<3xi64>) -> tensor<3x8xf32>
  return %1 : tensor<3x8xf32>
}

// -----

func.func @large_dilated_pool(%x: tensor<1x1x64x64xf32>) -> tensor<1x1x32x32xf32> {
  // expected-error @+1 {{'top.max_pool' cannot be lowered: its window is dilated and has more than 256 elements}}
  %0 = top.max_pool %x kernel = [17, 17] strides = [1, 1] pads = [0, 0, 0, 0] dilations = [2, 2] : (tensor<1x1x64x64xf32>) -> tensor<1x1x32x32xf32>
  return %0 : tensor<1x1x32x32xf32>
}

// -----

func.func @batch_norm_parameters(%x: tensor<1x2x4xf32>, %p: tensor<2xf32>) -> tensor<1x2x4xf32> {
  // expected-error @+1 {{'top.batch_norm' cannot be lowered: its parameters must be constants}}
  %0 = top.batch_norm %x, %p, %p, %p, %p {epsilon = 1.0e-5 : f32} : (tensor<1x2x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x4xf32>
  return %0 : tensor<1x2x4xf32>
}
