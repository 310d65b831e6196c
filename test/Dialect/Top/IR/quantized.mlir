// RUN: tpu-opt %s | tpu-opt | FileCheck %s

!x = !quant.uniform<u8:f32, 0.5>
!y = !quant.uniform<i8:f32, 0.25:7>
!w = !quant.uniform<i8:f32:0, {0.25, 0.5}>

// Scales may differ in all ops; types are written once where they are the same.
// CHECK-LABEL: @ops
// CHECK: top.relu %{{.*}} : tensor<1x2x4x!quant.uniform<u8:f32, 5.000000e-01>>
// CHECK: top.relu %{{.*}} : (tensor<1x2x4x!quant.uniform<u8:f32, 5.000000e-01>>) -> tensor<1x2x4x!quant.uniform<i8:f32, 2.500000e-01:7>>
// CHECK: top.weight dense<{{.*}}> : tensor<2x2x1xi8> as !quant.uniform<i8:f32:0, {2.500000e-01,5.000000e-01}>
// CHECK: top.conv {{.*}} -> tensor<1x2x4xf16>
func.func @ops(%x: tensor<1x2x4x!x>) -> tensor<1x2x4xf16> {
  %0 = top.relu %x : tensor<1x2x4x!x>
  %1 = top.relu %0 : (tensor<1x2x4x!x>) -> tensor<1x2x4x!y>
  %2 = top.add %0, %1 : (tensor<1x2x4x!x>, tensor<1x2x4x!y>) -> tensor<1x2x4x!x>
  %w = top.weight dense<[[[1], [2]], [[-1], [-127]]]> : tensor<2x2x1xi8> as !w
  %3 = top.conv %2, %w strides = [1] pads = [0, 0] dilations = [1] {group = 1 : i64}
    : (tensor<1x2x4x!x>, tensor<2x2x1x!w>) -> tensor<1x2x4xf16>
  return %3 : tensor<1x2x4xf16>
}
