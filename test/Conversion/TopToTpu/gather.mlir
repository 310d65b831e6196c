// RUN: tpu-opt %s --lower-top-to-tpu -split-input-file | FileCheck %s

// Token ids are passed as i32; the argument tells of how many rows they choose.
// CHECK-LABEL: func.func @embedding
// CHECK-SAME:    (%[[IDS:.*]]: tensor<2x3xi32> {tpu.index_limit = 10 : i64}) -> tensor<2x3x4xf32>
// CHECK:         %[[TABLE:.*]] = top.weight dense<1.000000e+00> : tensor<1x10x1x4xf32>
// CHECK:         %[[FLAT:.*]] = tpu.reshape %[[IDS]] : tensor<2x3xi32> -> tensor<1x1x1x6xi32>
// CHECK:         %[[INDEX:.*]] = tpu.wrap_index %[[FLAT]] {size = 10 : i64} : tensor<1x1x1x6xi32>
// CHECK:         tpu.gather %[[TABLE]], %[[INDEX]] : (tensor<1x10x1x4xf32>, tensor<1x1x1x6xi32>) -> tensor<1x6x1x4xf32>
func.func @embedding(%ids: tensor<2x3xi64>) -> tensor<2x3x4xf32> {
  %t = top.weight dense<1.0> : tensor<10x4xf32>
  %0 = top.gather %t, %ids {axis = 0 : i64} : (tensor<10x4xf32>, tensor<2x3xi64>) -> tensor<2x3x4xf32>
  return %0 : tensor<2x3x4xf32>
}

// -----

// The smaller of two tables decides, also of ids that are moved before.
// CHECK-LABEL: func.func @tables
// CHECK-SAME:    (%{{.*}}: tensor<2xi32> {tpu.index_limit = 5 : i64}, %{{.*}}: tensor<4xi32>)
func.func @tables(%ids: tensor<2xi32>, %mask: tensor<4xi64>) -> (tensor<2x4xf32>, tensor<1x2x4xf32>, tensor<4xf32>) {
  %t = top.weight dense<1.0> : tensor<10x4xf32>
  %s = top.weight dense<1.0> : tensor<5x4xf32>
  %0 = top.gather %t, %ids {axis = 0 : i64} : (tensor<10x4xf32>, tensor<2xi32>) -> tensor<2x4xf32>
  %1 = top.reshape %ids shape = [1, 2] : (tensor<2xi32>) -> tensor<1x2xi32>
  %2 = top.gather %s, %1 {axis = 0 : i64} : (tensor<5x4xf32>, tensor<1x2xi32>) -> tensor<1x2x4xf32>
  // CHECK: tpu.cast %{{.*}} : tensor<1x1x1x4xi32> -> tensor<1x1x1x4xf32>
  %3 = top.cast %mask {to = f32} : (tensor<4xi64>) -> tensor<4xf32>
  return %0, %2, %3 : tensor<2x4xf32>, tensor<1x2x4xf32>, tensor<4xf32>
}

// -----

// Integers are compared as such.
// CHECK-LABEL: func.func @comparison
// CHECK:         %[[E:.*]] = tpu.compare eq {{.*}} : (tensor<1x1x1x4xi32>, tensor<1x1x1x1xi32>) -> tensor<1x1x1x4xui8>
// CHECK:         tpu.where %[[E]]
func.func @comparison(%mask: tensor<4xi64>, %x: tensor<4xf32>) -> tensor<4xf32> {
  %zero = top.weight dense<0> : tensor<1xi64>
  %least = top.weight dense<-1.0> : tensor<1xf32>
  %0 = top.equal %mask, %zero : (tensor<4xi64>, tensor<1xi64>) -> tensor<4xi1>
  %1 = top.where %0, %least, %x : (tensor<4xi1>, tensor<1xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}
