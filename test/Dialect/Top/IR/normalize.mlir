// RUN: tpu-opt %s | tpu-opt | FileCheck %s
// RUN: tpu-opt %s --mlir-print-op-generic | tpu-opt | FileCheck %s

// CHECK-LABEL: func @by_channel
func.func @by_channel(%x: tensor<1x8x4x4xf32>, %c: tensor<8xf32>) {
  // CHECK: top.batch_norm %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} {epsilon = 9.99999974E-6 : f32} : (tensor<1x8x4x4xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<1x8x4x4xf32>
  %0 = top.batch_norm %x, %c, %c, %c, %c {epsilon = 1.0e-5 : f32} : (tensor<1x8x4x4xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<1x8x4x4xf32>
  // CHECK: top.instance_norm %{{.*}}, %{{.*}}, %{{.*}} {epsilon = 9.99999974E-6 : f32} : (tensor<1x8x4x4xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<1x8x4x4xf32>
  %1 = top.instance_norm %x, %c, %c {epsilon = 1.0e-5 : f32} : (tensor<1x8x4x4xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<1x8x4x4xf32>
  // CHECK: top.group_norm %{{.*}}, %{{.*}}, %{{.*}} {epsilon = 9.99999974E-6 : f32, num_groups = 2 : i64} : (tensor<1x8x4x4xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<1x8x4x4xf32>
  %2 = top.group_norm %x, %c, %c {epsilon = 1.0e-5 : f32, num_groups = 2 : i64} : (tensor<1x8x4x4xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<1x8x4x4xf32>
  return
}

// CHECK-LABEL: func @trailing
func.func @trailing(%x: tensor<1x197x768xf32>, %s: tensor<768xf32>) {
  // CHECK: top.layer_norm %{{.*}} scale = %{{.*}} bias = %{{.*}} {axis = 2 : i64, epsilon = 9.99999974E-6 : f32} : (tensor<1x197x768xf32>, tensor<768xf32>, tensor<768xf32>) -> tensor<1x197x768xf32>
  %0 = top.layer_norm %x scale = %s bias = %s {axis = 2 : i64, epsilon = 1.0e-5 : f32} : (tensor<1x197x768xf32>, tensor<768xf32>, tensor<768xf32>) -> tensor<1x197x768xf32>
  // CHECK: top.layer_norm %{{.*}} bias = %{{.*}} {axis = 1 : i64, epsilon = 9.99999974E-6 : f32} : (tensor<1x197x768xf32>, tensor<768xf32>) -> tensor<1x197x768xf32>
  %1 = top.layer_norm %x bias = %s {axis = 1 : i64, epsilon = 1.0e-5 : f32} : (tensor<1x197x768xf32>, tensor<768xf32>) -> tensor<1x197x768xf32>
  // CHECK: top.layer_norm %{{.*}} {axis = 0 : i64, epsilon = 9.99999974E-6 : f32} : (tensor<1x197x768xf32>) -> tensor<1x197x768xf32>
  %2 = top.layer_norm %x {axis = 0 : i64, epsilon = 1.0e-5 : f32} : (tensor<1x197x768xf32>) -> tensor<1x197x768xf32>
  // CHECK: top.rms_norm %{{.*}} scale = %{{.*}} {axis = 2 : i64, epsilon = 9.99999974E-6 : f32} : (tensor<1x197x768xf32>, tensor<768xf32>) -> tensor<1x197x768xf32>
  %3 = top.rms_norm %x scale = %s {axis = 2 : i64, epsilon = 1.0e-5 : f32} : (tensor<1x197x768xf32>, tensor<768xf32>) -> tensor<1x197x768xf32>
  // CHECK: top.rms_norm %{{.*}} {axis = 2 : i64, epsilon = 9.99999974E-6 : f32} : (tensor<1x197x768xf32>) -> tensor<1x197x768xf32>
  %4 = top.rms_norm %x {axis = 2 : i64, epsilon = 1.0e-5 : f32} : (tensor<1x197x768xf32>) -> tensor<1x197x768xf32>
  return
}

// CHECK-LABEL: func @others
func.func @others(%x: tensor<1x96x5x5xf32>) {
  // CHECK: top.lp_normalization %{{.*}} {axis = 1 : i64, p = 2 : i64} : (tensor<1x96x5x5xf32>) -> tensor<1x96x5x5xf32>
  %0 = top.lp_normalization %x {axis = 1 : i64, p = 2 : i64} : (tensor<1x96x5x5xf32>) -> tensor<1x96x5x5xf32>
  // CHECK: top.lrn %{{.*}} {alpha = 5.000000e-01 : f32, beta = 7.500000e-01 : f32, bias = 1.000000e+00 : f32, size = 5 : i64}
  %1 = top.lrn %x {alpha = 0.5 : f32, beta = 0.75 : f32, bias = 1.0 : f32, size = 5 : i64} : (tensor<1x96x5x5xf32>) -> tensor<1x96x5x5xf32>
  return
}
