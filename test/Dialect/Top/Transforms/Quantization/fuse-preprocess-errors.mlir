// RUN: tpu-opt %s --top-fuse-preprocess -split-input-file -verify-diagnostics
// RUN: not tpu-opt %s --top-fuse-preprocess="mean=1,2" 2>&1 | FileCheck %s --check-prefix=COUNT
// RUN: not tpu-opt %s --top-fuse-preprocess="scale=1,2,3 pixel-format=gray" 2>&1 | FileCheck %s --check-prefix=GRAY
// RUN: not tpu-opt %s --top-fuse-preprocess="scale=1,0,3" 2>&1 | FileCheck %s --check-prefix=ZERO
// RUN: not tpu-opt %s --top-fuse-preprocess="scale=1e-60" 2>&1 | FileCheck %s --check-prefix=ZERO
// RUN: not tpu-opt %s --top-fuse-preprocess="mean=1e300" 2>&1 | FileCheck %s --check-prefix=MEAN

// COUNT: error: expected as many numbers of mean as a pixel has channels, 3, or 1, but found 2
// GRAY: error: expected as many numbers of scale as a pixel has channels, 1, or 1, but found 3
// ZERO: error: expected a scale that is finite in f32 and not zero, but found 0.000000
// MEAN: error: expected a mean that is finite when multiplied by the scale, but found

// expected-error @+2 {{expected floats [n, 3, h, w] to make of pixels, but found 'tensor<1x8xf32>'; see the options for pixel format and layout}}
// expected-error @+1 {{expected floats [n, 3, h, w] to make of pixels, but found 'tensor<1x4x4x3xf32>'; see}}
func.func @no_image(%a: tensor<1x8xf32>, %b: tensor<1x4x4x3xf32>) -> tensor<1x8xf32> {
  return %a : tensor<1x8xf32>
}

// -----

// expected-error @+1 {{expected floats [n, 3, h, w] to make of pixels, but found 'tensor<1x3x4x4xi32>'; see}}
func.func @integers(%a: tensor<1x3x4x4xi32>) -> tensor<1x3x4x4xi32> {
  return %a : tensor<1x3x4x4xi32>
}

// -----

// expected-error @+1 {{expected an input to make of pixels, but the network has none}}
func.func @no_input() -> tensor<1xf32> {
  %0 = top.weight dense<1.0> : tensor<1xf32>
  return %0 : tensor<1xf32>
}

// -----

// expected-warning @+1 {{expected floats [n, 3, h, w] to make of pixels, but found 'tensor<1x8xf32>'; this input stays as it is}}
func.func @two_inputs(%a: tensor<1x3x4x4xf32>, %b: tensor<1x8xf32>) -> (tensor<1x3x4x4xf32>, tensor<1x8xf32>) {
  return %a, %b : tensor<1x3x4x4xf32>, tensor<1x8xf32>
}
