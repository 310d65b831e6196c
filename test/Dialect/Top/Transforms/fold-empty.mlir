// RUN: tpu-opt %s --top-fold-empty -split-input-file | FileCheck %s

// An argument without elements is a constant, and so is what is computed from it by element.
// CHECK-LABEL: @elementwise
// CHECK: %[[EMPTY:.*]] = top.weight dense<> : tensor<2x0xf32>
// CHECK-NEXT: return %[[EMPTY]]
func.func @elementwise(%x: tensor<2x0xf32>, %y: tensor<2x1xf32>) -> tensor<2x0xf32> {
  %0 = top.relu %x : tensor<2x0xf32>
  %1 = top.add %0, %y : (tensor<2x0xf32>, tensor<2x1xf32>) -> tensor<2x0xf32>
  return %1 : tensor<2x0xf32>
}

// -----

// CHECK-LABEL: @reductions
// CHECK-DAG: dense<0.000000e+00> : tensor<2x4xf32>
// CHECK-DAG: dense<1.000000e+00> : tensor<2x4xf32>
// CHECK-DAG: dense<0xFF800000> : tensor<2x4xf32>
// CHECK-DAG: dense<0x7F800000> : tensor<2x4xf32>
// CHECK-DAG: dense<0x7FC00000> : tensor<2x4xf32>
// CHECK-NOT: top.reduce
func.func @reductions(%x: tensor<2x0x4xf32>) -> (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>) {
  %0 = top.reduce sum %x axes = [1] : (tensor<2x0x4xf32>) -> tensor<2x4xf32>
  %1 = top.reduce prod %x axes = [1] : (tensor<2x0x4xf32>) -> tensor<2x4xf32>
  %2 = top.reduce max %x axes = [1] : (tensor<2x0x4xf32>) -> tensor<2x4xf32>
  %3 = top.reduce min %x axes = [1] : (tensor<2x0x4xf32>) -> tensor<2x4xf32>
  %4 = top.reduce mean %x axes = [1] : (tensor<2x0x4xf32>) -> tensor<2x4xf32>
  return %0, %1, %2, %3, %4 : tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>
}

// -----

// Integers have limits instead of infinities.
// CHECK-LABEL: @integers
// CHECK-DAG: dense<-128> : tensor<4xi8>
// CHECK-DAG: dense<255> : tensor<4xui8>
func.func @integers(%x: tensor<0x4xi8>, %y: tensor<0x4xui8>) -> (tensor<4xi8>, tensor<4xui8>) {
  %0 = top.reduce max %x axes = [0] : (tensor<0x4xi8>) -> tensor<4xi8>
  %1 = top.reduce min %y axes = [0] : (tensor<0x4xui8>) -> tensor<4xui8>
  return %0, %1 : tensor<4xi8>, tensor<4xui8>
}

// -----

// CHECK-LABEL: @parts
// CHECK-SAME: (%[[X:.*]]: tensor<2x3xf32>, %{{.*}}: tensor<2x0xf32>)
// CHECK: top.concat %[[X]], %[[X]] {
// CHECK: %{{.*}}:2 = top.split %{{.*}} sizes = [4, 2]
// CHECK-NOT: top.concat
func.func @parts(%x: tensor<2x3xf32>, %e: tensor<2x0xf32>) -> (tensor<2x4xf32>, tensor<2x0xf32>, tensor<2x2xf32>) {
  %0 = top.concat %e, %x, %e, %x {axis = 1 : i64} : (tensor<2x0xf32>, tensor<2x3xf32>, tensor<2x0xf32>, tensor<2x3xf32>) -> tensor<2x6xf32>
  %1:3 = top.split %0 sizes = [4, 0, 2] {axis = 1 : i64} : (tensor<2x6xf32>) -> (tensor<2x4xf32>, tensor<2x0xf32>, tensor<2x2xf32>)
  return %1#0, %1#1, %1#2 : tensor<2x4xf32>, tensor<2x0xf32>, tensor<2x2xf32>
}

// -----

// Sums of no products are the bias, to which the relu applies.
// CHECK-LABEL: @products
// CHECK-SAME: %[[BIAS:[a-z0-9]+]]: tensor<4xf32>)
// CHECK-NOT: top.matmul
// CHECK-NOT: top.conv
// CHECK: %[[COLUMN:.*]] = top.reshape %[[BIAS]] shape = [1, 4, 1, 1]
// CHECK: %[[WIDE:.*]] = top.expand %[[COLUMN]] shape = [1, 4, 6, 6]
// CHECK: top.relu %[[WIDE]]
func.func @products(%a: tensor<2x0xf32>, %b: tensor<0x3xf32>, %x: tensor<1x0x8x8xf32>, %w: tensor<4x0x3x3xf32>, %bias: tensor<4xf32>) -> (tensor<2x3xf32>, tensor<1x4x6x6xf32>) {
  %0 = top.matmul %a, %b : (tensor<2x0xf32>, tensor<0x3xf32>) -> tensor<2x3xf32>
  %1 = top.conv %x, %w, %bias strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64, relu} : (tensor<1x0x8x8xf32>, tensor<4x0x3x3xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
  return %0, %1 : tensor<2x3xf32>, tensor<1x4x6x6xf32>
}

// -----

// CHECK-LABEL: @padding
// CHECK: top.weight dense<3.000000e+00> : tensor<2x3xf32>
func.func @padding(%x: tensor<2x0xf32>) -> tensor<2x3xf32> {
  %0 = top.pad constant %x pads = [0, 1, 0, 2] {value = 3.0 : f32} : (tensor<2x0xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// -----

// What has elements stays as it is.
// CHECK-LABEL: @whole
// CHECK: top.concat %{{.*}}, %{{.*}} {
// CHECK: top.reduce sum
func.func @whole(%x: tensor<2x3xf32>) -> tensor<2xf32> {
  %0 = top.concat %x, %x {axis = 1 : i64} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x6xf32>
  %1 = top.reduce sum %0 axes = [1] : (tensor<2x6xf32>) -> tensor<2xf32>
  return %1 : tensor<2xf32>
}
