// RUN: tpu-opt %s --top-sink-transposes -split-input-file | FileCheck %s
// RUN: tpu-opt %s --top-sink-transposes --mlir-print-debuginfo -split-input-file | FileCheck %s --check-prefix=LOC

// CHECK-LABEL: @cancel
// CHECK-NOT: top.transpose
// CHECK: top.sigmoid %arg0 : tensor<1x2x3x4xf32>
func.func @cancel(%x: tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32> {
  %0 = top.transpose %x perm = [0, 2, 3, 1] : (tensor<1x2x3x4xf32>) -> tensor<1x3x4x2xf32>
  %1 = top.sigmoid %0 : tensor<1x3x4x2xf32>
  %2 = top.transpose %1 perm = [0, 3, 1, 2] : (tensor<1x3x4x2xf32>) -> tensor<1x2x3x4xf32>
  return %2 : tensor<1x2x3x4xf32>
}

// -----

// CHECK-LABEL: @join
// CHECK: %[[C:.*]] = top.concat %arg0, %arg1 {axis = 1 : i64} : (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>) -> tensor<1x4x3x4xf32>
// CHECK: %[[T:.*]] = top.transpose %[[S:.*]] perm = [0, 2, 3, 1]
// CHECK-NOT: top.transpose
// CHECK: return %[[T]]
func.func @join(%x: tensor<1x2x3x4xf32>, %y: tensor<1x2x3x4xf32>) -> tensor<1x3x4x4xf32> {
  %two = top.weight dense<2.0> : tensor<f32>
  %0 = top.transpose %x perm = [0, 2, 3, 1] : (tensor<1x2x3x4xf32>) -> tensor<1x3x4x2xf32>
  %1 = top.transpose %y perm = [0, 2, 3, 1] : (tensor<1x2x3x4xf32>) -> tensor<1x3x4x2xf32>
  %2 = top.concat %0, %1 {axis = 3 : i64} : (tensor<1x3x4x2xf32>, tensor<1x3x4x2xf32>) -> tensor<1x3x4x4xf32>
  %3 = top.mul %2, %two : (tensor<1x3x4x4xf32>, tensor<f32>) -> tensor<1x3x4x4xf32>
  return %3 : tensor<1x3x4x4xf32>
}

// -----

// Orders differ.
// CHECK-LABEL: @keep
// CHECK-COUNT-2: top.transpose
// CHECK: top.add
// CHECK-NOT: top.transpose
func.func @keep(%x: tensor<1x2x3x4xf32>, %y: tensor<1x4x2x3xf32>) -> tensor<1x3x4x2xf32> {
  %0 = top.transpose %x perm = [0, 2, 3, 1] : (tensor<1x2x3x4xf32>) -> tensor<1x3x4x2xf32>
  %1 = top.transpose %y perm = [0, 3, 1, 2] : (tensor<1x4x2x3xf32>) -> tensor<1x3x4x2xf32>
  %2 = top.add %0, %1 : (tensor<1x3x4x2xf32>, tensor<1x3x4x2xf32>) -> tensor<1x3x4x2xf32>
  return %2 : tensor<1x3x4x2xf32>
}

// -----

// A location tells in which order of dimensions the named tensor is computed.
// CHECK-LABEL: @order
// LOC-LABEL: @order
// LOC: top.sigmoid {{.*}} loc(#[[SIGMOID:.*]])
// LOC: #[[NAME:.*]] = loc("sigmoid0")
// LOC: #[[SIGMOID]] = loc(fused<{order = array<i64: 0, 2, 3, 1>}>[#[[NAME]]])
func.func @order(%x: tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32> {
  %0 = top.transpose %x perm = [0, 2, 3, 1] : (tensor<1x2x3x4xf32>) -> tensor<1x3x4x2xf32>
  %1 = top.sigmoid %0 : tensor<1x3x4x2xf32> loc("sigmoid0")
  %2 = top.transpose %1 perm = [0, 3, 1, 2] : (tensor<1x3x4x2xf32>) -> tensor<1x2x3x4xf32>
  return %2 : tensor<1x2x3x4xf32>
}

// -----

// A batch norm between channels in front: constants of channels turn with the values that they scale.
// CHECK-LABEL: @constants
// CHECK: %[[S:.*]] = top.weight dense<{{.*}}> : tensor<1x2x1x1xf32>
// CHECK: %[[M:.*]] = top.mul %arg0, %[[S]] : (tensor<1x2x4x3xf32>, tensor<1x2x1x1xf32>) -> tensor<1x2x4x3xf32>
// CHECK: %[[B:.*]] = top.weight dense<{{\[\[\[\[}}1.000000e+00, 2.000000e+00, 3.000000e+00]], {{\[\[}}4.000000e+00, 5.000000e+00, 6.000000e+00]]]]> : tensor<1x2x1x3xf32>
// CHECK: %[[A:.*]] = top.add %[[M]], %[[B]] : (tensor<1x2x4x3xf32>, tensor<1x2x1x3xf32>) -> tensor<1x2x4x3xf32>
// CHECK-NOT: top.transpose
// CHECK: return %[[A]]
func.func @constants(%x: tensor<1x2x4x3xf32>) -> tensor<1x2x4x3xf32> {
  %scale = top.weight dense<[2.0, 3.0]> : tensor<2xf32>
  %bias = top.weight dense<[[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]> : tensor<3x2xf32>
  %0 = top.transpose %x perm = [0, 2, 3, 1] : (tensor<1x2x4x3xf32>) -> tensor<1x4x3x2xf32>
  %1 = top.mul %0, %scale : (tensor<1x4x3x2xf32>, tensor<2xf32>) -> tensor<1x4x3x2xf32>
  %2 = top.add %1, %bias : (tensor<1x4x3x2xf32>, tensor<3x2xf32>) -> tensor<1x4x3x2xf32>
  %3 = top.transpose %2 perm = [0, 3, 1, 2] : (tensor<1x4x3x2xf32>) -> tensor<1x2x4x3xf32>
  return %3 : tensor<1x2x4x3xf32>
}

// -----

// Read by a sum and by an op that lets it down, too.
// CHECK-LABEL: @residual
// CHECK: %[[R:.*]] = top.relu %arg0
// CHECK: %[[A:.*]] = top.add %arg0, %[[R]]
// CHECK-NOT: top.transpose
// CHECK: return %[[A]]
func.func @residual(%x: tensor<1x2x4x3xf32>) -> tensor<1x2x4x3xf32> {
  %0 = top.transpose %x perm = [0, 2, 3, 1] : (tensor<1x2x4x3xf32>) -> tensor<1x4x3x2xf32>
  %1 = top.relu %0 : tensor<1x4x3x2xf32>
  %2 = top.add %0, %1 : (tensor<1x4x3x2xf32>, tensor<1x4x3x2xf32>) -> tensor<1x4x3x2xf32>
  %3 = top.transpose %2 perm = [0, 3, 1, 2] : (tensor<1x4x3x2xf32>) -> tensor<1x2x4x3xf32>
  return %3 : tensor<1x2x4x3xf32>
}

// -----

// Parts, padding and means name dimensions; a mean over both leaves nothing to turn, one over channels is as well behind.
// CHECK-LABEL: @dimensions
// CHECK: %[[S:.*]] = top.slice %arg0 offsets = [0, 1, 1, 0] sizes = [1, 1, 2, 3] strides = [1, 1, 2, 1]
// CHECK: %[[P:.*]] = top.pad{{ +}}constant %[[S]] pads = [0, 0, 1, 2, 0, 0, 0, 3]
// CHECK: %[[M:.*]] = top.reduce{{ +}}mean %[[P]] axes = [2, 3] : (tensor<1x1x3x8xf32>) -> tensor<1x1xf32>
// CHECK: %[[T:.*]] = top.transpose
// CHECK: %[[C:.*]] = top.reduce{{ +}}mean %[[T]] axes = [3]
// CHECK: return %[[M]], %[[C]]
func.func @dimensions(%x: tensor<1x2x4x3xf32>, %y: tensor<1x2x4x3xf32>) -> (tensor<1x1xf32>, tensor<1x4x3xf32>) {
  %0 = top.transpose %x perm = [0, 2, 3, 1] : (tensor<1x2x4x3xf32>) -> tensor<1x4x3x2xf32>
  %1 = top.slice %0 offsets = [0, 1, 0, 1] sizes = [1, 2, 3, 1] strides = [1, 2, 1, 1] : (tensor<1x4x3x2xf32>) -> tensor<1x2x3x1xf32>
  %2 = top.pad constant %1 pads = [0, 1, 2, 0, 0, 0, 3, 0] {value = 0.0 : f32} : (tensor<1x2x3x1xf32>) -> tensor<1x3x8x1xf32>
  %3 = top.reduce mean %2 axes = [1, 2] : (tensor<1x3x8x1xf32>) -> tensor<1x1xf32>
  %4 = top.transpose %y perm = [0, 2, 3, 1] : (tensor<1x2x4x3xf32>) -> tensor<1x4x3x2xf32>
  %5 = top.reduce mean %4 axes = [3] : (tensor<1x4x3x2xf32>) -> tensor<1x4x3xf32>
  return %3, %5 : tensor<1x1xf32>, tensor<1x4x3xf32>
}
