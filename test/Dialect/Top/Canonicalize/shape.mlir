// RUN: tpu-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func @identities
func.func @identities(%x: tensor<2x4xf32>) -> (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>) {
  // CHECK-NEXT: return %arg0, %arg0, %arg0, %arg0, %arg0, %arg0
  %0 = top.reshape %x shape = [2, 4] : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %1 = top.transpose %x perm = [0, 1] : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %2 = top.expand %x shape = [2, 4] : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %3 = top.tile %x repeats = [1, 1] : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %4 = top.concat %x {axis = 1 : i64} : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %5 = top.split %x sizes = [4] {axis = 1 : i64} : (tensor<2x4xf32>) -> tensor<2x4xf32>
  return %0, %1, %2, %3, %4, %5 : tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>
}

// CHECK-LABEL: func @kept
func.func @kept(%x: tensor<4x4xf32>) -> (tensor<4x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>, tensor<2x4xf32>) {
  // CHECK: top.transpose %arg0 perm = [1, 0]
  %0 = top.transpose %x perm = [1, 0] : (tensor<4x4xf32>) -> tensor<4x4xf32>
  // CHECK: top.tile
  %1 = top.tile %x repeats = [2, 1] : (tensor<4x4xf32>) -> tensor<8x4xf32>
  // CHECK: top.concat
  %2 = top.concat %x, %x {axis = 0 : i64} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<8x4xf32>
  // CHECK: top.split
  %3, %4 = top.split %x sizes = [2, 2] {axis = 0 : i64} : (tensor<4x4xf32>) -> (tensor<2x4xf32>, tensor<2x4xf32>)
  return %0, %1, %2, %3 : tensor<4x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>, tensor<2x4xf32>
}

// CHECK-LABEL: func @reshape_of_reshape
func.func @reshape_of_reshape(%x: tensor<2x4xf32>) -> (tensor<1x8xf32>, tensor<2x4xf32>) {
  // CHECK-NEXT: %[[R:.*]] = top.reshape %arg0 shape = [1, 8]
  // CHECK-NEXT: return %[[R]], %arg0
  %0 = top.reshape %x shape = [8] : (tensor<2x4xf32>) -> tensor<8xf32>
  %1 = top.reshape %0 shape = [1, 8] : (tensor<8xf32>) -> tensor<1x8xf32>
  %2 = top.reshape %1 shape = [2, 4] : (tensor<1x8xf32>) -> tensor<2x4xf32>
  return %1, %2 : tensor<1x8xf32>, tensor<2x4xf32>
}

// CHECK-LABEL: func @reshape_of_weight
func.func @reshape_of_weight() -> (tensor<1x2xf32>, tensor<2x1xf16>) {
  // CHECK-DAG: top.weight dense<{{\[\[}}1.000000e+00, 2.000000e+00]]> : tensor<1x2xf32>
  // CHECK-DAG: top.weight dense_resource<w0> : tensor<2x1xf16>
  // CHECK-NOT: top.reshape
  %0 = top.weight dense<[1.0, 2.0]> : tensor<2xf32>
  %1 = top.reshape %0 shape = [1, 2] : (tensor<2xf32>) -> tensor<1x2xf32>
  %2 = top.weight dense_resource<w0> : tensor<2xf16>
  %3 = top.reshape %2 shape = [2, 1] : (tensor<2xf16>) -> tensor<2x1xf16>
  return %1, %3 : tensor<1x2xf32>, tensor<2x1xf16>
}

// NumPy: x.transpose(0, 2, 3, 1).transpose(0, 2, 3, 1) == x.transpose(0, 3, 1, 2)
// CHECK-LABEL: func @transpose_of_transpose
func.func @transpose_of_transpose(%x: tensor<2x3x8x9xf32>) -> (tensor<2x9x3x8xf32>, tensor<2x3x8x9xf32>) {
  // CHECK-NEXT: %[[T:.*]] = top.transpose %arg0 perm = [0, 3, 1, 2] : (tensor<2x3x8x9xf32>) -> tensor<2x9x3x8xf32>
  // CHECK-NEXT: return %[[T]], %arg0
  %0 = top.transpose %x perm = [0, 2, 3, 1] : (tensor<2x3x8x9xf32>) -> tensor<2x8x9x3xf32>
  %1 = top.transpose %0 perm = [0, 2, 3, 1] : (tensor<2x8x9x3xf32>) -> tensor<2x9x3x8xf32>
  %2 = top.transpose %0 perm = [0, 3, 1, 2] : (tensor<2x8x9x3xf32>) -> tensor<2x3x8x9xf32>
  return %1, %2 : tensor<2x9x3x8xf32>, tensor<2x3x8x9xf32>
}

// CHECK-LABEL: func @transpose_of_unit_dimensions
func.func @transpose_of_unit_dimensions(%x: tensor<2x1x8x1xf32>) -> (tensor<2x8x1x1xf32>, tensor<8x2x1x1xf32>) {
  // CHECK: top.reshape %arg0 shape = [2, 8, 1, 1]
  %0 = top.transpose %x perm = [0, 2, 3, 1] : (tensor<2x1x8x1xf32>) -> tensor<2x8x1x1xf32>
  // CHECK: top.transpose %arg0 perm = [2, 0, 1, 3]
  %1 = top.transpose %x perm = [2, 0, 1, 3] : (tensor<2x1x8x1xf32>) -> tensor<8x2x1x1xf32>
  return %0, %1 : tensor<2x8x1x1xf32>, tensor<8x2x1x1xf32>
}

{-#
  dialect_resources: {
    builtin: {
      w0: "0x04000000003C0040"
    }
  }
#-}
