// RUN: tpu-opt %s --pass-pipeline="builtin.module(func.func(tpu-form-groups))" | FileCheck %s

// The first result's way out, which stands last, comes right after what it needs: its store hides behind the second's
// work.
// CHECK-LABEL: func @two_results
// CHECK: tpu.cast
// CHECK-COUNT-2: tpu.conv
// CHECK: return
func.func @two_results(%x: tensor<1x64x64x64xf16>, %f: tensor<1x64x18x32xf16>, %b: tensor<1x64x1x1xf32>) -> (tensor<1x64x64x64xf32>, tensor<1x64x64x64xf16>) {
  %0 = tpu.unary abs %x : tensor<1x64x64x64xf16>
  %1 = tpu.conv %0, %f, %b {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>} : (tensor<1x64x64x64xf16>, tensor<1x64x18x32xf16>, tensor<1x64x1x1xf32>) -> tensor<1x64x64x64xf16>
  %2 = tpu.conv %1, %f, %b {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>} : (tensor<1x64x64x64xf16>, tensor<1x64x18x32xf16>, tensor<1x64x1x1xf32>) -> tensor<1x64x64x64xf16>
  %3 = tpu.cast %0 : tensor<1x64x64x64xf16> -> tensor<1x64x64x64xf32>
  %4 = tpu.binary add %1, %2 : (tensor<1x64x64x64xf16>, tensor<1x64x64x64xf16>) -> tensor<1x64x64x64xf16>
  return %3, %4 : tensor<1x64x64x64xf32>, tensor<1x64x64x64xf16>
}
