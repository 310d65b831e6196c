// RUN: tpu-opt %s --lower-top-to-tpu -split-input-file | FileCheck %s

// Channels are shuffled by one gather of rows.
// CHECK-LABEL: func.func @shuffle
// CHECK:         %[[I:.*]] = top.weight dense<{{\[\[\[\[}}0, 3, 1, 4, 2, 5]]]]> : tensor<1x1x1x6xi32>
// CHECK:         tpu.gather %{{.*}}, %[[I]] : (tensor<1x6x1x64xf16>, tensor<1x1x1x6xi32>) -> tensor<1x6x1x64xf16>
// CHECK-NOT:     tpu.permute
func.func @shuffle(%x: tensor<1x6x8x8xf16>) -> tensor<1x6x8x8xf16> {
  %0 = top.reshape %x shape = [1, 2, 3, 8, 8] : (tensor<1x6x8x8xf16>) -> tensor<1x2x3x8x8xf16>
  %1 = top.transpose %0 perm = [0, 2, 1, 3, 4] : (tensor<1x2x3x8x8xf16>) -> tensor<1x3x2x8x8xf16>
  %2 = top.reshape %1 shape = [1, 6, 8, 8] : (tensor<1x3x2x8x8xf16>) -> tensor<1x6x8x8xf16>
  return %2 : tensor<1x6x8x8xf16>
}

// -----

// Rows and columns of a picture are rolled on and cut into windows at once.
// CHECK-LABEL: func.func @windows
// CHECK:         top.weight dense<{{\[\[\[\[}}5, 6, 9, 10, 7, 4, 11, 8, 13, 14, 1, 2, 15, 12, 3, 0]]]]> : tensor<1x1x1x16xi32>
// CHECK:         tpu.gather
// CHECK-NOT:     tpu.concat
// CHECK-NOT:     tpu.permute
func.func @windows(%x: tensor<1x16x32xf16>) -> tensor<4x4x32xf16> {
  %0 = top.reshape %x shape = [1, 4, 4, 32] : (tensor<1x16x32xf16>) -> tensor<1x4x4x32xf16>
  %1 = top.slice %0 offsets = [0, 1, 0, 0] sizes = [1, 3, 4, 32] strides = [1, 1, 1, 1] : (tensor<1x4x4x32xf16>) -> tensor<1x3x4x32xf16>
  %2 = top.slice %0 offsets = [0, 0, 0, 0] sizes = [1, 1, 4, 32] strides = [1, 1, 1, 1] : (tensor<1x4x4x32xf16>) -> tensor<1x1x4x32xf16>
  %3 = top.concat %1, %2 {axis = 1 : i64} : (tensor<1x3x4x32xf16>, tensor<1x1x4x32xf16>) -> tensor<1x4x4x32xf16>
  %4 = top.slice %3 offsets = [0, 0, 1, 0] sizes = [1, 4, 3, 32] strides = [1, 1, 1, 1] : (tensor<1x4x4x32xf16>) -> tensor<1x4x3x32xf16>
  %5 = top.slice %3 offsets = [0, 0, 0, 0] sizes = [1, 4, 1, 32] strides = [1, 1, 1, 1] : (tensor<1x4x4x32xf16>) -> tensor<1x4x1x32xf16>
  %6 = top.concat %4, %5 {axis = 2 : i64} : (tensor<1x4x3x32xf16>, tensor<1x4x1x32xf16>) -> tensor<1x4x4x32xf16>
  %7 = top.reshape %6 shape = [1, 2, 2, 2, 2, 32] : (tensor<1x4x4x32xf16>) -> tensor<1x2x2x2x2x32xf16>
  %8 = top.transpose %7 perm = [0, 1, 3, 2, 4, 5] : (tensor<1x2x2x2x2x32xf16>) -> tensor<1x2x2x2x2x32xf16>
  %9 = top.reshape %8 shape = [4, 4, 32] : (tensor<1x2x2x2x2x32xf16>) -> tensor<4x4x32xf16>
  return %9 : tensor<4x4x32xf16>
}

// -----

// Short rows, and pieces of two values, are copied.
// CHECK-LABEL: func.func @short
// CHECK:         tpu.permute
// CHECK-NOT:     tpu.gather
func.func @short(%x: tensor<1x6x4x4xf16>) -> tensor<1x4x6x4xf16> {
  %0 = top.transpose %x perm = [0, 2, 1, 3] : (tensor<1x6x4x4xf16>) -> tensor<1x4x6x4xf16>
  return %0 : tensor<1x4x6x4xf16>
}

// CHECK-LABEL: func.func @two
// CHECK:         tpu.concat
// CHECK-NOT:     tpu.gather
func.func @two(%x: tensor<1x6x8x8xf16>, %y: tensor<1x6x8x8xf16>) -> tensor<1x6x8x8xf16> {
  %0 = top.slice %x offsets = [0, 3, 0, 0] sizes = [1, 3, 8, 8] strides = [1, 1, 1, 1] : (tensor<1x6x8x8xf16>) -> tensor<1x3x8x8xf16>
  %1 = top.slice %y offsets = [0, 3, 0, 0] sizes = [1, 3, 8, 8] strides = [1, 1, 1, 1] : (tensor<1x6x8x8xf16>) -> tensor<1x3x8x8xf16>
  %2 = top.concat %0, %1 {axis = 1 : i64} : (tensor<1x3x8x8xf16>, tensor<1x3x8x8xf16>) -> tensor<1x6x8x8xf16>
  return %2 : tensor<1x6x8x8xf16>
}

// Where rows stay in their lanes, local memory is the better place.
// CHECK-LABEL: func.func @lanes
// CHECK:         tpu.permute
// CHECK-NOT:     tpu.gather
func.func @lanes(%x: tensor<4x6x8x64xf16>) -> tensor<8x6x4x64xf16> {
  %0 = top.transpose %x perm = [2, 1, 0, 3] : (tensor<4x6x8x64xf16>) -> tensor<8x6x4x64xf16>
  return %0 : tensor<8x6x4x64xf16>
}
