// RUN: tpu-opt %s --pass-pipeline="builtin.module(func.func(tpu-form-groups))" -split-input-file -verify-diagnostics

// Each is named.
func.func @rows_too_long(%x: tensor<1x1x1x200000xf32>) -> tensor<1x1x1x200000xf32> {
  // expected-error @+1 {{does not fit into local memory, however its result is cut: expects the operands and the result of the smallest slice to take at most 262144 bytes of each lane}}
  %0 = tpu.softmax %x : tensor<1x1x1x200000xf32>
  %1 = tpu.unary exp %0 : tensor<1x1x1x200000xf32>
  // expected-error @+1 {{does not fit into local memory}}
  %2 = tpu.softmax %1 : tensor<1x1x1x200000xf32>
  return %2 : tensor<1x1x1x200000xf32>
}

// -----

func.func @larger_than_memory(%x: tensor<65536x65536x2x1xf32>) -> tensor<65536x65536x2x1xf32> {
  // expected-error @+1 {{does not fit into global memory: expects at most 17179869184 bytes, but found the type 'tensor<65536x65536x2x1xf32>'}}
  %0 = tpu.binary_scalar max %x, 0.0 : tensor<65536x65536x2x1xf32>
  return %0 : tensor<65536x65536x2x1xf32>
}

// -----

// No product of sizes overflows.
func.func @beyond_64_bits(%x: tensor<4611686018427387904x4611686018427387904x1x1xf16>) -> tensor<4611686018427387904x4611686018427387904x1x1xf16> {
  // expected-error @+1 {{does not fit into global memory}}
  %0 = tpu.binary_scalar max %x, 0.0 : tensor<4611686018427387904x4611686018427387904x1x1xf16>
  return %0 : tensor<4611686018427387904x4611686018427387904x1x1xf16>
}
