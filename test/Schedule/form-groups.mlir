// RUN: tpu-opt %s --pass-pipeline="builtin.module(func.func(tpu-form-groups{max-ops=6}))" -split-input-file | FileCheck %s
// RUN: tpu-opt %s --pass-pipeline="builtin.module(func.func(tpu-form-groups{max-ops=1}))" -split-input-file | FileCheck %s --check-prefix=ALONE

// A chain becomes one group: its intermediate has a place in local memory and none in global memory.
// CHECK-LABEL: func @chain
// CHECK: %[[Y:.*]] = tpu.group ins(%arg0, %arg1 :
// CHECK-NEXT: tpu.binary add %arg0, %arg1 {tpu.buffer = #tpu.buffer<
// CHECK-NEXT: %[[R:.*]] = tpu.binary_scalar max
// CHECK-NEXT: tpu.yield %[[R]]
// CHECK: return %[[Y]]
// ALONE-LABEL: func @chain
// ALONE-COUNT-2: tpu.group
func.func @chain(%a: tensor<1x64x56x56xf16>, %b: tensor<1x64x56x56xf16>) -> tensor<1x64x56x56xf16> {
  %0 = tpu.binary add %a, %b : (tensor<1x64x56x56xf16>, tensor<1x64x56x56xf16>) -> tensor<1x64x56x56xf16>
  %1 = tpu.binary_scalar max %0, 0.0 : tensor<1x64x56x56xf16>
  return %1 : tensor<1x64x56x56xf16>
}

// -----

// A value that is used outside ends its group.
// CHECK-LABEL: func @used_twice
// CHECK: %[[FIRST:.*]] = tpu.group
// CHECK: %[[SECOND:.*]] = tpu.group ins(%[[FIRST]]
// CHECK: return %[[FIRST]], %[[SECOND]]
func.func @used_twice(%a: tensor<1x64x8x8xf16>) -> (tensor<1x64x8x8xf16>, tensor<1x64x8x8xf16>) {
  %0 = tpu.unary abs %a : tensor<1x64x8x8xf16>
  %1 = tpu.binary_scalar max %0, 0.0 : tensor<1x64x8x8xf16>
  return %0, %1 : tensor<1x64x8x8xf16>, tensor<1x64x8x8xf16>
}

// -----

// A convolution on a full HD image does not fit: it is cut along h, and its input is double-buffered.
// CHECK-LABEL: func @large
// CHECK: tiling <n = 1, c = 1, h = {{[0-9]+}}, w = 1> loads [0, 0, 0] holds [-1, -1, -1] buffers [#tpu.buffer<{{[0-9]+}}, {{[0-9]+}}>, #tpu.buffer<{{[0-9]+}}>, #tpu.buffer<{{[0-9]+}}>]
func.func @large(%x: tensor<1x3x1080x1920xf16>, %f: tensor<1x16x9x32xf16>, %b: tensor<1x16x1x1xf32>) -> tensor<1x16x1080x1920xf16> {
  %0 = tpu.conv %x, %f, %b {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x3x1080x1920xf16>, tensor<1x16x9x32xf16>, tensor<1x16x1x1xf32>) -> tensor<1x16x1080x1920xf16>
  return %0 : tensor<1x16x1080x1920xf16>
}

// -----

// 65536 columns would fit into local memory, but not into the 16 bits of a command's size.
// CHECK-LABEL: func @long_row
// CHECK: tiling <n = 1, c = 1, h = 1, w = {{[2-9]|[1-9][0-9]+}}>
func.func @long_row(%x: tensor<1x1x1x65536xf16>) -> tensor<1x1x1x65536xf16> {
  %0 = tpu.unary abs %x : tensor<1x1x1x65536xf16>
  return %0 : tensor<1x1x1x65536xf16>
}

// -----

// More ops than a group may have: the value between two groups stays in local memory, and the filters of the second
// are loaded while ops of the first work.
// CHECK-LABEL: func @ahead
// CHECK: tiling <n = 1, c = 1, h = 1, w = 1> loads {{.*}} keeps [[KEPT:[0-9]+]] {
// CHECK: tiling <n = 1, c = 1, h = 1, w = 1> loads [0, -{{[1-9]}}, -{{[1-9]}}, -{{[1-9]}}] holds {{\[}}[[KEPT]], -1, -1, -1] buffers [#tpu.buffer<[[KEPT]]>
// ALONE-LABEL: func @ahead
// ALONE-NOT: keeps
func.func @ahead(%x: tensor<1x64x14x14xi8>, %f0: tensor<1x64x9x64xi8>, %f1: tensor<1x64x9x64xi8>, %f2: tensor<1x64x9x64xi8>, %f3: tensor<1x64x9x64xi8>, %f4: tensor<1x64x9x64xi8>, %f5: tensor<1x64x9x64xi8>, %f6: tensor<1x64x9x64xi8>, %f7: tensor<1x64x9x64xi8>, %t: tensor<1x64x1x2xf32>) -> tensor<1x64x14x14xi8> {
  %0 = tpu.conv %x, %f0 requant %t {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x64x14x14xi8>, tensor<1x64x9x64xi8>, tensor<1x64x1x2xf32>) -> tensor<1x64x14x14xi8>
  %1 = tpu.conv %0, %f1 requant %t {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x64x14x14xi8>, tensor<1x64x9x64xi8>, tensor<1x64x1x2xf32>) -> tensor<1x64x14x14xi8>
  %2 = tpu.conv %1, %f2 requant %t {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x64x14x14xi8>, tensor<1x64x9x64xi8>, tensor<1x64x1x2xf32>) -> tensor<1x64x14x14xi8>
  %3 = tpu.conv %2, %f3 requant %t {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x64x14x14xi8>, tensor<1x64x9x64xi8>, tensor<1x64x1x2xf32>) -> tensor<1x64x14x14xi8>
  %4 = tpu.conv %3, %f4 requant %t {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x64x14x14xi8>, tensor<1x64x9x64xi8>, tensor<1x64x1x2xf32>) -> tensor<1x64x14x14xi8>
  %5 = tpu.conv %4, %f5 requant %t {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x64x14x14xi8>, tensor<1x64x9x64xi8>, tensor<1x64x1x2xf32>) -> tensor<1x64x14x14xi8>
  %6 = tpu.conv %5, %f6 requant %t {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x64x14x14xi8>, tensor<1x64x9x64xi8>, tensor<1x64x1x2xf32>) -> tensor<1x64x14x14xi8>
  %7 = tpu.conv %6, %f7 requant %t {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x64x14x14xi8>, tensor<1x64x9x64xi8>, tensor<1x64x1x2xf32>) -> tensor<1x64x14x14xi8>
  return %7 : tensor<1x64x14x14xi8>
}
