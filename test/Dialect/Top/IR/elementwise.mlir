// RUN: tpu-opt %s | tpu-opt | FileCheck %s
// RUN: tpu-opt %s --mlir-print-op-generic | tpu-opt | FileCheck %s

// CHECK-LABEL: func @binary
func.func @binary(%a: tensor<2x8x1xf32>, %b: tensor<8x4xf32>) {
  // CHECK: top.add %{{.*}}, %{{.*}} : (tensor<2x8x1xf32>, tensor<8x4xf32>) -> tensor<2x8x4xf32>
  %0 = top.add %a, %b : (tensor<2x8x1xf32>, tensor<8x4xf32>) -> tensor<2x8x4xf32>
  // CHECK: top.sub %{{.*}}, %{{.*}} : (tensor<2x8x1xf32>, tensor<8x4xf32>) -> tensor<2x8x4xf32>
  %1 = top.sub %a, %b : (tensor<2x8x1xf32>, tensor<8x4xf32>) -> tensor<2x8x4xf32>
  // CHECK: top.mul %{{.*}}, %{{.*}} : (tensor<2x8x1xf32>, tensor<8x4xf32>) -> tensor<2x8x4xf32>
  %2 = top.mul %a, %b : (tensor<2x8x1xf32>, tensor<8x4xf32>) -> tensor<2x8x4xf32>
  // CHECK: top.div %{{.*}}, %{{.*}} : (tensor<2x8x1xf32>, tensor<8x4xf32>) -> tensor<2x8x4xf32>
  %3 = top.div %a, %b : (tensor<2x8x1xf32>, tensor<8x4xf32>) -> tensor<2x8x4xf32>
  // CHECK: top.pow %{{.*}}, %{{.*}} : (tensor<2x8x1xf32>, tensor<8x4xf32>) -> tensor<2x8x4xf32>
  %4 = top.pow %a, %b : (tensor<2x8x1xf32>, tensor<8x4xf32>) -> tensor<2x8x4xf32>
  // CHECK: top.max %{{.*}}, %{{.*}} : (tensor<2x8x1xf32>, tensor<8x4xf32>) -> tensor<2x8x4xf32>
  %5 = top.max %a, %b : (tensor<2x8x1xf32>, tensor<8x4xf32>) -> tensor<2x8x4xf32>
  // CHECK: top.min %{{.*}}, %{{.*}} : (tensor<2x8x1xf32>, tensor<8x4xf32>) -> tensor<2x8x4xf32>
  %6 = top.min %a, %b : (tensor<2x8x1xf32>, tensor<8x4xf32>) -> tensor<2x8x4xf32>
  // CHECK: top.mod %{{.*}}, %{{.*}} {fmod} : (tensor<2x8x1xf32>, tensor<8x4xf32>) -> tensor<2x8x4xf32>
  %7 = top.mod %a, %b {fmod} : (tensor<2x8x1xf32>, tensor<8x4xf32>) -> tensor<2x8x4xf32>
  return
}

// CHECK-LABEL: func @compare
func.func @compare(%a: tensor<2x8x1xf32>, %b: tensor<8x4xf32>) {
  // CHECK: top.equal %{{.*}}, %{{.*}} : (tensor<2x8x1xf32>, tensor<8x4xf32>) -> tensor<2x8x4xi1>
  %0 = top.equal %a, %b : (tensor<2x8x1xf32>, tensor<8x4xf32>) -> tensor<2x8x4xi1>
  // CHECK: top.greater %{{.*}}, %{{.*}} : (tensor<2x8x1xf32>, tensor<8x4xf32>) -> tensor<2x8x4xi1>
  %1 = top.greater %a, %b : (tensor<2x8x1xf32>, tensor<8x4xf32>) -> tensor<2x8x4xi1>
  // CHECK: top.greater_or_equal %{{.*}}, %{{.*}} : (tensor<2x8x1xf32>, tensor<8x4xf32>) -> tensor<2x8x4xi1>
  %2 = top.greater_or_equal %a, %b : (tensor<2x8x1xf32>, tensor<8x4xf32>) -> tensor<2x8x4xi1>
  // CHECK: top.less %{{.*}}, %{{.*}} : (tensor<2x8x1xf32>, tensor<8x4xf32>) -> tensor<2x8x4xi1>
  %3 = top.less %a, %b : (tensor<2x8x1xf32>, tensor<8x4xf32>) -> tensor<2x8x4xi1>
  // CHECK: top.less_or_equal %{{.*}}, %{{.*}} : (tensor<2x8x1xf32>, tensor<8x4xf32>) -> tensor<2x8x4xi1>
  %4 = top.less_or_equal %a, %b : (tensor<2x8x1xf32>, tensor<8x4xf32>) -> tensor<2x8x4xi1>
  return
}

// CHECK-LABEL: func @logic
func.func @logic(%a: tensor<4x1xi1>, %b: tensor<4xi1>) {
  // CHECK: top.and %{{.*}}, %{{.*}} : (tensor<4x1xi1>, tensor<4xi1>) -> tensor<4x4xi1>
  %0 = top.and %a, %b : (tensor<4x1xi1>, tensor<4xi1>) -> tensor<4x4xi1>
  // CHECK: top.or %{{.*}}, %{{.*}} : (tensor<4x1xi1>, tensor<4xi1>) -> tensor<4x4xi1>
  %1 = top.or %a, %b : (tensor<4x1xi1>, tensor<4xi1>) -> tensor<4x4xi1>
  // CHECK: top.xor %{{.*}}, %{{.*}} : (tensor<4x1xi1>, tensor<4xi1>) -> tensor<4x4xi1>
  %2 = top.xor %a, %b : (tensor<4x1xi1>, tensor<4xi1>) -> tensor<4x4xi1>
  // CHECK: top.not %{{.*}} : tensor<4x1xi1>
  %3 = top.not %a : tensor<4x1xi1>
  return
}

// CHECK-LABEL: @bits
func.func @bits(%a: tensor<4x1xui8>, %b: tensor<4xui8>) {
  // CHECK: top.and %{{.*}}, %{{.*}} : (tensor<4x1xui8>, tensor<4xui8>) -> tensor<4x4xui8>
  %0 = top.and %a, %b : (tensor<4x1xui8>, tensor<4xui8>) -> tensor<4x4xui8>
  // CHECK: top.not %{{.*}} : tensor<4x1xui8>
  %1 = top.not %a : tensor<4x1xui8>
  // CHECK: top.shift %{{.*}}, %{{.*}} : (tensor<4x1xui8>, tensor<4xui8>) -> tensor<4x4xui8>
  %2 = top.shift %a, %b : (tensor<4x1xui8>, tensor<4xui8>) -> tensor<4x4xui8>
  // CHECK: top.shift %{{.*}}, %{{.*}} {right} : (tensor<4x1xui8>, tensor<4xui8>) -> tensor<4x4xui8>
  %3 = top.shift %a, %b {right} : (tensor<4x1xui8>, tensor<4xui8>) -> tensor<4x4xui8>
  return
}

// CHECK-LABEL: func @integers
func.func @integers(%a: tensor<4xi64>, %b: tensor<ui8>) {
  // CHECK: top.mod %{{.*}}, %{{.*}} : (tensor<4xi64>, tensor<4xi64>) -> tensor<4xi64>
  %0 = top.mod %a, %a : (tensor<4xi64>, tensor<4xi64>) -> tensor<4xi64>
  // CHECK: top.add %{{.*}}, %{{.*}} : (tensor<ui8>, tensor<ui8>) -> tensor<ui8>
  %1 = top.add %b, %b : (tensor<ui8>, tensor<ui8>) -> tensor<ui8>
  // CHECK: top.neg %{{.*}} : tensor<4xi64>
  %2 = top.neg %a : tensor<4xi64>
  return
}

// CHECK-LABEL: func @unary
func.func @unary(%x: tensor<2x3xf32>) {
  // CHECK: top.abs %{{.*}} : tensor<2x3xf32>
  %0 = top.abs %x : tensor<2x3xf32>
  // CHECK: top.neg %{{.*}} : tensor<2x3xf32>
  %1 = top.neg %x : tensor<2x3xf32>
  // CHECK: top.ceil %{{.*}} : tensor<2x3xf32>
  %2 = top.ceil %x : tensor<2x3xf32>
  // CHECK: top.floor %{{.*}} : tensor<2x3xf32>
  %3 = top.floor %x : tensor<2x3xf32>
  // CHECK: top.round %{{.*}} : tensor<2x3xf32>
  %4 = top.round %x : tensor<2x3xf32>
  // CHECK: top.sign %{{.*}} : tensor<2x3xf32>
  %5 = top.sign %x : tensor<2x3xf32>
  // CHECK: top.exp %{{.*}} : tensor<2x3xf32>
  %6 = top.exp %x : tensor<2x3xf32>
  // CHECK: top.log %{{.*}} : tensor<2x3xf32>
  %7 = top.log %x : tensor<2x3xf32>
  // CHECK: top.sqrt %{{.*}} : tensor<2x3xf32>
  %8 = top.sqrt %x : tensor<2x3xf32>
  // CHECK: top.reciprocal %{{.*}} : tensor<2x3xf32>
  %9 = top.reciprocal %x : tensor<2x3xf32>
  // CHECK: top.sin %{{.*}} : tensor<2x3xf32>
  %10 = top.sin %x : tensor<2x3xf32>
  // CHECK: top.cos %{{.*}} : tensor<2x3xf32>
  %11 = top.cos %x : tensor<2x3xf32>
  // CHECK: top.tan %{{.*}} : tensor<2x3xf32>
  %12 = top.tan %x : tensor<2x3xf32>
  // CHECK: top.asin %{{.*}} : tensor<2x3xf32>
  %13 = top.asin %x : tensor<2x3xf32>
  // CHECK: top.acos %{{.*}} : tensor<2x3xf32>
  %14 = top.acos %x : tensor<2x3xf32>
  // CHECK: top.atan %{{.*}} : tensor<2x3xf32>
  %15 = top.atan %x : tensor<2x3xf32>
  // CHECK: top.sinh %{{.*}} : tensor<2x3xf32>
  %16 = top.sinh %x : tensor<2x3xf32>
  // CHECK: top.cosh %{{.*}} : tensor<2x3xf32>
  %17 = top.cosh %x : tensor<2x3xf32>
  // CHECK: top.tanh %{{.*}} : tensor<2x3xf32>
  %18 = top.tanh %x : tensor<2x3xf32>
  // CHECK: top.asinh %{{.*}} : tensor<2x3xf32>
  %19 = top.asinh %x : tensor<2x3xf32>
  // CHECK: top.acosh %{{.*}} : tensor<2x3xf32>
  %20 = top.acosh %x : tensor<2x3xf32>
  // CHECK: top.atanh %{{.*}} : tensor<2x3xf32>
  %21 = top.atanh %x : tensor<2x3xf32>
  // CHECK: top.erf %{{.*}} : tensor<2x3xf32>
  %22 = top.erf %x : tensor<2x3xf32>
  return
}

// CHECK-LABEL: func @select
func.func @select(%c: tensor<4x1xi1>, %a: tensor<4xf32>, %b: tensor<f32>) {
  // CHECK: top.where %{{.*}}, %{{.*}}, %{{.*}} : (tensor<4x1xi1>, tensor<4xf32>, tensor<f32>) -> tensor<4x4xf32>
  %0 = top.where %c, %a, %b : (tensor<4x1xi1>, tensor<4xf32>, tensor<f32>) -> tensor<4x4xf32>
  return
}

// CHECK-LABEL: func @classify
func.func @classify(%x: tensor<8xf32>) {
  // CHECK: top.is_nan %{{.*}} : (tensor<8xf32>) -> tensor<8xi1>
  %0 = top.is_nan %x : (tensor<8xf32>) -> tensor<8xi1>
  // CHECK: top.is_inf %{{.*}} {detect_negative, detect_positive} : (tensor<8xf32>) -> tensor<8xi1>
  %1 = top.is_inf %x {detect_negative, detect_positive} : (tensor<8xf32>) -> tensor<8xi1>
  return
}

// CHECK-LABEL: func @convert
func.func @convert(%x: tensor<8xf32>, %i: tensor<8xi64>) {
  // CHECK: top.cast %{{.*}} {to = f32} : (tensor<8xi64>) -> tensor<8xf32>
  %0 = top.cast %i {to = f32} : (tensor<8xi64>) -> tensor<8xf32>
  // CHECK: top.cast %{{.*}} {to = i1} : (tensor<8xf32>) -> tensor<8xi1>
  %1 = top.cast %x {to = i1} : (tensor<8xf32>) -> tensor<8xi1>
  // CHECK: top.cast %{{.*}} {to = ui8} : (tensor<8xf32>) -> tensor<8xui8>
  %2 = top.cast %x {to = ui8} : (tensor<8xf32>) -> tensor<8xui8>
  return
}

// CHECK-LABEL: func @clip
func.func @clip(%x: tensor<8xf32>) {
  // CHECK: top.clip %{{.*}} {max = 6.000000e+00 : f32, min = 0.000000e+00 : f32} : tensor<8xf32>
  %0 = top.clip %x {max = 6.0 : f32, min = 0.0 : f32} : tensor<8xf32>
  // CHECK: top.clip %{{.*}} {max = 0x7F800000 : f32, min = -1.000000e+00 : f32} : tensor<8xf32>
  %1 = top.clip %x {max = 0x7F800000 : f32, min = -1.0 : f32} : tensor<8xf32>
  return
}
