// RUN: tpu-opt %s --tpu-fill-lanes | FileCheck %s

// CHECK-LABEL: func @before
// CHECK-NEXT: %[[Q:.*]] = tpu.quantize %arg0 {scale = 1.000000e-01 : f32} : tensor<1x320x1x32xf16> -> tensor<1x320x1x32xi8>
// CHECK-NEXT: %[[R:.*]] = tpu.reshape %[[Q]] : tensor<1x320x1x32xi8> -> tensor<1x1x320x32xi8>
// CHECK-NEXT: return %[[R]]
func.func @before(%x: tensor<1x320x1x32xf16>) -> tensor<1x1x320x32xi8> {
  %0 = tpu.reshape %x : tensor<1x320x1x32xf16> -> tensor<1x1x320x32xf16>
  %1 = tpu.quantize %0 {scale = 0.1 : f32} : tensor<1x1x320x32xf16> -> tensor<1x1x320x32xi8>
  return %1 : tensor<1x1x320x32xi8>
}

// The product that follows has its rows in lanes.
// CHECK-LABEL: func @behind
// CHECK-NEXT: %[[R:.*]] = tpu.reshape %arg0 : tensor<1x1x320x32xi8> -> tensor<1x320x1x32xi8>
// CHECK-NEXT: %[[L:.*]] = tpu.lookup %[[R]], %arg1 : (tensor<1x320x1x32xi8>, tensor<1x1x1x256xui8>) -> tensor<1x320x1x32xui8>
// CHECK-NEXT: return %[[L]]
func.func @behind(%x: tensor<1x1x320x32xi8>, %t: tensor<1x1x1x256xui8>) -> tensor<1x320x1x32xui8> {
  %0 = tpu.lookup %x, %t : (tensor<1x1x320x32xi8>, tensor<1x1x1x256xui8>) -> tensor<1x1x320x32xui8>
  %1 = tpu.reshape %0 : tensor<1x1x320x32xui8> -> tensor<1x320x1x32xui8>
  return %1 : tensor<1x320x1x32xui8>
}

// CHECK-LABEL: func @full
// CHECK-NEXT: tpu.reshape
// CHECK-NEXT: tpu.unary exp
func.func @full(%x: tensor<1x1x64x32xf32>) -> tensor<1x64x1x32xf32> {
  %0 = tpu.reshape %x : tensor<1x1x64x32xf32> -> tensor<1x64x1x32xf32>
  %1 = tpu.unary exp %0 : tensor<1x64x1x32xf32>
  return %1 : tensor<1x64x1x32xf32>
}

// Both views of the function's result are needed.
// CHECK-LABEL: func @shared
// CHECK-NEXT: tpu.unary exp %arg0 : tensor<1x1x64x32xf32>
func.func @shared(%x: tensor<1x1x64x32xf32>) -> (tensor<1x1x64x32xf32>, tensor<1x64x1x32xf32>) {
  %0 = tpu.unary exp %x : tensor<1x1x64x32xf32>
  %1 = tpu.reshape %0 : tensor<1x1x64x32xf32> -> tensor<1x64x1x32xf32>
  return %0, %1 : tensor<1x1x64x32xf32>, tensor<1x64x1x32xf32>
}

// The reshape is between the network's signature and the chip's views.
// CHECK-LABEL: func @signature
// CHECK-NEXT: tpu.reshape
// CHECK-NEXT: tpu.unary exp
// CHECK-NEXT: tpu.reshape
func.func @signature(%x: tensor<5x7xf32>) -> tensor<5x7xf32> {
  %0 = tpu.reshape %x : tensor<5x7xf32> -> tensor<1x5x1x7xf32>
  %1 = tpu.unary exp %0 : tensor<1x5x1x7xf32>
  %2 = tpu.reshape %1 : tensor<1x5x1x7xf32> -> tensor<5x7xf32>
  return %2 : tensor<5x7xf32>
}

// A table for each channel stays in the view whose channels it has, though lanes are emptier there.
// CHECK-LABEL: func @channel_tables
// CHECK-NEXT: %[[R:.*]] = tpu.reshape %arg0 : tensor<4x16x1x16xi8> -> tensor<1x4x16x16xi8>
// CHECK-NEXT: %[[L:.*]] = tpu.lookup %[[R]], %arg1 : (tensor<1x4x16x16xi8>, tensor<1x4x1x256xi8>) -> tensor<1x4x16x16xi8>
// CHECK-NEXT: %[[S:.*]] = tpu.reshape %[[L]] : tensor<1x4x16x16xi8> -> tensor<1x64x1x16xi8>
// CHECK-NEXT: return %[[S]]
func.func @channel_tables(%x: tensor<4x16x1x16xi8>, %t: tensor<1x4x1x256xi8>) -> tensor<1x64x1x16xi8> {
  %0 = tpu.reshape %x : tensor<4x16x1x16xi8> -> tensor<1x4x16x16xi8>
  %1 = tpu.lookup %0, %t : (tensor<1x4x16x16xi8>, tensor<1x4x1x256xi8>) -> tensor<1x4x16x16xi8>
  %2 = tpu.reshape %1 : tensor<1x4x16x16xi8> -> tensor<1x64x1x16xi8>
  return %2 : tensor<1x64x1x16xi8>
}

// Rows and columns may change: channels are the same ones.
// CHECK-LABEL: func @channels_stay
// CHECK-NEXT: tpu.lookup %arg0, %arg1 : (tensor<2x4x1x256xi8>, tensor<1x4x1x256xi8>) -> tensor<2x4x1x256xi8>
// CHECK-NEXT: tpu.reshape
func.func @channels_stay(%x: tensor<2x4x1x256xi8>, %t: tensor<1x4x1x256xi8>) -> tensor<2x4x16x16xi8> {
  %0 = tpu.reshape %x : tensor<2x4x1x256xi8> -> tensor<2x4x16x16xi8>
  %1 = tpu.lookup %0, %t : (tensor<2x4x16x16xi8>, tensor<1x4x1x256xi8>) -> tensor<2x4x16x16xi8>
  return %1 : tensor<2x4x16x16xi8>
}

// However many ops there are.
// CHECK-LABEL: func @chain
// CHECK-NEXT: tpu.reshape
// CHECK-COUNT-12: tpu.unary exp {{.*}} : tensor<1x64x1x32xf32>
// CHECK-NEXT: return
func.func @chain(%x: tensor<1x1x64x32xf32>) -> tensor<1x64x1x32xf32> {
  %0 = tpu.unary exp %x : tensor<1x1x64x32xf32>
  %1 = tpu.unary exp %0 : tensor<1x1x64x32xf32>
  %2 = tpu.unary exp %1 : tensor<1x1x64x32xf32>
  %3 = tpu.unary exp %2 : tensor<1x1x64x32xf32>
  %4 = tpu.unary exp %3 : tensor<1x1x64x32xf32>
  %5 = tpu.unary exp %4 : tensor<1x1x64x32xf32>
  %6 = tpu.unary exp %5 : tensor<1x1x64x32xf32>
  %7 = tpu.unary exp %6 : tensor<1x1x64x32xf32>
  %8 = tpu.unary exp %7 : tensor<1x1x64x32xf32>
  %9 = tpu.unary exp %8 : tensor<1x1x64x32xf32>
  %10 = tpu.unary exp %9 : tensor<1x1x64x32xf32>
  %11 = tpu.unary exp %10 : tensor<1x1x64x32xf32>
  %12 = tpu.reshape %11 : tensor<1x1x64x32xf32> -> tensor<1x64x1x32xf32>
  return %12 : tensor<1x64x1x32xf32>
}
