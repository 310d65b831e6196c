// RUN: tpu-opt %s -split-input-file -verify-diagnostics

// expected-error @+1 {{unknown chip 'bm9999': expected one of bm1684x}}
module attributes {tpu.chip = "bm9999"} {
  func.func @net(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
    %0 = tpu.binary_scalar max %x, 0.0 : tensor<1x2x4x4xf32>
    return %0 : tensor<1x2x4x4xf32>
  }
}

// -----

// expected-error @+1 {{expects the name of a chip in 'tpu.chip', but found 1684 : i64}}
module attributes {tpu.chip = 1684 : i64} {
  func.func @net(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
    %0 = tpu.binary_scalar max %x, 0.0 : tensor<1x2x4x4xf32>
    return %0 : tensor<1x2x4x4xf32>
  }
}
