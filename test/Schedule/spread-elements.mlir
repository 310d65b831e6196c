// RUN: tpu-opt %s --tpu-spread-elements | FileCheck %s

// Channels of one element: 64 of 100.
// CHECK-LABEL: func @short_channels
// CHECK-NEXT: %[[X:.*]] = tpu.reshape %arg0 : tensor<1x6400x1x1xf16> -> tensor<1x64x1x100xf16>
// CHECK-NEXT: %[[T:.*]] = tpu.unary tanh %[[X]] : tensor<1x64x1x100xf16>
// CHECK-NEXT: %[[C:.*]] = tpu.cast %[[T]] : tensor<1x64x1x100xf16> -> tensor<1x64x1x100xf32>
// CHECK-NEXT: %[[Y:.*]] = tpu.reshape %[[C]] : tensor<1x64x1x100xf32> -> tensor<1x6400x1x1xf32>
// CHECK-NEXT: return %[[Y]]
func.func @short_channels(%x: tensor<1x6400x1x1xf16>) -> tensor<1x6400x1x1xf32> {
  %0 = tpu.unary tanh %x : tensor<1x6400x1x1xf16>
  %1 = tpu.cast %0 : tensor<1x6400x1x1xf16> -> tensor<1x6400x1x1xf32>
  return %1 : tensor<1x6400x1x1xf32>
}

// One channel, several operands; a constant of one element keeps its shape. Each result that is used outside has its own
// way back.
// CHECK-LABEL: func @one_channel
// CHECK-DAG: %[[A:.*]] = tpu.reshape %arg0 : tensor<1x1x80x80xf32> -> tensor<1x64x1x100xf32>
// CHECK-DAG: %[[B:.*]] = tpu.reshape %arg1 : tensor<1x1x80x80xf32> -> tensor<1x64x1x100xf32>
// CHECK: %[[S:.*]] = tpu.binary add %[[A]], %[[B]]
// CHECK: %[[OUT:.*]] = tpu.reshape %[[S]] : tensor<1x64x1x100xf32> -> tensor<1x1x80x80xf32>
// CHECK: %[[M:.*]] = tpu.binary mul %[[S]], %arg2 : (tensor<1x64x1x100xf32>, tensor<1x1x1x1xf32>)
// CHECK: %[[E:.*]] = tpu.unary exp %[[M]]
// CHECK: %[[MORE:.*]] = tpu.reshape %[[E]]
// CHECK: return %[[OUT]], %[[MORE]]
func.func @one_channel(%a: tensor<1x1x80x80xf32>, %b: tensor<1x1x80x80xf32>, %c: tensor<1x1x1x1xf32>) -> (tensor<1x1x80x80xf32>, tensor<1x1x80x80xf32>) {
  %0 = tpu.binary add %a, %b : (tensor<1x1x80x80xf32>, tensor<1x1x80x80xf32>) -> tensor<1x1x80x80xf32>
  %1 = tpu.binary mul %0, %c : (tensor<1x1x80x80xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x80x80xf32>
  %2 = tpu.unary exp %1 : tensor<1x1x80x80xf32>
  return %0, %2 : tensor<1x1x80x80xf32>, tensor<1x1x80x80xf32>
}

// The product's result is better taken from local memory.
// CHECK-LABEL: func @kernel_before
// CHECK-NOT: tpu.reshape
func.func @kernel_before(%a: tensor<1x640x1x8xf16>, %b: tensor<1x8x1x1xf16>) -> tensor<1x640x1x1xf16> {
  %0 = tpu.matmul %a, %b : (tensor<1x640x1x8xf16>, tensor<1x8x1x1xf16>) -> tensor<1x640x1x1xf16>
  %1 = tpu.unary tanh %0 : tensor<1x640x1x1xf16>
  return %1 : tensor<1x640x1x1xf16>
}

// A row of addends is broadcast: places mean something.
// CHECK-LABEL: func @broadcast
// CHECK-NOT: tpu.reshape
func.func @broadcast(%a: tensor<1x1x80x80xf32>, %b: tensor<1x1x1x80xf32>) -> tensor<1x1x80x80xf32> {
  %0 = tpu.binary add %a, %b : (tensor<1x1x80x80xf32>, tensor<1x1x1x80xf32>) -> tensor<1x1x80x80xf32>
  return %0 : tensor<1x1x80x80xf32>
}

// A table for each channel, too.
// CHECK-LABEL: func @channel_tables
// CHECK-NOT: tpu.reshape
func.func @channel_tables(%x: tensor<1x2x80x80xi8>, %t: tensor<1x2x1x256xi8>) -> tensor<1x2x80x80xi8> {
  %0 = tpu.lookup %x, %t : (tensor<1x2x80x80xi8>, tensor<1x2x1x256xi8>) -> tensor<1x2x80x80xi8>
  return %0 : tensor<1x2x80x80xi8>
}

// Full lanes stay, as do elements that nothing divides, and few elements: more channels would be shorter rows.
// CHECK-LABEL: func @full_prime_or_few
// CHECK-NOT: tpu.reshape
func.func @full_prime_or_few(%x: tensor<1x64x80x80xf32>, %p: tensor<1x1x1x6389xf32>, %f: tensor<1x1x28x28xf32>) -> (tensor<1x64x80x80xf32>, tensor<1x1x1x6389xf32>, tensor<1x1x28x28xf16>) {
  %0 = tpu.unary exp %x : tensor<1x64x80x80xf32>
  %1 = tpu.unary exp %p : tensor<1x1x1x6389xf32>
  %2 = tpu.cast %f : tensor<1x1x28x28xf32> -> tensor<1x1x28x28xf16>
  return %0, %1, %2 : tensor<1x64x80x80xf32>, tensor<1x1x1x6389xf32>, tensor<1x1x28x28xf16>
}

// One channel of a convolution, of which one lane would be at work: worth a way through global memory for a function, not
// for a maximum.
// CHECK-LABEL: func @convolution_before
// CHECK: %[[C:.*]] = tpu.conv
// CHECK: %[[X:.*]] = tpu.reshape %[[C]] : tensor<1x1x128x128xf16> -> tensor<1x64x1x256xf16>
// CHECK: tpu.unary sigmoid %[[X]]
func.func @convolution_before(%x: tensor<1x16x128x128xf16>, %f: tensor<1x1x1x32xf16>, %b: tensor<1x1x1x1xf32>) -> tensor<1x1x128x128xf16> {
  %0 = tpu.conv %x, %f, %b {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x16x128x128xf16>, tensor<1x1x1x32xf16>, tensor<1x1x1x1xf32>) -> tensor<1x1x128x128xf16>
  %1 = tpu.unary sigmoid %0 : tensor<1x1x128x128xf16>
  return %1 : tensor<1x1x128x128xf16>
}

// CHECK-LABEL: func @cheap_behind
// CHECK-NOT: tpu.reshape
func.func @cheap_behind(%x: tensor<1x16x128x128xf16>, %f: tensor<1x1x1x32xf16>, %b: tensor<1x1x1x1xf32>) -> tensor<1x1x128x128xf16> {
  %0 = tpu.conv %x, %f, %b {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x16x128x128xf16>, tensor<1x1x1x32xf16>, tensor<1x1x1x1xf32>) -> tensor<1x1x128x128xf16>
  %1 = tpu.binary_scalar max %0, 0.0 : tensor<1x1x128x128xf16>
  return %1 : tensor<1x1x128x128xf16>
}
