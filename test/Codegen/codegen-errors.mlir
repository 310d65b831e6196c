// RUN: tpu-opt %s --tpu-codegen="output=%t.bmodel" -split-input-file -verify-diagnostics
// RUN: not ls %t.bmodel

// expected-error @+1 {{expects addresses: run --tpu-schedule before --tpu-codegen}}
module {
  func.func @main(%x: tensor<1x8x4x4xf16>) -> tensor<1x8x4x4xf16> {
    %0 = tpu.copy %x : tensor<1x8x4x4xf16> -> tensor<1x8x4x4xf16>
    return %0 : tensor<1x8x4x4xf16>
  }
}

// -----

module attributes {tpu.coeff_size = 4096 : i64, tpu.neuron_size = 8192 : i64} {
  func.func @main(%x: tensor<1x8x4x4xf16> {tpu.address = 4294971392 : i64}) -> tensor<1x8x4x4xf16> {
    // expected-error @+1 {{expects an address in 'tpu.address': run --tpu-schedule before --tpu-codegen}}
    %0 = tpu.unary abs %x : tensor<1x8x4x4xf16>
    return %0 : tensor<1x8x4x4xf16>
  }
}

// -----

module attributes {tpu.coeff_size = 4096 : i64, tpu.neuron_size = 8192 : i64} {
  func.func @main(%x: tensor<1x8x4x4xf16> {tpu.address = 4294971392 : i64}) -> tensor<1x8x4x4xf16> {
    // expected-error @+1 {{cannot be turned into commands: expects groups and data movement of the tpu dialect}}
    %0 = tpu.unary abs %x {tpu.address = 4294975488 : i64} : tensor<1x8x4x4xf16>
    return %0 : tensor<1x8x4x4xf16>
  }
}
