// RUN: tpu-opt %s | tpu-opt | FileCheck %s
// RUN: tpu-opt %s --mlir-print-op-generic | tpu-opt | FileCheck %s

// CHECK-LABEL: func @by_element
func.func @by_element(%x: tensor<1x8x4x4xf32>) {
  // CHECK: top.relu %{{.*}} : tensor<1x8x4x4xf32>
  %0 = top.relu %x : tensor<1x8x4x4xf32>
  // CHECK: top.leaky_relu %{{.*}} {alpha = 1.250000e-01 : f32} : tensor<1x8x4x4xf32>
  %1 = top.leaky_relu %x {alpha = 0.125 : f32} : tensor<1x8x4x4xf32>
  // CHECK: top.elu %{{.*}} {alpha = 1.000000e+00 : f32} : tensor<1x8x4x4xf32>
  %2 = top.elu %x {alpha = 1.0 : f32} : tensor<1x8x4x4xf32>
  // CHECK: top.celu %{{.*}} {alpha = 2.000000e+00 : f32} : tensor<1x8x4x4xf32>
  %3 = top.celu %x {alpha = 2.0 : f32} : tensor<1x8x4x4xf32>
  // CHECK: top.selu %{{.*}} {alpha = 1.500000e+00 : f32, gamma = 1.250000e+00 : f32} : tensor<1x8x4x4xf32>
  %4 = top.selu %x {alpha = 1.5 : f32, gamma = 1.25 : f32} : tensor<1x8x4x4xf32>
  // CHECK: top.thresholded_relu %{{.*}} {alpha = 1.000000e+00 : f32} : tensor<1x8x4x4xf32>
  %5 = top.thresholded_relu %x {alpha = 1.0 : f32} : tensor<1x8x4x4xf32>
  // CHECK: top.sigmoid %{{.*}} : tensor<1x8x4x4xf32>
  %6 = top.sigmoid %x : tensor<1x8x4x4xf32>
  // CHECK: top.hard_sigmoid %{{.*}} {alpha = 2.500000e-01 : f32, beta = 5.000000e-01 : f32} : tensor<1x8x4x4xf32>
  %7 = top.hard_sigmoid %x {alpha = 0.25 : f32, beta = 0.5 : f32} : tensor<1x8x4x4xf32>
  // CHECK: top.hard_swish %{{.*}} : tensor<1x8x4x4xf32>
  %8 = top.hard_swish %x : tensor<1x8x4x4xf32>
  // CHECK: top.softplus %{{.*}} : tensor<1x8x4x4xf32>
  %9 = top.softplus %x : tensor<1x8x4x4xf32>
  // CHECK: top.softsign %{{.*}} : tensor<1x8x4x4xf32>
  %10 = top.softsign %x : tensor<1x8x4x4xf32>
  // CHECK: top.mish %{{.*}} : tensor<1x8x4x4xf32>
  %11 = top.mish %x : tensor<1x8x4x4xf32>
  // CHECK: top.silu %{{.*}} : tensor<1x8x4x4xf32>
  %12 = top.silu %x : tensor<1x8x4x4xf32>
  // CHECK: top.gelu none %{{.*}} : tensor<1x8x4x4xf32>
  %13 = top.gelu none %x : tensor<1x8x4x4xf32>
  // CHECK: top.gelu tanh %{{.*}} : tensor<1x8x4x4xf32>
  %14 = top.gelu tanh %x : tensor<1x8x4x4xf32>
  return
}

// CHECK-LABEL: func @prelu
func.func @prelu(%x: tensor<1x8x4x4xf16>, %slope: tensor<8x1x1xf16>) {
  // CHECK: top.prelu %{{.*}}, %{{.*}} : (tensor<1x8x4x4xf16>, tensor<8x1x1xf16>) -> tensor<1x8x4x4xf16>
  %0 = top.prelu %x, %slope : (tensor<1x8x4x4xf16>, tensor<8x1x1xf16>) -> tensor<1x8x4x4xf16>
  return
}

// CHECK-LABEL: func @along_axis
func.func @along_axis(%x: tensor<4x1000xbf16>) {
  // CHECK: top.softmax %{{.*}} {axis = 1 : i64} : (tensor<4x1000xbf16>) -> tensor<4x1000xbf16>
  %0 = top.softmax %x {axis = 1 : i64} : (tensor<4x1000xbf16>) -> tensor<4x1000xbf16>
  // CHECK: top.log_softmax %{{.*}} {axis = 0 : i64} : (tensor<4x1000xbf16>) -> tensor<4x1000xbf16>
  %1 = top.log_softmax %x {axis = 0 : i64} : (tensor<4x1000xbf16>) -> tensor<4x1000xbf16>
  // CHECK: top.hardmax %{{.*}} {axis = 1 : i64} : (tensor<4x1000xbf16>) -> tensor<4x1000xbf16>
  %2 = top.hardmax %x {axis = 1 : i64} : (tensor<4x1000xbf16>) -> tensor<4x1000xbf16>
  return
}
