// RUN: tpu-opt %s -split-input-file -verify-diagnostics

func.func @attribute(%x: tensor<1x4x2x2xf32>) {
  // expected-error @+1 {{'top.depth_to_space' op expects numbers from -2147483647 to 2147483647, but found 4294967296 in 'blocksize'}}
  %0 = top.depth_to_space dcr %x {blocksize = 4294967296 : i64} : (tensor<1x4x2x2xf32>) -> tensor<1x1x2x2xf32>
  return
}

// -----

func.func @array(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'top.tile' op expects numbers from -2147483647 to 2147483647, but found 4611686018427387904 in 'repeats'}}
  %0 = top.tile %x repeats = [4, 4611686018427387904] : (tensor<2x3xf32>) -> tensor<8x0xf32>
  return
}

// -----

func.func @operand(%x: tensor<1099511627776xf32>) {
  // expected-error @+1 {{'top.relu' op expects tensors of at most 2147483647 elements, but found tensor<1099511627776xf32>}}
  %0 = top.relu %x : tensor<1099511627776xf32>
  return
}

// -----

// The product of the dimensions wraps to 0 in 64 bits.
func.func @wrapping(%x: tensor<4294967296x4294967296xf32>) {
  // expected-error @+1 {{'top.reshape' op expects tensors of at most 2147483647 elements}}
  %0 = top.reshape %x shape = [0] : (tensor<4294967296x4294967296xf32>) -> tensor<0xf32>
  return
}

// -----

// An empty dimension does not excuse the others.
func.func @empty(%x: tensor<0x65536x65536xf32>) {
  // expected-error @+1 {{'top.relu' op expects tensors of at most 2147483647 elements}}
  %0 = top.relu %x : tensor<0x65536x65536xf32>
  return
}

// -----

func.func @result(%x: tensor<65536x1xf32>, %y: tensor<1x65536xf32>) {
  // expected-error @+1 {{'top.add' op expects tensors of at most 2147483647 elements, but found tensor<65536x65536xf32>}}
  %0 = top.add %x, %y : (tensor<65536x1xf32>, tensor<1x65536xf32>) -> tensor<65536x65536xf32>
  return
}

// -----

func.func @tpu(%x: tensor<1x1x2x2xf32>) {
  // expected-error @+1 {{'tpu.slice' op expects numbers from -2147483647 to 2147483647, but found 4611686018427387904 in 'steps'}}
  %0 = tpu.slice %x {offsets = array<i64: 0, 0, 0, 0>, steps = array<i64: 1, 1, 4611686018427387904, 1>} : tensor<1x1x2x2xf32> -> tensor<1x1x1x2xf32>
  return
}
