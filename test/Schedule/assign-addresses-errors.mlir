// RUN: tpu-opt %s --tpu-assign-addresses -split-input-file -verify-diagnostics

// Inputs and outputs stay in memory through the whole run: three times 8 GiB.
// expected-error @+1 {{does not fit into global memory: expects at most 17179869184 bytes, but needs 4096 for constants and}}
func.func @main(%x: tensor<1x1x46340x46340xf32>, %y: tensor<1x1x46340x46340xf32>) -> tensor<1x1x46340x46340xf32> {
  %0 = tpu.permute %x {order = array<i64: 0, 1, 3, 2>} : tensor<1x1x46340x46340xf32> -> tensor<1x1x46340x46340xf32>
  return %0 : tensor<1x1x46340x46340xf32>
}
