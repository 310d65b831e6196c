// RUN: tpu-opt %s --pass-pipeline="builtin.module(func.func(tpu-form-groups))" -split-input-file -verify-diagnostics

// Each is named.
func.func @rows_too_long(%x: tensor<1x1x1x200000xf32>) -> tensor<1x1x1x200000xf32> {
  // expected-error @+1 {{does not fit into local memory, however its result is cut: expects the smallest slice to take at most 262144 bytes of each lane, but found 5600448, of which its operand takes 800000 and working memory 4000448; half of that in f16 or bf16}}
  %0 = tpu.softmax %x : tensor<1x1x1x200000xf32>
  %1 = tpu.unary exp %0 : tensor<1x1x1x200000xf32>
  // expected-error @+1 {{does not fit into local memory}}
  %2 = tpu.softmax %1 : tensor<1x1x1x200000xf32>
  return %2 : tensor<1x1x1x200000xf32>
}

// -----

func.func @larger_than_memory(%x: tensor<1x1x46340x46340xf32>) -> tensor<1x1x46340x46340xf32> {
  // expected-error @+1 {{does not fit into global memory: expects operands and result of at most 17179869184 bytes together, but found 25768747200}}
  %0 = tpu.binary max %x, %x : (tensor<1x1x46340x46340xf32>, tensor<1x1x46340x46340xf32>) -> tensor<1x1x46340x46340xf32>
  return %0 : tensor<1x1x46340x46340xf32>
}
