// RUN: tpu-opt %s -split-input-file -verify-diagnostics

func.func @max_pool_c1(%x0: tensor<1x8xf32>) {
  // expected-error @+1 {{'top.max_pool' op expects an input of at least rank 3, but found rank 2 (C1)}}
  %0 = top.max_pool %x0 kernel = [] strides = [] pads = [] dilations = [] : (tensor<1x8xf32>) -> tensor<1x8x5x5xf32>
  return
}

// -----

func.func @max_pool_c2(%x0: tensor<1x8x9x9xf32>) {
  // expected-error @+1 {{'top.max_pool' op expects 2 kernel sizes, 2 strides, 4 pads and 2 dilations, but found 1, 2, 4 and 2 (C2)}}
  %0 = top.max_pool %x0 kernel = [3] strides = [2, 2] pads = [1, 1, 1, 1] dilations = [1, 1] : (tensor<1x8x9x9xf32>) -> tensor<1x8x5x5xf32>
  return
}

// -----

func.func @average_pool_c3(%x0: tensor<1x8x9x9xf32>) {
  // expected-error @+1 {{'top.average_pool' op expects pads smaller than the dilated window of 3, but found 3 (C3)}}
  %0 = top.average_pool %x0 kernel = [3, 3] strides = [2, 2] pads = [1, 1, 3, 1] dilations = [1, 1] {count_include_pad} : (tensor<1x8x9x9xf32>) -> tensor<1x8x5x5xf32>
  return
}

// -----

func.func @lp_pool_c4(%x0: tensor<1x8x9x9xf32>) {
  // expected-error @+1 {{'top.lp_pool' op expects a padded input of at least 15 elements, but found 11 (C4)}}
  %0 = top.lp_pool %x0 kernel = [3, 3] strides = [2, 2] pads = [1, 1, 1, 1] dilations = [7, 1] {p = 2 : i64} : (tensor<1x8x9x9xf32>) -> tensor<1x8x5x5xf32>
  return
}

// -----

func.func @max_pool_result(%x0: tensor<1x8x9x9xf32>) {
  // expected-error @+1 {{'top.max_pool' op expects result #0 to be 'tensor<1x8x5x5xf32>', but found 'tensor<1x8x4x4xf32>'}}
  %0 = top.max_pool %x0 kernel = [3, 3] strides = [2, 2] pads = [1, 1, 1, 1] dilations = [1, 1] : (tensor<1x8x9x9xf32>) -> tensor<1x8x4x4xf32>
  return
}

// -----

func.func @max_pool_c3_empty(%x: tensor<1x4x0x8xf32>) {
  // expected-error @+1 {{'top.max_pool' op expects elements in every dimension that it pads, but found none (C3)}}
  %0 = top.max_pool %x kernel = [2, 2] strides = [1, 1] pads = [1, 0, 1, 0] dilations = [1, 1] : (tensor<1x4x0x8xf32>) -> tensor<1x4x1x7xf32>
  return
}
