// RUN: tpu-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func @relu_of_relu
func.func @relu_of_relu(%x: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK-NEXT: %[[RELU:.*]] = top.relu %arg0
  // CHECK-NEXT: return %[[RELU]]
  %0 = top.relu %x : tensor<8xf32>
  %1 = top.relu %0 : tensor<8xf32>
  return %1 : tensor<8xf32>
}

// max(min(x, 6), -1), then max(., 0): [0, 6]
// CHECK-LABEL: func @relu_of_clip
func.func @relu_of_clip(%x: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK-NEXT: top.clip %arg0 {max = 6.000000e+00 : f32, min = 0.000000e+00 : f32}
  // CHECK-NEXT: return
  %0 = top.clip %x {max = 6.0 : f32, min = -1.0 : f32} : tensor<8xf32>
  %1 = top.relu %0 : tensor<8xf32>
  return %1 : tensor<8xf32>
}

// CHECK-LABEL: func @clip_of_relu
func.func @clip_of_relu(%x: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK-NEXT: top.clip %arg0 {max = 6.000000e+00 : f32, min = 0.000000e+00 : f32}
  // CHECK-NEXT: return
  %0 = top.relu %x : tensor<8xf32>
  %1 = top.clip %0 {max = 6.0 : f32, min = -3.0 : f32} : tensor<8xf32>
  return %1 : tensor<8xf32>
}

// Everything below 2 becomes 3 and everything above as well.
// CHECK-LABEL: func @clip_of_disjoint_clip
func.func @clip_of_disjoint_clip(%x: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK-NEXT: top.clip %arg0 {max = 3.000000e+00 : f32, min = 3.000000e+00 : f32}
  // CHECK-NEXT: return
  %0 = top.clip %x {max = 2.0 : f32, min = 1.0 : f32} : tensor<8xf32>
  %1 = top.clip %0 {max = 4.0 : f32, min = 3.0 : f32} : tensor<8xf32>
  return %1 : tensor<8xf32>
}

// CHECK-LABEL: func @clip_without_effect
func.func @clip_without_effect(%x: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  // CHECK-NEXT: %[[CLIP:.*]] = top.clip %arg0 {max = 1.000000e+00
  // CHECK-NEXT: return %arg0, %[[CLIP]]
  %0 = top.clip %x {max = 0x7F800000 : f32, min = 0xFF800000 : f32} : tensor<8xf32>
  %1 = top.clip %x {max = 1.0 : f32, min = 0.5 : f32} : tensor<8xf32>
  %2 = top.clip %1 {max = 2.0 : f32, min = 0.0 : f32} : tensor<8xf32>
  return %0, %2 : tensor<8xf32>, tensor<8xf32>
}

// CHECK-LABEL: func @clip_at_zero_is_relu
func.func @clip_at_zero_is_relu(%x: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK-NEXT: top.relu %arg0
  // CHECK-NEXT: return
  %0 = top.clip %x {max = 0x7F800000 : f32, min = 0.0 : f32} : tensor<8xf32>
  return %0 : tensor<8xf32>
}

// CHECK-LABEL: func @kept
func.func @kept(%x: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  // CHECK: top.clip %arg0 {max = 0x7F800000 : f32, min = 1.000000e+00 : f32}
  %0 = top.clip %x {max = 0x7F800000 : f32, min = 1.0 : f32} : tensor<8xf32>
  // CHECK: %[[LEAKY:.*]] = top.leaky_relu %arg0
  %1 = top.leaky_relu %x {alpha = 0.5 : f32} : tensor<8xf32>
  // CHECK: top.relu %[[LEAKY]]
  %2 = top.relu %1 : tensor<8xf32>
  return %0, %2 : tensor<8xf32>, tensor<8xf32>
}
