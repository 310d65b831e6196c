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
