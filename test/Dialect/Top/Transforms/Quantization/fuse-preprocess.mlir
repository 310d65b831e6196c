// RUN: tpu-opt %s --top-fuse-preprocess="mean=100,110,120 scale=0.5,0.25,-2" | FileCheck %s
// RUN: tpu-opt %s --top-fuse-preprocess="mean=100,110,120 scale=0.5,0.25,-2 pixel-format=bgr" | FileCheck %s --check-prefix=BGR
// RUN: tpu-opt %s --top-fuse-preprocess="mean=100 layout=nhwc" | FileCheck %s --check-prefix=NHWC
// RUN: tpu-opt %s --top-fuse-preprocess | FileCheck %s --check-prefix=SAME

// All images are some in both layouts: [n, 3, h, 3] and [n, h, w, 3].

// The filters are 1, or -1, at the scales; the bias is -mean * scale.
// CHECK-LABEL: func @floats
// CHECK-SAME: (%[[X:.*]]: tensor<2x8x3x3x!quant.uniform<u8:f32, 1.000000e+00>>) -> tensor<2x3x8x3xf32>
// CHECK: %[[P:.*]] = top.transpose %[[X]] perm = [0, 3, 1, 2] : {{.*}} -> tensor<2x3x8x3x!quant.uniform<u8:f32, 1.000000e+00>>
// CHECK: %[[F:.*]] = top.weight dense<{{\[\[\[\[}}1]]], {{\[\[\[}}1]]], {{\[\[\[}}-1]]]]> : tensor<3x1x1x1xi8> as !quant.uniform<i8:f32:0, {5.000000e-01,2.500000e-01,2.000000e+00}>
// CHECK: %[[B:.*]] = top.weight dense<[-5.000000e+01, -2.750000e+01, 2.400000e+02]> : tensor<3xf32>
// CHECK: %[[N:.*]] = top.conv %[[P]], %[[F]], %[[B]] {{.*}} {group = 3 : i64} : {{.*}} -> tensor<2x3x8x3xf32>
// CHECK: top.relu %[[N]]

// The first channel of the network is the last of a pixel.
// BGR-LABEL: func @floats
// BGR: top.weight dense<{{\[\[\[\[}}0]], {{\[\[}}0]], {{\[\[}}1]]], {{\[\[\[}}0]], {{\[\[}}1]], {{\[\[}}0]]], {{\[\[\[}}-1]], {{\[\[}}0]], {{\[\[}}0]]]]> : tensor<3x3x1x1xi8>
// BGR: top.weight dense<[-5.000000e+01, -2.750000e+01, 2.400000e+02]>
// BGR: top.conv {{.*}} {group = 1 : i64}

// NHWC-LABEL: func @floats
// NHWC-SAME: (%[[X:.*]]: tensor<2x3x8x3x!quant.uniform<u8:f32, 1.000000e+00>>)
// NHWC: top.transpose %[[X]] perm = [0, 3, 1, 2] : {{.*}} -> tensor<2x3x3x8x!quant.uniform<u8:f32, 1.000000e+00>>
// NHWC: %[[N:.*]] = top.conv {{.*}} -> tensor<2x3x3x8xf32>
// NHWC: %[[T:.*]] = top.transpose %[[N]] perm = [0, 2, 3, 1]
// NHWC: top.relu %[[T]]
func.func @floats(%x: tensor<2x3x8x3xf32>) -> tensor<2x3x8x3xf32> {
  %0 = top.relu %x : tensor<2x3x8x3xf32>
  return %0 : tensor<2x3x8x3xf32>
}

// Each type that the image is read in is computed once, from the pixels.
// CHECK-LABEL: func @types
// CHECK-DAG: %[[Q:.*]] = top.conv {{.*}} -> tensor<1x3x4x3x!quant.uniform<i8:f32, 5.000000e-01>>
// CHECK-DAG: %[[H:.*]] = top.conv {{.*}} -> tensor<1x3x4x3xf16>
// CHECK-NOT: top.conv
// CHECK-DAG: top.max_pool %[[Q]]
// CHECK-DAG: top.relu %[[H]]
// CHECK-DAG: top.abs %[[H]]
func.func @types(%x: tensor<1x3x4x3xf32>) -> (tensor<1x3x4x3x!quant.uniform<i8:f32, 0.5>>, tensor<1x3x4x3xf16>, tensor<1x3x4x3xf16>) {
  %q = top.cast %x {to = !quant.uniform<i8:f32, 0.5>} : (tensor<1x3x4x3xf32>) -> tensor<1x3x4x3x!quant.uniform<i8:f32, 0.5>>
  %h = top.cast %x {to = f16} : (tensor<1x3x4x3xf32>) -> tensor<1x3x4x3xf16>
  %g = top.cast %x {to = f16} : (tensor<1x3x4x3xf32>) -> tensor<1x3x4x3xf16>
  %0 = top.max_pool %q kernel = [1, 1] strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] : (tensor<1x3x4x3x!quant.uniform<i8:f32, 0.5>>) -> tensor<1x3x4x3x!quant.uniform<i8:f32, 0.5>>
  %1 = top.relu %h : tensor<1x3x4x3xf16>
  %2 = top.abs %g : tensor<1x3x4x3xf16>
  return %0, %1, %2 : tensor<1x3x4x3x!quant.uniform<i8:f32, 0.5>>, tensor<1x3x4x3xf16>, tensor<1x3x4x3xf16>
}

// What turns channels to the front itself reads the planes.
// NHWC-LABEL: func @turned
// NHWC: %[[N:.*]] = top.conv
// NHWC-NOT: top.transpose
// NHWC: top.relu %[[N]]
func.func @turned(%x: tensor<1x3x4x3xf32>) -> tensor<1x3x3x4xf32> {
  %0 = top.transpose %x perm = [0, 3, 1, 2] : (tensor<1x3x4x3xf32>) -> tensor<1x3x3x4xf32>
  %1 = top.relu %0 : tensor<1x3x3x4xf32>
  return %1 : tensor<1x3x3x4xf32>
}

// A convolution that alone reads the image takes its channels in the order of the pixels, and so do mean and scale.
// BGR-LABEL: func @filters
// BGR-DAG: %[[F:.*]] = top.weight dense<{{\[\[\[\[}}-1]]], {{\[\[\[}}1]]], {{\[\[\[}}1]]]]> : tensor<3x1x1x1xi8> as !quant.uniform<i8:f32:0, {2.000000e+00,2.500000e-01,5.000000e-01}>
// BGR-DAG: %[[B:.*]] = top.weight dense<[2.400000e+02, -2.750000e+01, -5.000000e+01]>
// BGR-DAG: %[[N:.*]] = top.conv %{{.*}}, %[[F]], %[[B]] {{.*}} {group = 3 : i64}
// BGR-DAG: %[[W:.*]] = top.weight dense<{{\[\[\[\[}}5.000000e+00, 6.000000e+00]], {{\[\[}}3.000000e+00, 4.000000e+00]], {{\[\[}}1.000000e+00, 2.000000e+00]]], {{\[\[\[}}1.100000e+01, 1.200000e+01]], {{\[\[}}9.000000e+00, 1.000000e+01]], {{\[\[}}7.000000e+00, 8.000000e+00]]]]> : tensor<2x3x1x2xf32>
// BGR: top.conv %[[N]], %[[W]] {{.*}} {group = 1 : i64}
func.func @filters(%x: tensor<1x3x4x3xf32>) -> tensor<1x2x4x2xf32> {
  %w = top.weight dense<[[[[1.0, 2.0]], [[3.0, 4.0]], [[5.0, 6.0]]], [[[7.0, 8.0]], [[9.0, 10.0]], [[11.0, 12.0]]]]> : tensor<2x3x1x2xf32>
  %0 = top.conv %x, %w strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64} : (tensor<1x3x4x3xf32>, tensor<2x3x1x2xf32>) -> tensor<1x2x4x2xf32>
  return %0 : tensor<1x2x4x2xf32>
}

// Stored integers stay those of the filter.
// BGR-LABEL: func @stored_filters
// BGR: top.weight dense<{{\[\[\[\[}}-3]], {{\[\[}}2]], {{\[\[}}1]]]]> : tensor<1x3x1x1xi8> as !quant.uniform<i8:f32, 2.500000e-01>
func.func @stored_filters(%x: tensor<1x3x4x3xf32>) -> tensor<1x1x4x3xf32> {
  %q = top.cast %x {to = !quant.uniform<i8:f32, 0.5>} : (tensor<1x3x4x3xf32>) -> tensor<1x3x4x3x!quant.uniform<i8:f32, 0.5>>
  %w = top.weight dense<[[[[1]], [[2]], [[-3]]]]> : tensor<1x3x1x1xi8> as !quant.uniform<i8:f32, 0.25>
  %0 = top.conv %q, %w strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64} : (tensor<1x3x4x3x!quant.uniform<i8:f32, 0.5>>, tensor<1x3x1x1x!quant.uniform<i8:f32, 0.25>>) -> tensor<1x1x4x3xf32>
  return %0 : tensor<1x1x4x3xf32>
}

// Floats on the way to integers, and integers of the same scale, round nothing; integers that become floats do.
// CHECK-LABEL: func @casts
// CHECK: %[[Q:.*]] = top.conv {{.*}} -> tensor<1x3x4x3x!quant.uniform<u8:f32, 1.000000e+00>>
// CHECK-NOT: top.conv
// CHECK: %[[F:.*]] = top.cast %[[Q]] {to = f32}
// CHECK: top.max_pool %[[Q]]
// CHECK: top.relu %[[F]]
// Without mean and scale the pixels are the integers.
// SAME-LABEL: func @casts
// SAME: %[[P:.*]] = top.transpose
// SAME-NOT: top.conv
// SAME: top.max_pool %[[P]]
func.func @casts(%x: tensor<1x3x4x3xf32>) -> (tensor<1x3x4x3x!quant.uniform<u8:f32, 1.0>>, tensor<1x3x4x3xf32>) {
  %h = top.cast %x {to = f16} : (tensor<1x3x4x3xf32>) -> tensor<1x3x4x3xf16>
  %q = top.cast %h {to = !quant.uniform<u8:f32, 1.0>} : (tensor<1x3x4x3xf16>) -> tensor<1x3x4x3x!quant.uniform<u8:f32, 1.0>>
  %r = top.cast %q {to = !quant.uniform<u8:f32, 1.0>} : (tensor<1x3x4x3x!quant.uniform<u8:f32, 1.0>>) -> tensor<1x3x4x3x!quant.uniform<u8:f32, 1.0>>
  %f = top.cast %q {to = f32} : (tensor<1x3x4x3x!quant.uniform<u8:f32, 1.0>>) -> tensor<1x3x4x3xf32>
  %0 = top.max_pool %r kernel = [1, 1] strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] : (tensor<1x3x4x3x!quant.uniform<u8:f32, 1.0>>) -> tensor<1x3x4x3x!quant.uniform<u8:f32, 1.0>>
  %1 = top.relu %f : tensor<1x3x4x3xf32>
  return %0, %1 : tensor<1x3x4x3x!quant.uniform<u8:f32, 1.0>>, tensor<1x3x4x3xf32>
}
