// RUN: tpu-opt %s --lower-top-to-tpu -split-input-file | FileCheck %s

// Results that are arguments, constants or views of them get their own memory.
// CHECK-LABEL: @borders
// CHECK-DAG: %[[V:.*]] = tpu.reshape %arg0 : tensor<2x8xf32> -> tensor<16xf32>
// CHECK-DAG: %[[R:.*]] = tpu.binary_scalar max
// CHECK: %[[Y:.*]] = tpu.reshape %[[R]] : tensor<1x2x1x8xf32> -> tensor<2x8xf32>
// CHECK-NEXT: %[[A:.*]] = tpu.copy %arg0 : tensor<2x8xf32>
// CHECK-NEXT: %[[B:.*]] = tpu.copy %[[V]]
// CHECK-NEXT: %[[C:.*]] = tpu.copy %{{.*}} : tensor<4xf32>
// CHECK-NEXT: return %[[A]], %[[B]], %[[C]], %[[Y]]
func.func @borders(%x: tensor<2x8xf32>) -> (tensor<2x8xf32>, tensor<16xf32>, tensor<4xf32>, tensor<2x8xf32>) {
  %w = top.weight dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %0 = top.reshape %x shape = [16] : (tensor<2x8xf32>) -> tensor<16xf32>
  %1 = top.relu %x : tensor<2x8xf32>
  return %x, %0, %w, %1 : tensor<2x8xf32>, tensor<16xf32>, tensor<4xf32>, tensor<2x8xf32>
}

// -----

// The same value twice: one of them is a copy.
// CHECK-LABEL: @twice
// CHECK: %[[R:.*]] = tpu.binary_scalar max
// CHECK: %[[C:.*]] = tpu.copy %[[R]]
// CHECK: return %[[R]], %[[C]]
func.func @twice(%x: tensor<1x2x3x4xf32>) -> (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>) {
  %0 = top.relu %x : tensor<1x2x3x4xf32>
  return %0, %0 : tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>
}

// -----

// CHECK-LABEL: @transpose
// CHECK: tpu.permute %{{.*}} {order = array<i64: 0, 3, 2, 1>} : tensor<1x8x1x4xf32> -> tensor<1x4x1x8xf32>
func.func @transpose(%x: tensor<8x4xf32>) -> tensor<4x8xf32> {
  %0 = top.transpose %x perm = [1, 0] : (tensor<8x4xf32>) -> tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}

// -----

// Nothing moves where only dimensions of 1 do.
// CHECK-LABEL: @transpose_of_ones
// CHECK-NOT: tpu.permute
// CHECK: tpu.copy
func.func @transpose_of_ones(%x: tensor<1x2x8x4xf32>) -> tensor<2x8x1x4xf32> {
  %0 = top.transpose %x perm = [1, 2, 0, 3] : (tensor<1x2x8x4xf32>) -> tensor<2x8x1x4xf32>
  return %0 : tensor<2x8x1x4xf32>
}

// -----

// Five dimensions of which two stay together.
// CHECK-LABEL: @transpose_merged
// CHECK: tpu.permute %{{.*}} {order = array<i64: 0, 2, 1, 3>} : tensor<2x3x20x6xf32> -> tensor<2x20x3x6xf32>
// CHECK-NOT: tpu.permute
// CHECK: return
func.func @transpose_merged(%x: tensor<2x3x4x5x6xf32>) -> tensor<2x4x5x3x6xf32> {
  %0 = top.transpose %x perm = [0, 2, 3, 1, 4] : (tensor<2x3x4x5x6xf32>) -> tensor<2x4x5x3x6xf32>
  return %0 : tensor<2x4x5x3x6xf32>
}

// -----

// Five dimensions in a new order take two steps.
// CHECK-LABEL: @depth_to_space
// CHECK-COUNT-2: tpu.permute
// CHECK-NOT: tpu.permute
// CHECK: return %{{.*}} : tensor<1x2x12x12xf32>
func.func @depth_to_space(%x: tensor<1x18x4x4xf32>) -> tensor<1x2x12x12xf32> {
  %0 = top.depth_to_space crd %x {blocksize = 3 : i64} : (tensor<1x18x4x4xf32>) -> tensor<1x2x12x12xf32>
  return %0 : tensor<1x2x12x12xf32>
}

// -----

// CHECK-LABEL: @expand_tile
// CHECK: tpu.broadcast %{{.*}} : tensor<1x8x1x1xf32> -> tensor<1x8x1x4xf32>
// CHECK: tpu.broadcast %{{.*}} : tensor<8x1x1x4xf32> -> tensor<8x3x1x4xf32>
func.func @expand_tile(%x: tensor<8x1xf32>) -> tensor<8x12xf32> {
  %0 = top.expand %x shape = [8, 4] : (tensor<8x1xf32>) -> tensor<8x4xf32>
  %1 = top.tile %0 repeats = [1, 3] : (tensor<8x4xf32>) -> tensor<8x12xf32>
  return %1 : tensor<8x12xf32>
}

// -----

// CHECK-LABEL: @concat_split
// CHECK: tpu.concat %{{.*}} {axis = 3 : i64} : {{.*}} -> tensor<1x2x1x12xf32>
// CHECK-DAG: tpu.slice %{{.*}} {offsets = array<i64: 0, 0, 0, 0>, {{.*}} -> tensor<1x2x1x9xf32>
// CHECK-DAG: tpu.slice %{{.*}} {offsets = array<i64: 0, 0, 0, 9>, {{.*}} -> tensor<1x2x1x3xf32>
func.func @concat_split(%x: tensor<1x2x8xf32>, %y: tensor<1x2x4xf32>) -> (tensor<1x2x9xf32>, tensor<1x2x3xf32>) {
  %0 = top.concat %x, %y {axis = 2 : i64} : (tensor<1x2x8xf32>, tensor<1x2x4xf32>) -> tensor<1x2x12xf32>
  %1, %2 = top.split %0 sizes = [9, 3] {axis = 2 : i64} : (tensor<1x2x12xf32>) -> (tensor<1x2x9xf32>, tensor<1x2x3xf32>)
  return %1, %2 : tensor<1x2x9xf32>, tensor<1x2x3xf32>
}

// -----

// The second of five dimensions shares n, so that it stands alone in a view.
// CHECK-LABEL: @concat_leading
// CHECK: tpu.concat %{{.*}} {axis = 1 : i64} : (tensor<2x3x1x120xf32>, tensor<2x1x1x120xf32>) -> tensor<2x4x1x120xf32>
func.func @concat_leading(%x: tensor<2x3x4x5x6xf32>, %y: tensor<2x1x4x5x6xf32>) -> tensor<2x4x4x5x6xf32> {
  %0 = top.concat %x, %y {axis = 1 : i64} : (tensor<2x3x4x5x6xf32>, tensor<2x1x4x5x6xf32>) -> tensor<2x4x4x5x6xf32>
  return %0 : tensor<2x4x4x5x6xf32>
}
