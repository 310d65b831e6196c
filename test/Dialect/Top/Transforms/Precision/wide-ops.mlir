// RUN: tpu-opt %s --tpu-assign-precision="precision=f16" -split-input-file | FileCheck %s

// The square, its mean, the root's reciprocal and the product with it.
// CHECK-LABEL: @rms
// CHECK-DAG: %[[X:.*]] = top.relu %{{.*}} : tensor<4x8xf16>
// CHECK: %[[W:.*]] = top.cast %[[X]] {to = f32}
// CHECK: top.mul %[[W]], %[[W]] : {{.*}} -> tensor<4x8xf32>
// CHECK: top.reduce mean {{.*}} -> tensor<4x1xf32>
// CHECK: top.add {{.*}} -> tensor<4x1xf32>
// CHECK: top.sqrt {{.*}} : tensor<4x1xf32>
// CHECK: top.reciprocal {{.*}} : tensor<4x1xf32>
// CHECK: %[[Y:.*]] = top.mul %[[W]], {{.*}} -> tensor<4x8xf32>
// CHECK: %[[N:.*]] = top.cast %[[Y]] {to = f16}
// CHECK: top.relu %[[N]] : tensor<4x8xf16>
func.func @rms(%in: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %eps = top.weight dense<1.0e-3> : tensor<f32>
  %x = top.relu %in : tensor<4x8xf32>
  %0 = top.mul %x, %x : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = top.reduce mean %0 axes = [1] {keepdims} : (tensor<4x8xf32>) -> tensor<4x1xf32>
  %2 = top.add %1, %eps : (tensor<4x1xf32>, tensor<f32>) -> tensor<4x1xf32>
  %3 = top.sqrt %2 : tensor<4x1xf32>
  %4 = top.reciprocal %3 : tensor<4x1xf32>
  %5 = top.mul %x, %4 : (tensor<4x8xf32>, tensor<4x1xf32>) -> tensor<4x8xf32>
  %6 = top.relu %5 : tensor<4x8xf32>
  return %6 : tensor<4x8xf32>
}

// -----

// The mean is f32 for the difference of squares, and f16 for the distance.
// CHECK-LABEL: @variance
// CHECK: top.reduce mean %{{.*}} -> tensor<4x1xf32>
// CHECK: %[[M:.*]] = top.reduce mean %{{.*}} -> tensor<4x1xf32>
// CHECK: %[[H:.*]] = top.cast %[[M]] {to = f16}
// CHECK: top.mul %[[M]], %[[M]] : {{.*}} -> tensor<4x1xf32>
// CHECK: top.sub %{{.*}} -> tensor<4x1xf32>
// CHECK: top.sub %{{.*}}, %[[H]] : {{.*}} -> tensor<4x8xf16>
func.func @variance(%in: tensor<4x8xf32>) -> (tensor<4x1xf32>, tensor<4x8xf32>) {
  %x = top.relu %in : tensor<4x8xf32>
  %0 = top.mul %x, %x : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = top.reduce mean %0 axes = [1] {keepdims} : (tensor<4x8xf32>) -> tensor<4x1xf32>
  %2 = top.reduce mean %x axes = [1] {keepdims} : (tensor<4x8xf32>) -> tensor<4x1xf32>
  %3 = top.mul %2, %2 : (tensor<4x1xf32>, tensor<4x1xf32>) -> tensor<4x1xf32>
  %4 = top.sub %1, %3 : (tensor<4x1xf32>, tensor<4x1xf32>) -> tensor<4x1xf32>
  %5 = top.sqrt %4 : tensor<4x1xf32>
  %6 = top.sub %x, %2 : (tensor<4x8xf32>, tensor<4x1xf32>) -> tensor<4x8xf32>
  %7 = top.relu %6 : tensor<4x8xf32>
  return %5, %7 : tensor<4x1xf32>, tensor<4x8xf32>
}

// -----

// Exponentials and their sums; the quotient is ordinary again.
// CHECK-LABEL: @softmax
// CHECK: top.exp {{.*}} : tensor<4x8xf32>
// CHECK: top.reduce sum {{.*}} -> tensor<4x1xf32>
// CHECK: %[[Q:.*]] = top.div {{.*}} -> tensor<4x8xf32>
// CHECK: %[[N:.*]] = top.cast %[[Q]] {to = f16}
// CHECK: top.relu %[[N]]
func.func @softmax(%in: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %x = top.relu %in : tensor<4x8xf32>
  %0 = top.exp %x : tensor<4x8xf32>
  %1 = top.reduce sum %0 axes = [1] {keepdims} : (tensor<4x8xf32>) -> tensor<4x1xf32>
  %2 = top.div %0, %1 : (tensor<4x8xf32>, tensor<4x1xf32>) -> tensor<4x8xf32>
  %3 = top.relu %2 : tensor<4x8xf32>
  return %3 : tensor<4x8xf32>
}

// -----

// A small constant counts before a logarithm, and so does what it is added to.
// CHECK-LABEL: @logarithm
// CHECK: %[[C:.*]] = top.weight dense<1.000000e-10> : tensor<f32>
// CHECK: top.softmax {{.*}} -> tensor<4x8xf32>
// CHECK: top.add %{{.*}}, %[[C]] : (tensor<4x8xf32>
// CHECK: top.log {{.*}} : tensor<4x8xf32>
func.func @logarithm(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %eps = top.weight dense<1.0e-10> : tensor<f32>
  %0 = top.softmax %x {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = top.add %0, %eps : (tensor<4x8xf32>, tensor<f32>) -> tensor<4x8xf32>
  %2 = top.log %1 : tensor<4x8xf32>
  %3 = top.relu %2 : tensor<4x8xf32>
  return %3 : tensor<4x8xf32>
}

// -----

// Through a reshape and an expansion to the quotient.
// CHECK-LABEL: @floor
// CHECK: top.reduce l2 {{.*}} -> tensor<4xf32>
// CHECK: top.clip {{.*}} : tensor<4xf32>
// CHECK: top.reshape {{.*}} -> tensor<4x1xf32>
// CHECK: top.expand {{.*}} -> tensor<4x8xf32>
// CHECK: top.div {{.*}} -> tensor<4x8xf32>
func.func @floor(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %0 = top.reduce l2 %x axes = [1] : (tensor<4x8xf32>) -> tensor<4xf32>
  %1 = top.clip %0 {max = 0x7F800000 : f32, min = 1.0e-12 : f32} : tensor<4xf32>
  %2 = top.reshape %1 shape = [4, 1] : (tensor<4xf32>) -> tensor<4x1xf32>
  %3 = top.expand %2 shape = [4, 8] : (tensor<4x1xf32>) -> tensor<4x8xf32>
  %4 = top.div %x, %3 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %5 = top.relu %4 : tensor<4x8xf32>
  return %5 : tensor<4x8xf32>
}

// -----

// Gates, products of two values, a mean, a squared relu that a product of
// matrices reads, a small constant that nothing divides by: all f16.
// CHECK-LABEL: @ordinary
// CHECK-NOT: {to = f32}
// CHECK: %[[Y:.*]] = top.matmul {{.*}} -> tensor<4x8xf16>
// CHECK: top.cast %[[Y]] {to = f32}
func.func @ordinary(%x: tensor<4x8xf32>, %y: tensor<4x8xf32>, %w: tensor<8x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %eps = top.weight dense<1.0e-10> : tensor<f32>
  %0 = top.sigmoid %x : tensor<4x8xf32>
  %1 = top.mul %x, %0 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %2 = top.mul %1, %y : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %3 = top.add %2, %x : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %4 = top.reduce mean %3 axes = [1] {keepdims} : (tensor<4x8xf32>) -> tensor<4x1xf32>
  %5 = top.sub %3, %4 : (tensor<4x8xf32>, tensor<4x1xf32>) -> tensor<4x8xf32>
  %6 = top.add %5, %eps : (tensor<4x8xf32>, tensor<f32>) -> tensor<4x8xf32>
  %7 = top.relu %5 : tensor<4x8xf32>
  %8 = top.mul %7, %7 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %9 = top.matmul %8, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %10 = top.matmul %6, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  return %9, %10 : tensor<4x8xf32>, tensor<4x8xf32>
}
