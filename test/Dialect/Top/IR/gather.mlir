// RUN: tpu-opt %s | tpu-opt | FileCheck %s
// RUN: tpu-opt %s --mlir-print-op-generic | tpu-opt | FileCheck %s

// CHECK-LABEL: func @gather
func.func @gather(%t: tensor<30x8xf32>, %i: tensor<1x5xi64>, %s: tensor<i32>, %e: tensor<30x3xi32>) {
  // CHECK: top.gather %{{.*}}, %{{.*}} {axis = 0 : i64} : (tensor<30x8xf32>, tensor<1x5xi64>) -> tensor<1x5x8xf32>
  %0 = top.gather %t, %i {axis = 0 : i64} : (tensor<30x8xf32>, tensor<1x5xi64>) -> tensor<1x5x8xf32>
  // CHECK: top.gather %{{.*}}, %{{.*}} {axis = 1 : i64} : (tensor<30x8xf32>, tensor<i32>) -> tensor<30xf32>
  %1 = top.gather %t, %s {axis = 1 : i64} : (tensor<30x8xf32>, tensor<i32>) -> tensor<30xf32>
  // CHECK: top.gather_elements %{{.*}}, %{{.*}} {axis = 1 : i64} : (tensor<30x8xf32>, tensor<30x3xi32>) -> tensor<30x3xf32>
  %2 = top.gather_elements %t, %e {axis = 1 : i64} : (tensor<30x8xf32>, tensor<30x3xi32>) -> tensor<30x3xf32>
  return
}
