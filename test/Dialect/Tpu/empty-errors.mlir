// RUN: tpu-opt %s -split-input-file -verify-diagnostics

// The chip's operations work on elements; --top-fold-empty takes out the others before.
func.func @binary(%x: tensor<1x4x0x8xf32>) {
  // expected-error @+1 {{'tpu.binary' op operand #0 must be static rank-4 tensor with elements of f32, f16 or bf16, but got 'tensor<1x4x0x8xf32>'}}
  %0 = tpu.binary add %x, %x : (tensor<1x4x0x8xf32>, tensor<1x4x0x8xf32>) -> tensor<1x4x0x8xf32>
  return
}

// -----

func.func @permute(%x: tensor<0x4x2x8xf32>) {
  // expected-error @+1 {{'tpu.permute' op operand #0 must be static rank-4 tensor with elements of a chip type}}
  %0 = tpu.permute %x {order = array<i64: 1, 0, 2, 3>} : tensor<0x4x2x8xf32> -> tensor<4x0x2x8xf32>
  return
}

// -----

func.func @copy(%x: tensor<0x4xf32>) {
  // expected-error @+1 {{'tpu.copy' op operand #0 must be static tensor with elements}}
  %0 = tpu.copy %x : tensor<0x4xf32> -> tensor<0x4xf32>
  return
}

// -----

func.func @copy_c1(%x: tensor<2x4xf32>) {
  // expected-error @+1 {{'tpu.copy' op failed to verify that all of {input, result} have same type}}
  %0 = tpu.copy %x : tensor<2x4xf32> -> tensor<4x4xf32>
  return
}
