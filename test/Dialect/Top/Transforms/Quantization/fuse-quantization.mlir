// RUN: tpu-opt %s --top-fuse-quantization -split-input-file | FileCheck %s
// RUN: tpu-opt %s --top-fuse-quantization=integers=false -split-input-file | FileCheck %s --check-prefix=FLOATS

!a = !quant.uniform<u8:f32, 0.5>
!b = !quant.uniform<u8:f32, 0.25:3>
!w = !quant.uniform<i8:f32:0, {0.5, 0.125}>

// CHECK-LABEL: @conv
// CHECK: %[[W:.*]] = top.weight dense<{{.*}}> : tensor<2x1x1x1xi8> as !quant.uniform<i8:f32:0, {5.000000e-01,1.250000e-01}>
// CHECK: top.conv %arg0, %[[W]], %{{.*}} -> tensor<1x2x4x4x!quant.uniform<u8:f32, 2.500000e-01:3>>
// CHECK-NOT: top.cast
// FLOATS-LABEL: @conv
// FLOATS: top.weight dense<{{.*}}1.000000e+00{{.*}}-2.500000e-01{{.*}}> : tensor<2x1x1x1xf32>
// FLOATS: top.cast %arg0 {to = f32}
// FLOATS: top.conv {{.*}} -> tensor<1x2x4x4xf32>
// FLOATS: top.cast
func.func @conv(%x: tensor<1x1x4x4x!a>) -> tensor<1x2x4x4x!b> {
  %q = top.weight dense<[[[[2]]], [[[-2]]]]> : tensor<2x1x1x1xi8> as !w
  %bias = top.weight dense<[1.0, 2.0]> : tensor<2xf32>
  %w = top.cast %q {to = f32} : (tensor<2x1x1x1x!w>) -> tensor<2x1x1x1xf32>
  %0 = top.cast %x {to = f32} : (tensor<1x1x4x4x!a>) -> tensor<1x1x4x4xf32>
  %1 = top.conv %0, %w, %bias strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64}
     : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
  %2 = top.cast %1 {to = !b} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4x!b>
  return %2 : tensor<1x2x4x4x!b>
}

// -----

!a = !quant.uniform<u8:f32, 0.5>
!b = !quant.uniform<u8:f32, 0.25:3>

// Casts move before what only moves elements; there they meet.
// CHECK-LABEL: @move
// CHECK: %[[X:.*]] = top.cast %arg0 {to = !quant.uniform<u8:f32, 2.500000e-01:3>} : (tensor<1x2x!quant.uniform<u8:f32, 5.000000e-01>>)
// CHECK: %[[Y:.*]] = top.concat %[[X]], %arg1
// CHECK: top.transpose %[[Y]]
// CHECK-NOT: f32>
func.func @move(%x: tensor<1x2x!a>, %y: tensor<1x2x!b>) -> tensor<4x1x!b> {
  %0 = top.cast %x {to = f32} : (tensor<1x2x!a>) -> tensor<1x2xf32>
  %1 = top.cast %y {to = f32} : (tensor<1x2x!b>) -> tensor<1x2xf32>
  %2 = top.concat %0, %1 {axis = 1 : i64} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x4xf32>
  %3 = top.transpose %2 perm = [1, 0] : (tensor<1x4xf32>) -> tensor<4x1xf32>
  %4 = top.cast %3 {to = !b} : (tensor<4x1xf32>) -> tensor<4x1x!b>
  return %4 : tensor<4x1x!b>
}

// -----

!a = !quant.uniform<u8:f32, 0.5>

// Nothing to do for an op that computes in floats, or whose result is a float elsewhere.
// CHECK-LABEL: @floats
// CHECK: %[[X:.*]] = top.cast %arg0 {to = f32}
// CHECK: %[[S:.*]] = top.softmax %[[X]]
// CHECK: %[[Q:.*]] = top.cast %[[S]]
// CHECK: %[[E:.*]] = top.exp %[[X]]
// CHECK: top.cast %[[E]]
// CHECK: return %[[Q]], %{{.*}}, %[[E]]
func.func @floats(%x: tensor<1x2x!a>) -> (tensor<1x2x!a>, tensor<1x2x!a>, tensor<1x2xf32>) {
  %0 = top.cast %x {to = f32} : (tensor<1x2x!a>) -> tensor<1x2xf32>
  %1 = top.softmax %0 {axis = 1 : i64} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %2 = top.cast %1 {to = !a} : (tensor<1x2xf32>) -> tensor<1x2x!a>
  %3 = top.exp %0 : tensor<1x2xf32>
  %4 = top.cast %3 {to = !a} : (tensor<1x2xf32>) -> tensor<1x2x!a>
  return %2, %4, %3 : tensor<1x2x!a>, tensor<1x2x!a>, tensor<1x2xf32>
}

// -----

!a = !quant.uniform<u8:f32, 0.5>
!w = !quant.uniform<i8:f32:0, {0.5, 0.125}>

// A convolution whose result stays a float reads integers all the same.
// CHECK-LABEL: @to_float
// CHECK: top.conv %arg0, {{.*}} -> tensor<1x2x4x4xf32>
func.func @to_float(%x: tensor<1x1x4x4x!a>) -> tensor<1x2x4x4xf32> {
  %q = top.weight dense<[[[[2]]], [[[-2]]]]> : tensor<2x1x1x1xi8> as !w
  %w = top.cast %q {to = f32} : (tensor<2x1x1x1x!w>) -> tensor<2x1x1x1xf32>
  %0 = top.cast %x {to = f32} : (tensor<1x1x4x4x!a>) -> tensor<1x1x4x4xf32>
  %1 = top.conv %0, %w strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64}
     : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x4x4xf32>
  return %1 : tensor<1x2x4x4xf32>
}
