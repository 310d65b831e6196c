// RUN: tpu-opt %s --top-fold-scale -split-input-file | FileCheck %s

// CHECK-LABEL: @conv_mul_add
// CHECK-DAG: %[[F:.*]] = top.weight dense<{{\[\[}}{{\[\[}}2.000000e+00]]], {{\[\[}}[6.000000e+00]]]]> : tensor<2x1x1x1xf32>
// CHECK-DAG: %[[B:.*]] = top.weight dense<[1.100000e+01, 2.150000e+01]> : tensor<2xf32>
// CHECK: %[[C:.*]] = top.conv %arg0, %[[F]], %[[B]]
// CHECK: return %[[C]]
func.func @conv_mul_add(%x: tensor<1x1x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %f = top.weight dense<[[[[1.0]]], [[[2.0]]]]> : tensor<2x1x1x1xf32>
  %b = top.weight dense<[0.5, 0.5]> : tensor<2xf32>
  %m = top.weight dense<[[[2.0]], [[3.0]]]> : tensor<2x1x1xf32>
  %a = top.weight dense<[[[[10.0]], [[20.0]]]]> : tensor<1x2x1x1xf32>
  %0 = top.conv %x, %f, %b strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64}
    : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
  %1 = top.mul %0, %m : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32>
  %2 = top.add %a, %1 : (tensor<1x2x1x1xf32>, tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  return %2 : tensor<1x2x4x4xf32>
}

// -----

// scale / sqrt(3.75 + 0.25) = 1; bias - mean = 9.
// CHECK-LABEL: @batch_norm
// CHECK-DAG: top.weight dense<5.000000e+00> : tensor<1x1x1x1xf32>
// CHECK-DAG: top.weight dense<9.000000e+00> : tensor<1xf32>
// CHECK-NOT: top.batch_norm
// CHECK: return
func.func @batch_norm(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32> {
  %f = top.weight dense<5.0> : tensor<1x1x1x1xf32>
  %s = top.weight dense<2.0> : tensor<1xf32>
  %b = top.weight dense<10.0> : tensor<1xf32>
  %m = top.weight dense<1.0> : tensor<1xf32>
  %v = top.weight dense<3.75> : tensor<1xf32>
  %0 = top.conv %x, %f strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64} : (tensor<1x1x4x4xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x4x4xf32>
  %1 = top.batch_norm %0, %s, %b, %m, %v {epsilon = 0.25 : f32} : (tensor<1x1x4x4xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x4x4xf32>
  return %1 : tensor<1x1x4x4xf32>
}

// -----

// [ic, oc / group, ..]: channel 0 belongs to input 0, channel 1 to input 1.
// CHECK-LABEL: @conv_transpose
// CHECK: top.weight dense<{{\[\[}}{{\[\[}}2.000000e+00]]], {{\[\[}}[6.000000e+00]]]]> : tensor<2x1x1x1xf32>
func.func @conv_transpose(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %f = top.weight dense<[[[[1.0]]], [[[2.0]]]]> : tensor<2x1x1x1xf32>
  %m = top.weight dense<[[[2.0]], [[3.0]]]> : tensor<2x1x1xf32>
  %0 = top.conv_transpose %x, %f strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] output_padding = [0, 0] {group = 2 : i64}
    : (tensor<1x2x4x4xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x4x4xf32>
  %1 = top.mul %0, %m : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32>
  return %1 : tensor<1x2x4x4xf32>
}

// -----

// CHECK-LABEL: @matmul
// CHECK-DAG: top.weight dense<{{\[\[}}5.000000e-01, 5.000000e-01], [1.500000e+00, 1.000000e+00]]> : tensor<2x2xf32>
// CHECK-DAG: top.weight dense<[-1.000000e+00, -2.000000e+00]> : tensor<2xf32>
// CHECK-NOT: top.div
// CHECK-NOT: top.sub
func.func @matmul(%x: tensor<3x2xf32>) -> tensor<3x2xf32> {
  %f = top.weight dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %d = top.weight dense<[2.0, 4.0]> : tensor<2xf32>
  %s = top.weight dense<[1.0, 2.0]> : tensor<2xf32>
  %0 = top.matmul %x, %f : (tensor<3x2xf32>, tensor<2x2xf32>) -> tensor<3x2xf32>
  %1 = top.div %0, %d : (tensor<3x2xf32>, tensor<2xf32>) -> tensor<3x2xf32>
  %2 = top.sub %1, %s : (tensor<3x2xf32>, tensor<2xf32>) -> tensor<3x2xf32>
  return %2 : tensor<3x2xf32>
}

// -----

// Not by channel, needed elsewhere, behind a relu, or widened by the constant: nothing happens.
// CHECK-LABEL: @keep
// CHECK-COUNT-4: top.mul
func.func @keep(%x: tensor<1x1x2x2xf32>) -> (tensor<1x1x2x2xf32>, tensor<1x1x2x2xf32>, tensor<1x1x2x2xf32>, tensor<1x1x2x2xf32>, tensor<3x1x2x2xf32>) {
  %f = top.weight dense<5.0> : tensor<1x1x1x1xf32>
  %row = top.weight dense<[1.0, 2.0]> : tensor<2xf32>
  %m = top.weight dense<2.0> : tensor<1xf32>
  %wide = top.weight dense<2.0> : tensor<3x1x1x1xf32>
  %0 = top.conv %x, %f strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64} : (tensor<1x1x2x2xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x2x2xf32>
  %1 = top.mul %0, %row : (tensor<1x1x2x2xf32>, tensor<2xf32>) -> tensor<1x1x2x2xf32>
  %2 = top.conv %x, %f strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64} : (tensor<1x1x2x2xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x2x2xf32>
  %3 = top.mul %2, %m : (tensor<1x1x2x2xf32>, tensor<1xf32>) -> tensor<1x1x2x2xf32>
  %4 = top.conv %x, %f strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64, relu} : (tensor<1x1x2x2xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x2x2xf32>
  %5 = top.mul %4, %m : (tensor<1x1x2x2xf32>, tensor<1xf32>) -> tensor<1x1x2x2xf32>
  %6 = top.conv %x, %f strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64} : (tensor<1x1x2x2xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x2x2xf32>
  %7 = top.mul %6, %wide : (tensor<1x1x2x2xf32>, tensor<3x1x1x1xf32>) -> tensor<3x1x2x2xf32>
  return %1, %2, %3, %5, %7 : tensor<1x1x2x2xf32>, tensor<1x1x2x2xf32>, tensor<1x1x2x2xf32>, tensor<1x1x2x2xf32>, tensor<3x1x2x2xf32>
}
