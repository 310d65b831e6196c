// RUN: tpu-opt %s | tpu-opt | FileCheck %s

// CHECK-LABEL: func @conv
func.func @conv(%x: tensor<1x40x8x8xf16>, %f: tensor<1x64x18x32xf16>, %b: tensor<1x64x1x1xf32>) -> tensor<1x64x8x8xf16> {
  // CHECK: tpu.conv {{.*}} {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads = array<i64: 1, 1, 1, 1>, relu, strides = array<i64: 1, 1>}
  %y = tpu.conv %x, %f, %b {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>,
    dilations = array<i64: 1, 1>, relu} : (tensor<1x40x8x8xf16>, tensor<1x64x18x32xf16>, tensor<1x64x1x1xf32>) -> tensor<1x64x8x8xf16>
  return %y : tensor<1x64x8x8xf16>
}

// CHECK-LABEL: func @elementwise
func.func @elementwise(%a: tensor<1x64x8x8xf16>, %b: tensor<1x64x1x1xf16>) -> tensor<1x64x8x8xf32> {
  // CHECK: tpu.binary mul
  %0 = tpu.binary mul %a, %b : (tensor<1x64x8x8xf16>, tensor<1x64x1x1xf16>) -> tensor<1x64x8x8xf16>
  // CHECK: tpu.binary_scalar sub %{{.*}}, 1.000000e+00 reversed
  %1 = tpu.binary_scalar sub %0, 1.0 reversed : tensor<1x64x8x8xf16>
  // CHECK: tpu.unary sigmoid
  %2 = tpu.unary sigmoid %1 : tensor<1x64x8x8xf16>
  // CHECK: tpu.cast
  %3 = tpu.cast %2 : tensor<1x64x8x8xf16> -> tensor<1x64x8x8xf32>
  return %3 : tensor<1x64x8x8xf32>
}

// CHECK-LABEL: func @group
func.func @group(%a: tensor<1x64x8x8xf16>) -> tensor<1x64x8x8xf16> {
  // CHECK: tpu.group ins(%{{.*}} : tensor<1x64x8x8xf16>) tiling <n = 1, c = 1, h = 2, w = 1> loads [0] holds [-1] buffers [#tpu.buffer<0, 16384>] keeps 32768
  %y = tpu.group ins(%a : tensor<1x64x8x8xf16>) tiling <n = 1, c = 1, h = 2, w = 1> loads [0] holds [-1] buffers [#tpu.buffer<0, 16384>] keeps 32768 {
    %0 = tpu.unary abs %a : tensor<1x64x8x8xf16>
    tpu.yield %0 : tensor<1x64x8x8xf16>
  } : tensor<1x64x8x8xf16>
  return %y : tensor<1x64x8x8xf16>
}
