// RUN: tpu-opt %s --canonicalize --mlir-print-debuginfo --mlir-print-local-scope | FileCheck %s

// Values keep their names, also weights that are equal.
// CHECK-LABEL: func @names
// CHECK: top.weight {{.*}} loc("weight")
// CHECK: top.mul {{.*}} loc("product")
// CHECK: top.weight {{.*}} loc("copy")
// CHECK: top.mul {{.*}} loc("square")
// CHECK: top.weight {{.*}} loc("reshaped")
// CHECK: top.slice {{.*}} loc("second")
func.func @names(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<1x2xf32>, tensor<1xf32>) {
  %0 = top.relu %x : tensor<2xf32> loc("relu")
  %1 = top.weight dense<[2.0, 3.0]> : tensor<2xf32> loc("weight")
  %2 = top.mul %0, %1 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32> loc("product")
  %3 = top.weight dense<[2.0, 3.0]> : tensor<2xf32> loc("copy")
  %4 = top.mul %2, %3 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32> loc("square")
  %5 = top.reshape %3 shape = [1, 2] : (tensor<2xf32>) -> tensor<1x2xf32> loc("reshaped")
  %6 = top.slice %x offsets = [1] sizes = [2] strides = [-1] : (tensor<2xf32>) -> tensor<2xf32> loc("first")
  %7 = top.slice %6 offsets = [1] sizes = [1] strides = [1] : (tensor<2xf32>) -> tensor<1xf32> loc("second")
  return %4, %5, %7 : tensor<2xf32>, tensor<1x2xf32>, tensor<1xf32>
}
