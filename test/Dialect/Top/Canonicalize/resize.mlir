// RUN: tpu-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func @identity
func.func @identity(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // CHECK-NEXT: return %arg0
  %0 = top.resize linear %x scales = [1.0, 1.0] sizes = [4, 8] coordinate_transformation = half_pixel
     nearest_mode = floor {cubic_coeff = -0.75 : f32} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}

// The scale moves the coordinates, although the size stays.
// CHECK-LABEL: func @same_size
func.func @same_size(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // CHECK-NEXT: top.resize
  %0 = top.resize linear %x scales = [1.0, 1.0625] sizes = [4, 8] coordinate_transformation = asymmetric
     nearest_mode = floor {cubic_coeff = -0.75 : f32} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}
