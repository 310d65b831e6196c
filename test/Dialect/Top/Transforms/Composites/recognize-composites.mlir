// RUN: tpu-opt %s --top-recognize-composites -split-input-file | FileCheck %s

// CHECK-LABEL: @silu
// CHECK: %[[S:.*]] = top.silu %arg0
// CHECK: return %[[S]]
func.func @silu(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %0 = top.sigmoid %x : tensor<2x4xf32>
  %1 = top.mul %0, %x : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}

// -----

// x * (1 + erf(x / sqrt(2))) * 0.5, as PyTorch writes it.
// CHECK-LABEL: @gelu
// CHECK: %[[G:.*]] = top.gelu none %arg0
// CHECK: return %[[G]]
func.func @gelu(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %root = top.weight dense<1.41421354> : tensor<f32>
  %one = top.weight dense<1.0> : tensor<f32>
  %half = top.weight dense<0.5> : tensor<f32>
  %0 = top.div %x, %root : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %1 = top.erf %0 : tensor<2x4xf32>
  %2 = top.add %1, %one : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %3 = top.mul %x, %2 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %4 = top.mul %3, %half : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  return %4 : tensor<2x4xf32>
}

// -----

// CHECK-LABEL: @gelu_tanh
// CHECK: top.gelu tanh %arg0
func.func @gelu_tanh(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %three = top.weight dense<3.0> : tensor<f32>
  %c = top.weight dense<0.044715> : tensor<f32>
  %s = top.weight dense<0.797884561> : tensor<f32>
  %one = top.weight dense<1.0> : tensor<f32>
  %half = top.weight dense<0.5> : tensor<f32>
  %0 = top.pow %x, %three : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %1 = top.mul %0, %c : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %2 = top.add %x, %1 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %3 = top.mul %2, %s : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %4 = top.tanh %3 : tensor<2x4xf32>
  %5 = top.add %4, %one : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %6 = top.mul %x, %half : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %7 = top.mul %6, %5 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %7 : tensor<2x4xf32>
}

// -----

// CHECK-LABEL: @hard
// CHECK: top.hard_swish %arg0
// CHECK: top.hard_sigmoid %arg0 {alpha = 0.166666672 : f32, beta = 5.000000e-01 : f32}
func.func @hard(%x: tensor<2x4xf32>) -> (tensor<2x4xf32>, tensor<2x4xf32>) {
  %three = top.weight dense<3.0> : tensor<f32>
  %six = top.weight dense<6.0> : tensor<f32>
  %0 = top.add %x, %three : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %1 = top.clip %0 {max = 6.0 : f32, min = 0.0 : f32} : tensor<2x4xf32>
  %2 = top.mul %x, %1 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %3 = top.div %2, %six : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %4 = top.add %x, %three : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %5 = top.clip %4 {max = 6.0 : f32, min = 0.0 : f32} : tensor<2x4xf32>
  %6 = top.div %5, %six : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  return %3, %6 : tensor<2x4xf32>, tensor<2x4xf32>
}

// -----

// CHECK-LABEL: @layer_norm
// CHECK: %[[N:.*]] = top.layer_norm %arg0 scale = %{{.*}} bias = %{{.*}} {axis = 2 : i64, epsilon = 9.99999974E-6 : f32}
// CHECK: return %[[N]]
func.func @layer_norm(%x: tensor<1x8x4xf32>) -> tensor<1x8x4xf32> {
  %two = top.weight dense<2.0> : tensor<f32>
  %eps = top.weight dense<1.0e-5> : tensor<f32>
  %s = top.weight dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %b = top.weight dense<[5.0, 6.0, 7.0, 8.0]> : tensor<4xf32>
  %0 = top.reduce mean %x axes = [2] {keepdims} : (tensor<1x8x4xf32>) -> tensor<1x8x1xf32>
  %1 = top.sub %x, %0 : (tensor<1x8x4xf32>, tensor<1x8x1xf32>) -> tensor<1x8x4xf32>
  %2 = top.pow %1, %two : (tensor<1x8x4xf32>, tensor<f32>) -> tensor<1x8x4xf32>
  %3 = top.reduce mean %2 axes = [2] {keepdims} : (tensor<1x8x4xf32>) -> tensor<1x8x1xf32>
  %4 = top.add %3, %eps : (tensor<1x8x1xf32>, tensor<f32>) -> tensor<1x8x1xf32>
  %5 = top.sqrt %4 : tensor<1x8x1xf32>
  %6 = top.div %1, %5 : (tensor<1x8x4xf32>, tensor<1x8x1xf32>) -> tensor<1x8x4xf32>
  %7 = top.mul %6, %s : (tensor<1x8x4xf32>, tensor<4xf32>) -> tensor<1x8x4xf32>
  %8 = top.add %7, %b : (tensor<1x8x4xf32>, tensor<4xf32>) -> tensor<1x8x4xf32>
  return %8 : tensor<1x8x4xf32>
}

// -----

// Another value's sigmoid, another factor, another mean.
// CHECK-LABEL: @keep
// CHECK-NOT: top.silu
// CHECK-NOT: top.gelu
// CHECK-NOT: top.layer_norm
// CHECK: return
func.func @keep(%x: tensor<2x4xf32>, %y: tensor<2x4xf32>) -> (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>) {
  %one = top.weight dense<1.0> : tensor<f32>
  %two = top.weight dense<2.0> : tensor<f32>
  %0 = top.sigmoid %x : tensor<2x4xf32>
  %1 = top.mul %0, %y : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %2 = top.erf %x : tensor<2x4xf32>
  %3 = top.add %2, %one : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %4 = top.mul %x, %3 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %5 = top.reduce mean %y axes = [1] {keepdims} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %6 = top.sub %x, %5 : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %7 = top.pow %6, %two : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %8 = top.reduce mean %7 axes = [1] {keepdims} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %9 = top.add %8, %one : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %10 = top.sqrt %9 : tensor<2x1xf32>
  %11 = top.div %6, %10 : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  return %1, %4, %11 : tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>
}

// -----

// CHECK-LABEL: @rms_norm
// CHECK: %[[N:.*]] = top.rms_norm %arg0 scale = %{{.*}} {axis = 2 : i64, epsilon = 9.99999997E-7 : f32}
// CHECK: return %[[N]]
func.func @rms_norm(%x: tensor<1x8x4xf32>) -> tensor<1x8x4xf32> {
  %share = top.weight dense<0.25> : tensor<f32>
  %eps = top.weight dense<1.0e-6> : tensor<f32>
  %half = top.weight dense<-0.5> : tensor<f32>
  %s = top.weight dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %0 = top.mul %x, %x : (tensor<1x8x4xf32>, tensor<1x8x4xf32>) -> tensor<1x8x4xf32>
  %1 = top.reduce sum %0 axes = [2] {keepdims} : (tensor<1x8x4xf32>) -> tensor<1x8x1xf32>
  %2 = top.mul %1, %share : (tensor<1x8x1xf32>, tensor<f32>) -> tensor<1x8x1xf32>
  %3 = top.add %2, %eps : (tensor<1x8x1xf32>, tensor<f32>) -> tensor<1x8x1xf32>
  %4 = top.pow %3, %half : (tensor<1x8x1xf32>, tensor<f32>) -> tensor<1x8x1xf32>
  %5 = top.mul %4, %s : (tensor<1x8x1xf32>, tensor<4xf32>) -> tensor<1x8x4xf32>
  %6 = top.mul %x, %5 : (tensor<1x8x4xf32>, tensor<1x8x4xf32>) -> tensor<1x8x4xf32>
  return %6 : tensor<1x8x4xf32>
}

// -----

// E[x^2] - E[x]^2 with a guard, as JAX writes it.
// CHECK-LABEL: @difference
// CHECK: %[[N:.*]] = top.layer_norm %arg0 {axis = 1 : i64, epsilon = 9.99999997E-7 : f32}
// CHECK: return %[[N]]
func.func @difference(%x: tensor<8x4xf32>) -> tensor<8x4xf32> {
  %zero = top.weight dense<0.0> : tensor<f32>
  %eps = top.weight dense<1.0e-6> : tensor<f32>
  %0 = top.reduce mean %x axes = [1] {keepdims} : (tensor<8x4xf32>) -> tensor<8x1xf32>
  %1 = top.mul %x, %x : (tensor<8x4xf32>, tensor<8x4xf32>) -> tensor<8x4xf32>
  %2 = top.reduce mean %1 axes = [1] : (tensor<8x4xf32>) -> tensor<8xf32>
  %3 = top.reshape %2 shape = [8, 1] : (tensor<8xf32>) -> tensor<8x1xf32>
  %4 = top.mul %0, %0 : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
  %5 = top.sub %3, %4 : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
  %6 = top.max %5, %zero : (tensor<8x1xf32>, tensor<f32>) -> tensor<8x1xf32>
  %7 = top.add %6, %eps : (tensor<8x1xf32>, tensor<f32>) -> tensor<8x1xf32>
  %8 = top.sqrt %7 : tensor<8x1xf32>
  %9 = top.reciprocal %8 : tensor<8x1xf32>
  %10 = top.sub %x, %0 : (tensor<8x4xf32>, tensor<8x1xf32>) -> tensor<8x4xf32>
  %11 = top.mul %10, %9 : (tensor<8x4xf32>, tensor<8x1xf32>) -> tensor<8x4xf32>
  return %11 : tensor<8x4xf32>
}

// -----

// x * f + (bias - mean * f), as TensorFlow writes it.
// CHECK-LABEL: @folded
// CHECK: %[[N:.*]] = top.layer_norm %arg0 scale = %{{.*}} bias = %{{.*}} {axis = 1 : i64
// CHECK: return %[[N]]
func.func @folded(%x: tensor<8x4xf32>) -> tensor<8x4xf32> {
  %eps = top.weight dense<1.0e-3> : tensor<f32>
  %s = top.weight dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %b = top.weight dense<[5.0, 6.0, 7.0, 8.0]> : tensor<4xf32>
  %0 = top.reduce mean %x axes = [1] {keepdims} : (tensor<8x4xf32>) -> tensor<8x1xf32>
  %1 = top.sub %x, %0 : (tensor<8x4xf32>, tensor<8x1xf32>) -> tensor<8x4xf32>
  %2 = top.mul %1, %1 : (tensor<8x4xf32>, tensor<8x4xf32>) -> tensor<8x4xf32>
  %3 = top.reduce mean %2 axes = [1] {keepdims} : (tensor<8x4xf32>) -> tensor<8x1xf32>
  %4 = top.add %3, %eps : (tensor<8x1xf32>, tensor<f32>) -> tensor<8x1xf32>
  %5 = top.sqrt %4 : tensor<8x1xf32>
  %6 = top.reciprocal %5 : tensor<8x1xf32>
  %7 = top.mul %6, %s : (tensor<8x1xf32>, tensor<4xf32>) -> tensor<8x4xf32>
  %8 = top.mul %x, %7 : (tensor<8x4xf32>, tensor<8x4xf32>) -> tensor<8x4xf32>
  %9 = top.mul %0, %7 : (tensor<8x1xf32>, tensor<8x4xf32>) -> tensor<8x4xf32>
  %10 = top.sub %b, %9 : (tensor<4xf32>, tensor<8x4xf32>) -> tensor<8x4xf32>
  %11 = top.add %8, %10 : (tensor<8x4xf32>, tensor<8x4xf32>) -> tensor<8x4xf32>
  return %11 : tensor<8x4xf32>
}

// -----

// Over channels: between transposes.
// CHECK-LABEL: @channels_first
// CHECK: %[[T:.*]] = top.transpose %arg0 perm = [0, 2, 3, 1]
// CHECK: %[[N:.*]] = top.layer_norm %[[T]] {axis = 3 : i64
// CHECK: %[[B:.*]] = top.transpose %[[N]] perm = [0, 3, 1, 2]
// CHECK: top.mul %[[B]]
func.func @channels_first(%x: tensor<1x4x2x3xf32>) -> tensor<1x4x2x3xf32> {
  %eps = top.weight dense<1.0e-6> : tensor<f32>
  %s = top.weight dense<[[[1.0]], [[2.0]], [[3.0]], [[4.0]]]> : tensor<4x1x1xf32>
  %0 = top.reduce mean %x axes = [1] {keepdims} : (tensor<1x4x2x3xf32>) -> tensor<1x1x2x3xf32>
  %1 = top.sub %x, %0 : (tensor<1x4x2x3xf32>, tensor<1x1x2x3xf32>) -> tensor<1x4x2x3xf32>
  %2 = top.mul %1, %1 : (tensor<1x4x2x3xf32>, tensor<1x4x2x3xf32>) -> tensor<1x4x2x3xf32>
  %3 = top.reduce mean %2 axes = [1] {keepdims} : (tensor<1x4x2x3xf32>) -> tensor<1x1x2x3xf32>
  %4 = top.add %3, %eps : (tensor<1x1x2x3xf32>, tensor<f32>) -> tensor<1x1x2x3xf32>
  %5 = top.sqrt %4 : tensor<1x1x2x3xf32>
  %6 = top.div %1, %5 : (tensor<1x4x2x3xf32>, tensor<1x1x2x3xf32>) -> tensor<1x4x2x3xf32>
  %7 = top.mul %6, %s : (tensor<1x4x2x3xf32>, tensor<4x1x1xf32>) -> tensor<1x4x2x3xf32>
  return %7 : tensor<1x4x2x3xf32>
}

// -----

// The largest element taken out.
// CHECK-LABEL: @softmax
// CHECK-DAG: %[[S:.*]] = top.softmax %arg0 {axis = 1 : i64}
// CHECK-DAG: %[[L:.*]] = top.log_softmax %arg0 {axis = 1 : i64}
// CHECK-DAG: %[[E:.*]] = top.reduce log_sum_exp %arg0 axes = [1] {keepdims}
// CHECK: return %[[S]], %[[L]], %[[E]]
func.func @softmax(%x: tensor<8x4xf32>) -> (tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x1xf32>) {
  %0 = top.reduce max %x axes = [1] {keepdims} : (tensor<8x4xf32>) -> tensor<8x1xf32>
  %1 = top.sub %x, %0 : (tensor<8x4xf32>, tensor<8x1xf32>) -> tensor<8x4xf32>
  %2 = top.exp %1 : tensor<8x4xf32>
  %3 = top.reduce sum %2 axes = [1] {keepdims} : (tensor<8x4xf32>) -> tensor<8x1xf32>
  %4 = top.div %2, %3 : (tensor<8x4xf32>, tensor<8x1xf32>) -> tensor<8x4xf32>
  %5 = top.log %3 : tensor<8x1xf32>
  %6 = top.sub %1, %5 : (tensor<8x4xf32>, tensor<8x1xf32>) -> tensor<8x4xf32>
  %7 = top.add %5, %0 : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
  return %4, %6, %7 : tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x1xf32>
}

// -----

// The mean of another tensor, another number of elements, another axis, a sum
// of powers without the largest element taken out.
// CHECK-LABEL: @keep_norms
// CHECK-NOT: top.layer_norm
// CHECK-NOT: top.rms_norm
// CHECK-NOT: top.softmax
// CHECK: return
func.func @keep_norms(%x: tensor<4x4xf32>, %y: tensor<4x4xf32>) -> (tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>) {
  %third = top.weight dense<0.333333343> : tensor<f32>
  %0 = top.mul %x, %x : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %1 = top.reduce mean %0 axes = [1] {keepdims} : (tensor<4x4xf32>) -> tensor<4x1xf32>
  %2 = top.sqrt %1 : tensor<4x1xf32>
  %3 = top.div %y, %2 : (tensor<4x4xf32>, tensor<4x1xf32>) -> tensor<4x4xf32>
  %4 = top.reduce sum %0 axes = [1] {keepdims} : (tensor<4x4xf32>) -> tensor<4x1xf32>
  %5 = top.mul %4, %third : (tensor<4x1xf32>, tensor<f32>) -> tensor<4x1xf32>
  %6 = top.sqrt %5 : tensor<4x1xf32>
  %7 = top.div %x, %6 : (tensor<4x4xf32>, tensor<4x1xf32>) -> tensor<4x4xf32>
  %8 = top.reduce mean %x axes = [0] {keepdims} : (tensor<4x4xf32>) -> tensor<1x4xf32>
  %9 = top.mul %8, %8 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %10 = top.sub %1, %9 : (tensor<4x1xf32>, tensor<1x4xf32>) -> tensor<4x4xf32>
  %11 = top.sqrt %10 : tensor<4x4xf32>
  %12 = top.div %x, %11 : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %13 = top.exp %x : tensor<4x4xf32>
  %14 = top.reduce sum %13 axes = [1] {keepdims} : (tensor<4x4xf32>) -> tensor<4x1xf32>
  %15 = top.div %13, %14 : (tensor<4x4xf32>, tensor<4x1xf32>) -> tensor<4x4xf32>
  return %3, %7, %12, %15 : tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>
}
