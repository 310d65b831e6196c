// RUN: tpu-opt %s -split-input-file -verify-diagnostics

func.func @c1(%x0: tensor<4x8xf32>) {
  // expected-error @+1 {{'top.resize' op expects 2 scales and 2 sizes, but found 1 and 2 (C1)}}
  %0 = top.resize linear %x0 scales = [2.0] sizes = [4, 16] coordinate_transformation = half_pixel nearest_mode = floor {cubic_coeff = -0.75 : f32} : (tensor<4x8xf32>) -> tensor<4x16xf32>
  return
}

// -----

func.func @c2(%x0: tensor<4x8xf32>) {
  // expected-error @+1 {{'top.resize' op expects a size near 8 * 2.000000e+00, but found 18 (C2)}}
  %0 = top.resize nearest %x0 scales = [1.0, 2.0] sizes = [4, 18] coordinate_transformation = half_pixel nearest_mode = floor {cubic_coeff = -0.75 : f32} : (tensor<4x8xf32>) -> tensor<4x18xf32>
  return
}

// -----

func.func @scale_zero(%x0: tensor<4x8xf32>) {
  // expected-error @+1 {{'top.resize' op attribute 'scales' failed to satisfy constraint: f32 dense array attribute whose value is positive}}
  %0 = top.resize cubic %x0 scales = [1.0, 0.0] sizes = [4, 1] coordinate_transformation = half_pixel nearest_mode = floor {cubic_coeff = -0.75 : f32} : (tensor<4x8xf32>) -> tensor<4x1xf32>
  return
}
