// RUN: tpu-opt %s --lower-top-to-tpu -split-input-file | FileCheck %s

// The heads stay where the products left them: no transpose remains.
// CHECK-LABEL: func.func @heads
// CHECK-NOT:     tpu.permute
// CHECK:         %[[R:.*]] = tpu.attention %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} {heads = 2 : i64, scale = 2.500000e-01 : f32, size = 8 : i64}
// CHECK-SAME:      (tensor<1x4x1x16xf16>, tensor<1x6x1x16xf16>, tensor<1x6x1x16xf16>, tensor<1x1x1x6xf16>) -> tensor<1x4x1x16xf16>
// CHECK-NOT:     tpu.permute
// CHECK-NOT:     tpu.softmax
func.func @heads(%q: tensor<1x4x16xf16>, %k: tensor<1x6x16xf16>, %v: tensor<1x6x16xf16>, %m: tensor<1x1x1x6xf16>) -> tensor<1x4x16xf16> {
  %0 = top.reshape %q shape = [1, 4, 2, 8] : (tensor<1x4x16xf16>) -> tensor<1x4x2x8xf16>
  %1 = top.reshape %k shape = [1, 6, 2, 8] : (tensor<1x6x16xf16>) -> tensor<1x6x2x8xf16>
  %2 = top.reshape %v shape = [1, 6, 2, 8] : (tensor<1x6x16xf16>) -> tensor<1x6x2x8xf16>
  %3 = top.transpose %0 perm = [0, 2, 1, 3] : (tensor<1x4x2x8xf16>) -> tensor<1x2x4x8xf16>
  %4 = top.transpose %1 perm = [0, 2, 1, 3] : (tensor<1x6x2x8xf16>) -> tensor<1x2x6x8xf16>
  %5 = top.transpose %2 perm = [0, 2, 1, 3] : (tensor<1x6x2x8xf16>) -> tensor<1x2x6x8xf16>
  %6 = top.matmul %3, %4 {transpose_rhs} : (tensor<1x2x4x8xf16>, tensor<1x2x6x8xf16>) -> tensor<1x2x4x6xf16>
  %four = top.weight dense<4.0> : tensor<f16>
  %7 = top.div %6, %four : (tensor<1x2x4x6xf16>, tensor<f16>) -> tensor<1x2x4x6xf16>
  %8 = top.add %7, %m : (tensor<1x2x4x6xf16>, tensor<1x1x1x6xf16>) -> tensor<1x2x4x6xf16>
  %9 = top.softmax %8 {axis = 3 : i64} : (tensor<1x2x4x6xf16>) -> tensor<1x2x4x6xf16>
  %10 = top.matmul %9, %5 : (tensor<1x2x4x6xf16>, tensor<1x2x6x8xf16>) -> tensor<1x2x4x8xf16>
  %11 = top.transpose %10 perm = [0, 2, 1, 3] : (tensor<1x2x4x8xf16>) -> tensor<1x4x2x8xf16>
  %12 = top.reshape %11 shape = [1, 4, 16] : (tensor<1x4x2x8xf16>) -> tensor<1x4x16xf16>
  return %12 : tensor<1x4x16xf16>
}

// -----

// A constant mask of its own for each head is turned at compile time, and a
// factor of both operands taken off.
// CHECK-LABEL: func.func @bias
// CHECK:         %[[M:.*]] = top.weight dense<{{\[\[\[\[}}1.000000e+00, 2.000000e+00], [5.000000e+00, 6.000000e+00]], {{\[\[}}3.000000e+00, 4.000000e+00], [7.000000e+00, 8.000000e+00]]]]> : tensor<1x2x2x2xf16>
// CHECK:         tpu.attention %{{.*}}, %{{.*}}, %{{.*}}, %[[M]] {heads = 2 : i64, scale = 6.000000e+00 : f32, size = 8 : i64}
func.func @bias(%q: tensor<1x2x2x8xf16>, %k: tensor<1x2x2x8xf16>, %v: tensor<1x2x2x8xf16>) -> tensor<1x2x2x8xf16> {
  %two = top.weight dense<2.0> : tensor<f16>
  %three = top.weight dense<3.0> : tensor<f16>
  %m = top.weight dense<[[[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]]]> : tensor<1x2x2x2xf16>
  %0 = top.mul %q, %two : (tensor<1x2x2x8xf16>, tensor<f16>) -> tensor<1x2x2x8xf16>
  %1 = top.mul %k, %three : (tensor<1x2x2x8xf16>, tensor<f16>) -> tensor<1x2x2x8xf16>
  %3 = top.transpose %0 perm = [0, 2, 1, 3] : (tensor<1x2x2x8xf16>) -> tensor<1x2x2x8xf16>
  %4 = top.transpose %1 perm = [0, 2, 1, 3] : (tensor<1x2x2x8xf16>) -> tensor<1x2x2x8xf16>
  %5 = top.transpose %v perm = [0, 2, 1, 3] : (tensor<1x2x2x8xf16>) -> tensor<1x2x2x8xf16>
  %6 = top.matmul %3, %4 {transpose_rhs} : (tensor<1x2x2x8xf16>, tensor<1x2x2x8xf16>) -> tensor<1x2x2x2xf16>
  %8 = top.add %m, %6 : (tensor<1x2x2x2xf16>, tensor<1x2x2x2xf16>) -> tensor<1x2x2x2xf16>
  %9 = top.softmax %8 {axis = 3 : i64} : (tensor<1x2x2x2xf16>) -> tensor<1x2x2x2xf16>
  %10 = top.matmul %9, %5 : (tensor<1x2x2x2xf16>, tensor<1x2x2x8xf16>) -> tensor<1x2x2x8xf16>
  return %10 : tensor<1x2x2x8xf16>
}

// -----

// Weights that something else reads, and f32, stay op by op.
// CHECK-LABEL: func.func @read_twice
// CHECK-NOT:     tpu.attention
func.func @read_twice(%q: tensor<4x8xf16>, %k: tensor<6x8xf16>, %v: tensor<6x8xf16>) -> (tensor<4x8xf16>, tensor<4x6xf16>) {
  %0 = top.matmul %q, %k {transpose_rhs} : (tensor<4x8xf16>, tensor<6x8xf16>) -> tensor<4x6xf16>
  %1 = top.softmax %0 {axis = 1 : i64} : (tensor<4x6xf16>) -> tensor<4x6xf16>
  %2 = top.matmul %1, %v : (tensor<4x6xf16>, tensor<6x8xf16>) -> tensor<4x8xf16>
  return %2, %1 : tensor<4x8xf16>, tensor<4x6xf16>
}

// CHECK-LABEL: func.func @wide
// CHECK-NOT:     tpu.attention
func.func @wide(%q: tensor<4x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x8xf32>) -> tensor<4x8xf32> {
  %0 = top.matmul %q, %k {transpose_rhs} : (tensor<4x8xf32>, tensor<6x8xf32>) -> tensor<4x6xf32>
  %1 = top.softmax %0 {axis = 1 : i64} : (tensor<4x6xf32>) -> tensor<4x6xf32>
  %2 = top.matmul %1, %v : (tensor<4x6xf32>, tensor<6x8xf32>) -> tensor<4x8xf32>
  return %2 : tensor<4x8xf32>
}

// -----

// Where the keys of all heads leave no room in a lane, each head is a batch.
// CHECK-LABEL: func.func @long
// CHECK:         tpu.attention {{.*}} {heads = 1 : i64, scale = 1.000000e+00 : f32, size = 64 : i64}
// CHECK-SAME:      -> tensor<16x64x1x64xf16>
func.func @long(%q: tensor<1x64x16x64xf16>, %k: tensor<1x4096x16x64xf16>, %v: tensor<1x4096x16x64xf16>) -> tensor<1x16x64x64xf16> {
  %3 = top.transpose %q perm = [0, 2, 1, 3] : (tensor<1x64x16x64xf16>) -> tensor<1x16x64x64xf16>
  %4 = top.transpose %k perm = [0, 2, 1, 3] : (tensor<1x4096x16x64xf16>) -> tensor<1x16x4096x64xf16>
  %5 = top.transpose %v perm = [0, 2, 1, 3] : (tensor<1x4096x16x64xf16>) -> tensor<1x16x4096x64xf16>
  %6 = top.matmul %3, %4 {transpose_rhs} : (tensor<1x16x64x64xf16>, tensor<1x16x4096x64xf16>) -> tensor<1x16x64x4096xf16>
  %9 = top.softmax %6 {axis = 3 : i64} : (tensor<1x16x64x4096xf16>) -> tensor<1x16x64x4096xf16>
  %10 = top.matmul %9, %5 : (tensor<1x16x64x4096xf16>, tensor<1x16x4096x64xf16>) -> tensor<1x16x64x64xf16>
  return %10 : tensor<1x16x64x64xf16>
}

// -----

// Scores of several windows, seen as such for the second mask only.
// CHECK-LABEL: func.func @windows
// CHECK:         tpu.attention {{.*}} {heads = 2 : i64, scale = 1.000000e+00 : f32, size = 8 : i64}
// CHECK-SAME:      tensor<4x6x1x6xf16>, tensor<1x1x2x6xf16>) -> tensor<4x6x1x16xf16>
func.func @windows(%x: tensor<4x6x2x8xf16>, %bias: tensor<1x2x1x6xf16>, %mask: tensor<1x4x1x6x6xf16>) -> tensor<4x2x6x8xf16> {
  %0 = top.transpose %x perm = [0, 2, 1, 3] : (tensor<4x6x2x8xf16>) -> tensor<4x2x6x8xf16>
  %1 = top.matmul %0, %0 {transpose_rhs} : (tensor<4x2x6x8xf16>, tensor<4x2x6x8xf16>) -> tensor<4x2x6x6xf16>
  %2 = top.add %1, %bias : (tensor<4x2x6x6xf16>, tensor<1x2x1x6xf16>) -> tensor<4x2x6x6xf16>
  %3 = top.reshape %2 shape = [1, 4, 2, 6, 6] : (tensor<4x2x6x6xf16>) -> tensor<1x4x2x6x6xf16>
  %4 = top.add %3, %mask : (tensor<1x4x2x6x6xf16>, tensor<1x4x1x6x6xf16>) -> tensor<1x4x2x6x6xf16>
  %5 = top.reshape %4 shape = [4, 2, 6, 6] : (tensor<1x4x2x6x6xf16>) -> tensor<4x2x6x6xf16>
  %6 = top.softmax %5 {axis = 3 : i64} : (tensor<4x2x6x6xf16>) -> tensor<4x2x6x6xf16>
  %7 = top.matmul %6, %0 : (tensor<4x2x6x6xf16>, tensor<4x2x6x8xf16>) -> tensor<4x2x6x8xf16>
  return %7 : tensor<4x2x6x8xf16>
}

// -----

// Integers become floats for it, and the weights never integers.
!q = !quant.uniform<i8:f32, 0.5>
!w = !quant.uniform<u8:f32, 0.01>
// CHECK-LABEL: func.func @integers
// CHECK:         %[[X:.*]] = tpu.dequantize {{.*}} -> tensor<1x4x1x16xf16>
// CHECK:         %[[R:.*]] = tpu.attention %[[X]], %{{.*}}, %{{.*}} {heads = 2 : i64, scale = 1.000000e+00 : f32, size = 8 : i64}
// CHECK-NOT:     tpu.matmul
// CHECK:         tpu.quantize %[[R]] {{.*}} -> tensor<1x4x1x16xi8>
func.func @integers(%x: tensor<1x4x2x8xf32>) -> tensor<1x2x4x8xf32> {
  %0 = top.cast %x {to = !q} : (tensor<1x4x2x8xf32>) -> tensor<1x4x2x8x!q>
  %1 = top.transpose %0 perm = [0, 2, 1, 3] : (tensor<1x4x2x8x!q>) -> tensor<1x2x4x8x!q>
  %2 = top.matmul %1, %1 {transpose_rhs} : (tensor<1x2x4x8x!q>, tensor<1x2x4x8x!q>) -> tensor<1x2x4x4xf16>
  %3 = top.softmax %2 {axis = 3 : i64} : (tensor<1x2x4x4xf16>) -> tensor<1x2x4x4xf16>
  %4 = top.cast %3 {to = !w} : (tensor<1x2x4x4xf16>) -> tensor<1x2x4x4x!w>
  %5 = top.matmul %4, %1 : (tensor<1x2x4x4x!w>, tensor<1x2x4x8x!q>) -> tensor<1x2x4x8x!q>
  %6 = top.cast %5 {to = f32} : (tensor<1x2x4x8x!q>) -> tensor<1x2x4x8xf32>
  return %6 : tensor<1x2x4x8xf32>
}
