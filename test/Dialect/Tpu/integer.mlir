// RUN: tpu-opt %s | tpu-opt | FileCheck %s

// CHECK-LABEL: @integers
func.func @integers(%a: tensor<1x8x4x4xi32>, %b: tensor<1x8x1x1xui8>, %s: tensor<1x8x4x4xi8>) {
  // CHECK: tpu.integer sub %{{.*}}, %{{.*}} : (tensor<1x8x4x4xi32>, tensor<1x8x1x1xui8>) -> tensor<1x8x4x4xi16>
  %0 = tpu.integer sub %a, %b : (tensor<1x8x4x4xi32>, tensor<1x8x1x1xui8>) -> tensor<1x8x4x4xi16>
  // CHECK: tpu.integer and
  %1 = tpu.integer and %a, %a : (tensor<1x8x4x4xi32>, tensor<1x8x4x4xi32>) -> tensor<1x8x4x4xi32>
  // CHECK: tpu.integer shift
  %2 = tpu.integer shift %a, %s : (tensor<1x8x4x4xi32>, tensor<1x8x4x4xi8>) -> tensor<1x8x4x4xi32>
  // CHECK: tpu.integer_scalar max %{{.*}}, -3 : tensor<1x8x4x4xi32>
  %3 = tpu.integer_scalar max %a, -3 : tensor<1x8x4x4xi32>
  // CHECK: tpu.integer_abs %{{.*}} : tensor<1x8x4x4xi8>
  %4 = tpu.integer_abs %s : tensor<1x8x4x4xi8>
  return
}

// CHECK-LABEL: @truth
func.func @truth(%a: tensor<1x8x4x4xf16>, %b: tensor<1x8x1x1xf16>) -> tensor<1x8x4x4xf16> {
  // CHECK: tpu.compare lt %{{.*}}, %{{.*}} negated : (tensor<1x8x4x4xf16>, tensor<1x8x1x1xf16>) -> tensor<1x8x4x4xui8>
  %0 = tpu.compare lt %a, %b negated : (tensor<1x8x4x4xf16>, tensor<1x8x1x1xf16>) -> tensor<1x8x4x4xui8>
  // CHECK: tpu.where %{{.*}}, %{{.*}}, %{{.*}} : (tensor<1x8x4x4xui8>, tensor<1x8x4x4xf16>, tensor<1x8x1x1xf16>) -> tensor<1x8x4x4xf16>
  %1 = tpu.where %0, %a, %b : (tensor<1x8x4x4xui8>, tensor<1x8x4x4xf16>, tensor<1x8x1x1xf16>) -> tensor<1x8x4x4xf16>
  return %1 : tensor<1x8x4x4xf16>
}
