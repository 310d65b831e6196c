// RUN: tpu-opt %s --tpu-quantize="ranges=%S/Inputs/resolution.ranges quantize-outputs" -split-input-file -verify-diagnostics | FileCheck %s

// A step of -10000 to 8 is 39, or 0.1 below a logit of 8: the sum stays a float, and what is added may be integers.
// CHECK-LABEL: func @mask
// CHECK: top.add {{.*}} -> tensor<1x8x8xf16>
// CHECK: top.softmax {{.*}} (tensor<1x8x8xf16>)
func.func @mask(%x: tensor<1x8x8xf32> loc("x"), %m: tensor<1x8x8xf32> loc("m")) -> tensor<1x8x8xf32> {
  %0 = top.add %x, %x : (tensor<1x8x8xf32>, tensor<1x8x8xf32>) -> tensor<1x8x8xf32> loc("logits")
  %1 = top.add %0, %m : (tensor<1x8x8xf32>, tensor<1x8x8xf32>) -> tensor<1x8x8xf32> loc("masked")
  %2 = top.softmax %1 {axis = 2 : i64} : (tensor<1x8x8xf32>) -> tensor<1x8x8xf32> loc("soft")
  return %2 : tensor<1x8x8xf32>
}

// -----

// Logits alone have steps of 0.06.
// CHECK-LABEL: func @logits
// CHECK: top.add {{.*}} -> tensor<1x8x8x!quant.uniform
func.func @logits(%x: tensor<1x8x8xf32> loc("x")) -> tensor<1x8x8xf32> {
  %0 = top.add %x, %x : (tensor<1x8x8xf32>, tensor<1x8x8xf32>) -> tensor<1x8x8xf32> loc("logits")
  %1 = top.softmax %0 {axis = 2 : i64} : (tensor<1x8x8xf32>) -> tensor<1x8x8xf32> loc("soft")
  return %1 : tensor<1x8x8xf32>
}

// -----

// Where moves, integers are not made on the way either; infinities never become any.
// CHECK-LABEL: func @infinite
// CHECK: top.where {{.*}} -> tensor<1x8x8xf16>
// CHECK: top.reshape {{.*}} -> tensor<8x8xf16>
// CHECK: top.softmax
func.func @infinite(%x: tensor<1x8x8xf32> loc("x"), %c: tensor<1x8x8xi1> loc("c")) -> tensor<8x8xf32> {
  %w = top.weight dense<0xFF800000> : tensor<1xf32>
  %0 = top.where %c, %x, %w : (tensor<1x8x8xi1>, tensor<1x8x8xf32>, tensor<1xf32>) -> tensor<1x8x8xf32> loc("where inf")
  %1 = top.reshape %0 shape = [8, 8] : (tensor<1x8x8xf32>) -> tensor<8x8xf32> loc("reshaped inf")
  %2 = top.softmax %1 {axis = 1 : i64} : (tensor<8x8xf32>) -> tensor<8x8xf32> loc("soft")
  return %2 : tensor<8x8xf32>
}

// -----

// A sine of 1000 needs f32, and what computes its operand, too; the convolution reads integers of the same value.
// CHECK-LABEL: func @sine
// CHECK: top.add {{.*}} -> tensor<1x8x8x8xf32>
// CHECK: top.cast {{.*}} !quant.uniform
// CHECK: top.sin {{.*}} : tensor<1x8x8x8xf32>
// CHECK: top.conv {{.*}}x!quant.uniform
// expected-warning @below {{computed in f32, since f16 does not hold their values, or not finely enough: 'sine', 'large'}}
func.func @sine(%x: tensor<1x8x8x8xf32> loc("x")) -> (tensor<1x8x8x8xf32>, tensor<1x8x8x8xf32>) {
  %f = top.weight dense<1.0> : tensor<8x8x1x1xf32>
  %0 = top.add %x, %x : (tensor<1x8x8x8xf32>, tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32> loc("large")
  %1 = top.sin %0 : tensor<1x8x8x8xf32> loc("sine")
  %2 = top.conv %0, %f strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64} : (tensor<1x8x8x8xf32>, tensor<8x8x1x1xf32>) -> tensor<1x8x8x8xf32> loc("y")
  return %1, %2 : tensor<1x8x8x8xf32>, tensor<1x8x8x8xf32>
}
