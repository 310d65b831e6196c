// RUN: tpu-opt %s --pass-pipeline="builtin.module(func.func(tpu-form-groups))" -split-input-file -verify-diagnostics

func.func @rows_too_long(%x: tensor<1x1x1x200000xf32>) -> tensor<1x1x1x200000xf32> {
  // expected-error @+1 {{does not fit into local memory, however its result is cut: expects the operands and the result of the smallest slice to take at most 262144 bytes of each lane}}
  %0 = tpu.softmax %x : tensor<1x1x1x200000xf32>
  return %0 : tensor<1x1x1x200000xf32>
}
