// RUN: tpu-opt %s | tpu-opt | FileCheck %s
// RUN: tpu-opt %s --mlir-print-op-generic | tpu-opt | FileCheck %s

// CHECK-LABEL: func @one_input
func.func @one_input(%x: tensor<1x3x8x9xf32>, %y: tensor<8x1xi64>, %z: tensor<1x12x4x6xi1>) {
  // CHECK: top.reshape %{{.*}} shape = [3, 72] : (tensor<1x3x8x9xf32>) -> tensor<3x72xf32>
  %0 = top.reshape %x shape = [3, 72] : (tensor<1x3x8x9xf32>) -> tensor<3x72xf32>
  // CHECK: top.reshape %{{.*}} shape = [8] : (tensor<8x1xi64>) -> tensor<8xi64>
  %1 = top.reshape %y shape = [8] : (tensor<8x1xi64>) -> tensor<8xi64>
  // CHECK: top.transpose %{{.*}} perm = [0, 2, 3, 1] : (tensor<1x3x8x9xf32>) -> tensor<1x8x9x3xf32>
  %2 = top.transpose %x perm = [0, 2, 3, 1] : (tensor<1x3x8x9xf32>) -> tensor<1x8x9x3xf32>
  // CHECK: top.expand %{{.*}} shape = [2, 8, 4] : (tensor<8x1xi64>) -> tensor<2x8x4xi64>
  %3 = top.expand %y shape = [2, 8, 4] : (tensor<8x1xi64>) -> tensor<2x8x4xi64>
  // CHECK: top.tile %{{.*}} repeats = [1, 3] : (tensor<8x1xi64>) -> tensor<8x3xi64>
  %4 = top.tile %y repeats = [1, 3] : (tensor<8x1xi64>) -> tensor<8x3xi64>
  // CHECK: top.depth_to_space crd %{{.*}} {blocksize = 2 : i64} : (tensor<1x12x4x6xi1>) -> tensor<1x3x8x12xi1>
  %5 = top.depth_to_space crd %z {blocksize = 2 : i64} : (tensor<1x12x4x6xi1>) -> tensor<1x3x8x12xi1>
  // CHECK: top.depth_to_space dcr %{{.*}} {blocksize = 2 : i64} : (tensor<1x12x4x6xi1>) -> tensor<1x3x8x12xi1>
  %6 = top.depth_to_space dcr %z {blocksize = 2 : i64} : (tensor<1x12x4x6xi1>) -> tensor<1x3x8x12xi1>
  // CHECK: top.space_to_depth %{{.*}} {blocksize = 2 : i64} : (tensor<1x12x4x6xi1>) -> tensor<1x48x2x3xi1>
  %7 = top.space_to_depth %z {blocksize = 2 : i64} : (tensor<1x12x4x6xi1>) -> tensor<1x48x2x3xi1>
  return
}

// CHECK-LABEL: func @pieces
func.func @pieces(%a: tensor<1x8x4xf32>, %b: tensor<1x4x4xf32>) {
  // CHECK: top.concat %{{.*}}, %{{.*}}, %{{.*}} {axis = 1 : i64} : (tensor<1x8x4xf32>, tensor<1x4x4xf32>, tensor<1x8x4xf32>) -> tensor<1x20x4xf32>
  %0 = top.concat %a, %b, %a {axis = 1 : i64} : (tensor<1x8x4xf32>, tensor<1x4x4xf32>, tensor<1x8x4xf32>) -> tensor<1x20x4xf32>
  // CHECK: top.split %{{.*}} sizes = [2, 5, 1] {axis = 1 : i64} : (tensor<1x8x4xf32>) -> (tensor<1x2x4xf32>, tensor<1x5x4xf32>, tensor<1x1x4xf32>)
  %1, %2, %3 = top.split %a sizes = [2, 5, 1] {axis = 1 : i64} : (tensor<1x8x4xf32>) -> (tensor<1x2x4xf32>, tensor<1x5x4xf32>, tensor<1x1x4xf32>)
  return
}
